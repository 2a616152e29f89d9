/** Turns what happened into candidates for an alert: notifications of the server, changed teams, settled commands. */
import { sameAssignee } from '../../../contract/model.ts';
import type { AssigneeKey, Directory, Words } from '../../../contract/model.ts';
import type { Command } from '../commands/types.ts';
import type { NotificationFact } from '../facts.ts';
import type { Truth } from '../link.ts';
import { teamName, words } from '../rules/names.ts';
import type { Stay } from './ledger.ts';
import type { Candidate } from './policy.ts';

/** The key makes it exactly once: never derived from cache.db. */
export type Keyed = { id: string; candidate: Candidate };

const contactOr = (contact: string | null, conversation: number): string =>
  contact !== null && contact !== '' ? contact : `#${conversation}`;

/** The server's own row about an assignment to me; it leaves out what I did myself. null: not about that. */
export const fromNotification = (
  row: NotificationFact,
  how: { baseline: boolean; me: AssigneeKey; truth: Truth | null },
): Keyed | null => {
  if (row.type !== 'conversation_assignment') return null;
  // The conversation only ever silences: what the row itself says goes first, it is newer.
  const now = row.assignee ?? how.truth?.assignee;
  const movedOn = now !== undefined && !sameAssignee(now, how.me);
  const silent: Words | null = how.baseline
    ? words('silent.baseline')
    : row.read
      ? words('silent.read')
      : movedOn
        ? words('silent.movedOn')
        : null;
  return {
    // With when it was made: a server that went back to a backup gives its numbers once more.
    id: `assigned:${row.id}:${row.createdAt}`,
    candidate: {
      kind: 'assigned-to-me',
      conversation: row.conversation,
      title: words('alert.assignedToMe.title'),
      body: words('alert.assignedToMe.body', {
        contact: contactOr(row.contactName ?? how.truth?.contact ?? null, row.conversation),
      }),
      silent,
    },
  };
};

/** Teams I am a member of, as far as the server has said, and those I watch. */
export const teamsOfInterest = (directory: Directory | null, watched: readonly number[]): Set<number> =>
  new Set([
    ...watched,
    ...(directory?.teams ?? []).filter((team) => !team.gone && team.mine === true).map((team) => team.id),
  ]);

/**
 * Teams that are known to be of no interest: not only that nobody has said so yet. One that only a conversation has
 * named is not there before the teams are listed, as in a new cache, even where its members are known.
 */
export const teamsLeft = (directory: Directory | null, watched: readonly number[]) => {
  const teams = directory?.teams ?? [];
  const listed = teams.some(({ gone }) => !gone);
  return teams.filter(
    ({ id, gone, mine }) => !watched.includes(id) && (mine === false || (listed && gone && mine !== null)),
  );
};

export const baselineOf = (team: number): Stay => ({
  conversation: 0,
  kind: 'baseline',
  target: `team:${team}`,
});

export const teamStay = (conversation: number, team: number): Stay => ({
  conversation,
  kind: 'team',
  target: `team:${team}`,
});

/** The team of a stay; null = it is no stay of a conversation in a team. */
export const teamOfStay = ({ kind, target }: Stay): number | null =>
  kind === 'team' ? Number(target.slice('team:'.length)) : null;

/** The team that a conversation stays in as far as alerts go: finished ones stay nowhere. */
export const teamOf = (truth: Truth | null): number | null => (truth?.live === true ? truth.team : null);

/** Assigned to a team of mine. `own`: a command of mine does or did that. */
export const fromTeam = (
  truth: Truth,
  own: boolean,
  me: AssigneeKey,
  directory: Directory | null,
): Candidate => ({
  kind: 'assigned-to-team',
  conversation: truth.id,
  title: words('alert.assignedToTeam.title', { team: teamName(directory, truth.team ?? 0) }),
  body: words('alert.assignedToTeam.body', { contact: contactOr(truth.contact, truth.id) }),
  silent: own ? words('silent.ownMove') : sameAssignee(truth.assignee, me) ? words('silent.alsoMine') : null,
});

/** Nobody changed what the server itself lost. */
const titleOf = ({ state, reason }: Command): string => {
  if (state === 'refused') return 'alert.refused.title';
  return reason?.key === 'outcome.wentBack' ? 'alert.wentBack.title' : 'alert.conflict.title';
};

/** A command of mine that was refused or met somebody else's change. null: it settled as asked for. */
export const fromCommand = (command: Command): Keyed | null => {
  if (command.state !== 'refused' && command.state !== 'conflict') return null;
  const contact = contactOr(command.contact, command.conversation);
  return {
    id: `command:${command.id}:${command.state}`,
    candidate: {
      kind: command.state === 'refused' ? 'command-refused' : 'command-conflict',
      conversation: command.conversation,
      title: words(titleOf(command), { contact }),
      body: command.reason ?? words('outcome.refusedByServer', { status: '' }),
      silent: null,
    },
  };
};
