/** R3: every write is asked for, in order, on top of what the supervisor saw, and confirmed by a read one round trip old. */
import type { Action, Assignment, Base } from '../../../contract/model.ts';
import { sameAssignee, sameAssignment } from '../../../contract/model.ts';
import { liveStatus, type Standing } from '../model/records.ts';
import type { Checker, Finding, TraceEvent, WireWrite } from '../trace.ts';
import { askedInVain } from './went-back.ts';

/** A read may have been answered this long (ms) before the write built on it is sent: a turn in the rate bucket. */
export const READ_AGE_MS = 3000;

const ends = new Set(['confirmed', 'refused', 'conflict', 'superseded', 'cancelled']);

/** The writes that an action may need. */
export const stepsOf = (action: Action): WireWrite[] => {
  switch (action.kind) {
    case 'assign-agent':
      return [{ half: 'agent', to: action.agent }];
    case 'assign-agent-without-team':
      return [
        { half: 'agent', to: action.agent },
        { half: 'team', to: null },
      ];
    case 'assign-team':
      return [{ half: 'team', to: action.team }];
    case 'assign-both':
      return [
        { half: 'agent', to: action.agent },
        { half: 'team', to: action.team },
      ];
    case 'queue':
      return [
        { half: 'team', to: action.team },
        { half: 'agent', to: null },
      ];
    case 'unassign-agent':
      return [{ half: 'agent', to: null }];
    case 'unassign-team':
      return [{ half: 'team', to: null }];
    case 'unassign-both':
      return [
        { half: 'agent', to: null },
        { half: 'team', to: null },
      ];
    case 'restore':
      return [
        { half: 'team', to: action.to.team },
        {
          half: 'agent',
          to: action.to.assignee?.id ?? null,
          ...(action.to.assignee?.type === 'bot' ? { bot: true } : {}),
        },
      ];
  }
};

type Command = {
  id: string;
  action: Action;
  position: number;
  /** A later one took its place by now. */
  superseded: boolean;
  /** A later one takes its place at some time of the run. */
  replaced: boolean;
  /** It waited when the server went back, and its conversation with it. */
  wentBack: boolean;
};
/** The commands of one conversation since it last had none. */
type Strand = {
  active: Command[];
  bases: Assignment[];
  served: number;
  positions: number;
  /** What the server made of returning a card to a queue, when it picked somebody itself. */
  picked: Assignment | null;
};
/** What the app last knew of a conversation. */
type Known = { standing: Standing | null; servedAt: number; answeredT: number };

const text = (a: Assignment): string =>
  `${a.assignee ? `${a.assignee.type} ${a.assignee.id}` : 'nobody'} in ${a.team === null ? 'no team' : `team ${a.team}`}`;
const matches = (step: WireWrite, write: WireWrite): boolean =>
  step.half === write.half && step.to === write.to && step.bot === write.bot;

/** What a write should leave of a state. */
const leftBy = (write: WireWrite, before: Assignment): Assignment =>
  write.half === 'team'
    ? { assignee: before.assignee, team: write.to }
    : {
        assignee: write.to === null ? null : { type: write.bot ? 'bot' : 'agent', id: write.to },
        team: before.team,
      };

