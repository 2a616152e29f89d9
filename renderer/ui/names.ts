/** Names of lanes, agents and teams as every view writes them, and what an agent carries. */
import type {
  Action,
  AssigneeKey,
  Assignment,
  Directory,
  Grouping,
  LaneHead,
  LaneKey,
  Presence,
  Words,
} from '../../contract/model.ts';
import type { Translate } from './strings.ts';

export type LaneSubject = { kind: 'no-team' | 'unassigned' } | { kind: 'team' | 'agent' | 'bot'; id: number };

export const laneSubject = (key: LaneKey): LaneSubject => {
  const [kind, id] = key.split(':');
  if (kind === 'team' || kind === 'agent' || kind === 'bot') return { kind, id: Number(id) };
  return { kind: kind === 'no-team' ? 'no-team' : 'unassigned' };
};

export const teamName = (t: Translate, directory: Directory | null, id: number): string =>
  directory?.teams.find((team) => team.id === id)?.name ?? t('ui.name.team', { id });

export const assigneeName = (t: Translate, directory: Directory | null, key: AssigneeKey): string => {
  const people = key.type === 'agent' ? directory?.agents : directory?.bots;
  const found = people?.find((one) => one.id === key.id)?.name;
  return found ?? t(key.type === 'agent' ? 'ui.name.agent' : 'ui.name.bot', { id: key.id });
};

export const laneName = (
  t: Translate,
  directory: Directory | null,
  grouping: Grouping,
  key: LaneKey,
): string => {
  const subject = laneSubject(key);
  switch (subject.kind) {
    case 'no-team':
      return t('ui.lane.noTeam');
    case 'unassigned':
      return t('ui.lane.unassigned');
    case 'team': {
      const team = teamName(t, directory, subject.id);
      return grouping === 'queues' ? t('ui.lane.queue', { team }) : team;
    }
    case 'agent':
    case 'bot':
      return assigneeName(t, directory, { type: subject.kind, id: subject.id });
  }
};

export const presenceWords = (t: Translate, presence: Presence): string => {
  switch (presence) {
    case 'online':
      return t('ui.presence.online');
    case 'busy':
      return t('ui.presence.busy');
    case 'away':
      return t('ui.presence.away');
    case 'offline':
      return t('ui.presence.offline');
    case 'unknown':
      return t('ui.presence.unknown');
  }
};

/** Up to two letters; scripts without case give their first letter. Masked names give their first sign. */
export const initials = (name: string): string => {
  const parts = name
    .trim()
    .split(/\s+/u)
    .filter((part) => /[\p{L}\p{N}]/u.test(part));
  const letters = (parts.length > 1 ? [parts[0], parts.at(-1)] : parts).map(
    (part) => /[\p{L}\p{N}]/u.exec(part ?? '')?.[0] ?? '',
  );
  return letters.join('').toLocaleUpperCase() || '·';
};

/** A hue of the avatar palette (0..7), the same for a name everywhere. */
export const hueOf = (name: string): number => {
  let sum = 0;
  for (const sign of name) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 997;
  return sum % 8;
};

/** What each agent holds under the default filter, from the agents' lanes. */
export const heldByAgent = (lanes: readonly LaneHead[]): ReadonlyMap<number, number> =>
  new Map(
    lanes.flatMap((lane) => {
      const subject = laneSubject(lane.key);
      return subject.kind === 'agent' ? [[subject.id, lane.count] as const] : [];
    }),
  );

/** "3 of 5", or "3 open" where the server says no limit. */
export const loadWords = (t: Translate, held: number, limit: number | null): string =>
  limit === null ? t('ui.lane.open', { count: held }) : t('ui.lane.ofLimit', { held, limit });

/** What was done, for toasts and announcements: "Assigned to Sara." */
export const doneWords = (
  t: Translate,
  directory: Directory | null,
  action: Action,
  count: number,
): string => {
  const agent = (id: number) => assigneeName(t, directory, { type: 'agent', id });
  const team = (id: number) => teamName(t, directory, id);
  switch (action.kind) {
    case 'assign-agent':
      return t('ui.done.agent', { count, agent: agent(action.agent) });
    case 'assign-agent-without-team':
      return t('ui.done.agentWithoutTeam', { count, agent: agent(action.agent) });
    case 'assign-team':
      return t('ui.done.team', { count, team: team(action.team) });
    case 'assign-both':
      return t('ui.done.both', { count, agent: agent(action.agent), team: team(action.team) });
    case 'queue':
      return t('ui.done.queue', { count, team: team(action.team) });
    case 'unassign-agent':
      return t('ui.done.unassignAgent', { count });
    case 'unassign-team':
      return t('ui.done.unassignTeam', { count });
    case 'unassign-both':
      return t('ui.done.unassignBoth', { count });
    case 'restore':
      return t('ui.done.restore', { count });
  }
};

/** What fills `$t(who)` in core's words. */
const whoParams = (
  t: Translate,
  directory: Directory | null,
  { assignee, team }: Assignment,
): Words['params'] => {
  const agent = assignee && assigneeName(t, directory, assignee);
  const named = team === null ? null : teamName(t, directory, team);
  if (agent !== null && named !== null) return { context: 'both', agent, team: named };
  if (agent !== null) return { context: 'agent', agent };
  return named === null ? { context: 'nobody' } : { context: 'queue', team: named };
};

/** What an action would do, in core's words: "Assign to Sara". */
export const actionLabel = (t: Translate, directory: Directory | null, action: Action): Words => {
  const agent = (id: number) => assigneeName(t, directory, { type: 'agent', id });
  const team = (id: number) => teamName(t, directory, id);
  switch (action.kind) {
    case 'assign-agent':
      return { key: 'label.assign', params: { agent: agent(action.agent) } };
    case 'assign-agent-without-team':
      return { key: 'label.assignWithoutTeam', params: { agent: agent(action.agent) } };
    case 'assign-team':
      return { key: 'label.assignTeam', params: { team: team(action.team) } };
    case 'assign-both':
      return { key: 'label.assignBoth', params: { agent: agent(action.agent), team: team(action.team) } };
    case 'queue':
      return { key: 'label.queue', params: { team: team(action.team) } };
    case 'unassign-agent':
      return { key: 'label.unassignAgent', params: {} };
    case 'unassign-team':
      return { key: 'label.unassignTeam', params: {} };
    case 'unassign-both':
      return { key: 'label.unassignBoth', params: {} };
    case 'restore':
      return { key: 'label.restore', params: whoParams(t, directory, action.to) };
  }
};