/** Keeps track of strands while reading a trace. */
const createStrands = (replaced: ReadonlySet<string>) => {
  const strands = new Map<number, Strand>();
  const byCommand = new Map<string, number>();
  /** Moves whose answer has not come (yet): the command may exist. */
  const asked = new Map<
    number,
    { action: Action; items: { conversation: number; base: Base }[]; wentBack: ReadonlySet<number> }
  >();
  const of = (conversation: number): Strand => {
    const found = strands.get(conversation);
    if (found && found.active.length > 0) return found;
    const fresh: Strand = { active: [], bases: [], served: -1, positions: 0, picked: null };
    strands.set(conversation, fresh);
    return fresh;
  };
  const add = (id: string, conversation: number, action: Action, bases: Assignment[]) => {
    if (strands.get(byCommand.get(id) ?? -1)?.active.some((command) => command.id === id)) return;
    const strand = of(conversation);
    strand.active.push({
      id,
      action,
      position: strand.positions++,
      superseded: false,
      replaced: replaced.has(id),
      wentBack: false,
    });
    const [step, ...later] = stepsOf(action);
    // What its first step leaves is on its way, whoever made it so.
    strand.bases.push(...bases, ...(step && later.length > 0 ? bases.map((base) => leftBy(step, base)) : []));
    byCommand.set(id, conversation);
  };
  const end = (id: string, state: string) => {
    const strand = strands.get(byCommand.get(id) ?? -1);
    if (!strand) return;
    const one = strand.active.find((command) => command.id === id);
    if (!one) return;
    // What took its place goes on from where it began, and may be named only after this.
    if (state === 'superseded') one.superseded = true;
    else {
      const rest = strand.active.filter((command) => command.id !== id);
      strand.active = rest.some((command) => !command.superseded) ? rest : [];
    }
  };
  const read = (event: TraceEvent) => {
    switch (event.kind) {
      case 'asked':
        asked.set(event.ask, { ...event, wentBack: new Set() });
        return;
      case 'ask-over':
        asked.delete(event.ask);
        return;
      case 'stored':
        add(event.command, event.conversation, event.action, [event.base]);
        return;
      case 'outbox':
        for (const entry of event.entries)
          if (!byCommand.has(entry.id) && !ends.has(entry.state))
            add(entry.id, entry.conversation, entry.action, [entry.base]);
          else if (ends.has(entry.state)) end(entry.id, entry.state);
        return;
      case 'settled-by-hand':
        // Asked for again, it is a new command, which the next look at the outbox names.
        end(event.command, 'cancelled');
        return;
      case 'cancelled-by-hand':
        end(event.command, 'cancelled');
        return;
      case 'settled-event':
        if (ends.has(event.entry.state)) end(event.entry.id, event.entry.state);
        return;
      default:
        return;
    }
  };
  const phantoms = (conversation: number) =>
    [...asked.values()].flatMap(({ action, items, wentBack }) =>
      items
        .filter((item) => item.conversation === conversation)
        .map(({ base }) => ({ action, base, wentBack: wentBack.has(conversation) })),
    );
  const goBack = (conversations: ReadonlySet<number>) => {
    for (const id of conversations)
      for (const command of strands.get(id)?.active ?? []) command.wentBack = true;
    for (const one of asked.values()) one.wentBack = conversations;
  };
  /** It says more than was known again: nothing tells that it had gone back. */
  const goOn = (conversation: number) => {
    for (const command of strands.get(conversation)?.active ?? []) command.wentBack = false;
    for (const one of asked.values())
      one.wentBack = new Set([...one.wentBack].filter((id) => id !== conversation));
  };
  return { read, of: (conversation: number) => strands.get(conversation), phantoms, goBack, goOn };
};

type Phantom = { action: Action; base: Base; wentBack: boolean };

/** Whether nobody has asked for this write since the server went back. */
const isFromBefore = (write: WireWrite, strand: Strand | undefined, phantoms: Phantom[]): boolean => {
  const all = [...(strand?.active ?? []), ...phantoms];
  const asking = all.filter(({ action }) => stepsOf(action).some((step) => matches(step, write)));
  // Commands that are done as one may clear a half that neither names.
  const joined = (strand?.positions ?? 0) > 1 && write.to === null && all.some(({ wentBack }) => !wentBack);
  return asking.length > 0 && asking.every(({ wentBack }) => wentBack) && !joined;
};

/** Judges one write at the moment it is sent. */
const judgeWrite = (
  write: WireWrite,
  conversation: number,
  t: number,
  strand: Strand | undefined,
  phantoms: Phantom[],
  known: Known | undefined,
): string | null => {
  const at = `${write.half} := ${write.to ?? 'none'} on ${conversation}`;
  const actions = [
    ...(strand?.active ?? []).map((command) => command.action),
    ...phantoms.map((phantom) => phantom.action),
  ];
  // Two moves made one lead to exactly what was shown after the second, which may clear a half that neither names.
  const joined = (strand?.positions ?? 0) > 1 && write.to === null;
  const asked = actions.some((action) => stepsOf(action).some((step) => matches(step, write)));
  if (!asked && !(joined && actions.length > 0)) return `wrote ${at}, which no waiting command asks for`;
  if (!known) return `wrote ${at} without ever having read it`;
  if (known.standing === null) return `wrote ${at}, which the last read showed as gone`;
  if (t - known.answeredT > READ_AGE_MS)
    return `wrote ${at} on a read that is ${Math.round(t - known.answeredT)} ms old`;
  if (!liveStatus(known.standing.status))
    return `wrote ${at}, which the last read showed as ${known.standing.status}`;
  const now: Assignment = known.standing;
  const bases = [...(strand?.bases ?? []), ...phantoms.map((phantom) => phantom.base)];
  if (!bases.some((base) => sameAssignment(base, now)))
    return `wrote ${at} over ${text(now)}, which nobody had seen (${bases.map(text).join(' / ')})`;
  const [action, ...others] = actions;
  if (
    action?.kind === 'assign-both' &&
    others.length === 0 &&
    strand?.positions === 1 &&
    write.half === 'team' &&
    !sameAssignee(now.assignee, { type: 'agent', id: action.agent })
  )
    return `wrote ${at} before its agent: the server may have picked and told somebody else`;
  if (strand?.picked && sameAssignment(strand.picked, now) && write.half === 'agent' && write.to === null) {
    const wanting = strand.active.filter(
      (command) => !command.superseded && stepsOf(command.action).some((step) => matches(step, write)),
    );
    if (wanting.every((command) => command.action.kind === 'queue'))
      return `wrote ${at}, whom the server had picked`;
  }
  if (sameAssignment(leftBy(write, now), now)) return `wrote ${at}, which was already so`;
  return null;
};

/** Commands that a later one took the place of: the later one does what is left of both. */
const supersededIn = (events: readonly TraceEvent[]): Set<string> =>
  new Set(
    events.flatMap((event) =>
      event.kind === 'outbox'
        ? event.entries.filter((entry) => entry.state === 'superseded').map((entry) => entry.id)
        : [],
    ),
  );

/** Writes against what was read, asked for and seen. */
export const checkWrites: Checker = (events) => {
  const findings: Finding[] = [];
  const strands = createStrands(supersededIn(events));
  const known = new Map<number, Known>();
  const sent = new Map<number, { conversation: number | null; write: WireWrite | null }>();
  const saw = new Map<number, { at: number; rows: [number, Standing | null][] }>();
  /** Pages that were asked for on a socket that is closed since: the app takes nothing from a connection that is over. */
  const dropped = new Set<number>();
  const pages = new Set<number>();
  /** A look whether the server went back: of its answer only that is used, the rest comes with the catch-up under way. */
  const looks = new Set<number>();
  /** What somebody else made of it is what the write would have left. */
  const withoutAnswer = (n: number) => {
    const request = sent.get(n);
    if (!request?.write || request.conversation === null) return;
    const { write } = request;
    const strand = strands.of(request.conversation);
    strand?.bases.push(...strand.bases.map((base) => leftBy(write, base)));
  };
  events.forEach((event, index) => {
    strands.read(event);
    switch (event.kind) {
      case 'socket':
        if (event.what === 'closed') for (const n of pages) dropped.add(n);
        return;
      case 'restored':
        strands.goBack(askedInVain(events, event));
        return;
      case 'truth':
        if (event.change.restored !== true) strands.goOn(event.change.conversation);
        return;
      case 'sent': {
        sent.set(event.n, event);
        if (event.conversation === null) pages.add(event.n);
        if (event.path.includes('/conversations/filter')) looks.add(event.n);
        if (!event.write || event.conversation === null) return;
        const strand = strands.of(event.conversation);
        if (isFromBefore(event.write, strand, strands.phantoms(event.conversation)))
          findings.push({
            rule: 'R3 went back',
            t: event.t,
            what: `wrote ${event.write.half} := ${event.write.to ?? 'none'} on ${event.conversation}, which nobody has asked for since the server went back`,
          });
        const what = judgeWrite(
          event.write,
          event.conversation,
          event.t,
          strand,
          strands.phantoms(event.conversation),
          known.get(event.conversation),
        );
        if (what !== null) findings.push({ rule: 'R3 overwrite', t: event.t, what });
        return;
      }
      case 'served': {
        saw.set(event.n, { at: index, rows: event.saw });
        const request = sent.get(event.n);
        if (!request?.write || request.conversation === null || event.status >= 300) return;
        const strand = strands.of(request.conversation);
        if (!strand) return;
        const write = request.write;
        const after = event.saw[0]?.[1];
        if (after) {
          // Whom the server picked when a card was returned to a queue is his: that command never takes him away again.
          const queue =
            strand.active.some((command) => command.action.kind === 'queue') && write.half === 'team';
          if (
            queue &&
            after.assignee &&
            !strand.bases.some((base) => base.assignee?.id === after.assignee?.id)
          )
            strand.picked = after;
          // Where reads are lost, the state that the write should have left cannot be told from its own doing.
          strand.bases.push(after, ...strand.bases.map((base) => leftBy(write, base)));
          // A team takes away whoever is not its member; that the server then picked somebody was perhaps never read.
          if (write.half === 'team' && write.to !== null)
            strand.bases.push({ assignee: null, team: write.to });
        }
        const positions = strand.active
          .filter((command) => stepsOf(command.action).some((step) => matches(step, write)))
          .map((command) =>
            command.replaced
              ? (strand.active.find((later) => later.position > command.position && !later.replaced)
                  ?.position ?? command.position)
              : command.position,
          );
        if (positions.length === 0) return;
        if (Math.max(...positions) < strand.served)
          findings.push({
            rule: 'R3 order',
            t: event.t,
            what: `a write of an earlier command of ${request.conversation} arrived after one of a later command`,
          });
        strand.served = Math.max(strand.served, Math.min(...positions));
        return;
      }
      case 'failed':
        withoutAnswer(event.n);
        return;
      case 'answered': {
        const view = saw.get(event.n);
        pages.delete(event.n);
        if (!view) withoutAnswer(event.n);
        if (!view || !event.whole || dropped.has(event.n) || looks.has(event.n)) return;
        for (const [id, standing] of view.rows) {
          const before = known.get(id);
          if (!before || before.servedAt < view.at)
            known.set(id, { standing, servedAt: view.at, answeredT: event.t });
          // A slow read that says what a quicker one said later is news all the same.
          else if (standing && before.standing && sameAssignment(standing, before.standing))
            before.answeredT = event.t;
        }
        return;
      }
      default:
        return;
    }
  });
  return findings;
};
