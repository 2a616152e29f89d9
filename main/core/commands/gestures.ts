/** Undo and redo as a reading of the outbox: which gestures can be taken back or done again, and how each of their moves is. */
import { sameAssignee, sameAssignment } from '../../../contract/model.ts';
import type { Action, Assignment, Card, Directory, Words } from '../../../contract/model.ts';
import { assigneeName, whoParams, words } from '../rules/names.ts';
import { inWish } from '../rules/wish.ts';
import { changedSince } from './make.ts';
import type { Command, InGesture } from './types.ts';

const MOST_TURNS = 100;

export type Direction = 'undo' | 'redo';

type Gestured = Command & { gesture: InGesture };

/** How one move of a gesture stands: what it left, and what was before it. */
export type Standing = {
  /** `done` can be undone, `undone` can be done again. */
  kind: 'done' | 'undone';
  /** The gesture that brought it there. */
  by: number;
  /** The first command of the move: what is done again. */
  first: Command;
  /** The command whose end this is. */
  last: Command;
  /** What a conversation must be like for it to be taken further. */
  at: Assignment;
  /** What undoing it puts back. */
  before: Assignment;
};

/** A gesture as it can be taken back, or done again. */
export type Turn = { gesture: number; standings: Standing[] };

const assignmentOf = ({ assignee, team }: Assignment): Assignment => ({ assignee, team });

const isGestured = (command: Command): command is Gestured => command.gesture !== null;

/** Whether nothing of it has left yet. */
const isUnsent = (command: Command): boolean => command.state === 'waiting' && command.sent === 0;

/** A refusal that left a part of the command behind. */
const leftPart = (command: Command): boolean =>
  command.state === 'refused' &&
  command.result !== null &&
  !sameAssignment(command.result, command.base) &&
  command.plan.steps.some((step) => command.result && sameAssignment(step.leaves, command.result));

/** How every move stands, by the id of its first command. `commands` in the order they were stored. */
const standingsOf = (commands: readonly Command[]): Map<string, Standing> => {
  const gestured = commands.filter(isGestured);
  const byId = new Map(gestured.map((one) => [one.id, one]));
  const chains = Map.groupBy(gestured, (one) => one.gesture.first);
  const successors = new Map(
    gestured.flatMap((one) => (one.gesture.replaces === null ? [] : [[one.gesture.replaces, one] as const])),
  );
  const found = new Map<string, Standing | null>();

  /** What was shown before a command that took the place of an unsent one is what that one showed. */
  const before = (command: Gestured): Assignment =>
    byId.get(command.gesture.replaces ?? '')?.plan.shown ?? assignmentOf(command.base);

  const after = (previous: Standing | null, command: Gestured): Standing | null => {
    const { kind, number, takenBack } = command.gesture;
    const now = {
      kind: kind === 'undo' ? ('undone' as const) : ('done' as const),
      by: number,
      first: byId.get(command.gesture.first) ?? command,
      last: command,
      before: kind === 'undo' ? (previous?.before ?? before(command)) : before(command),
    };
    switch (command.state) {
      case 'waiting':
      case 'sending':
        return { ...now, at: command.plan.shown };
      case 'confirmed':
        return command.result && { ...now, at: command.result };
      case 'cancelled':
        if (takenBack === null) return previous;
        // An undo that was taken back is a move that stands again.
        if (kind === 'undo') return previous && { ...previous, by: takenBack };
        return { ...now, kind: 'undone', by: takenBack, at: now.before };
      case 'refused':
        if (!leftPart(command) || !command.result) return previous;
        return { ...(previous ?? now), last: command, at: command.result };
      case 'conflict':
        return previous;
      case 'superseded': {
        // It stands again only when what took its place was itself put back by a command of its own.
        const successor = successors.get(command.id);
        const theirs = successor ? standing(successor.gesture.first) : null;
        if (!theirs || theirs.kind === 'done' || theirs.last.gesture?.kind !== 'undo') return null;
        return { ...now, last: theirs.last, at: theirs.at };
      }
    }
  };
  const standing = (first: string): Standing | null => {
    const known = found.get(first);
    if (known !== undefined) return known;
    // Guards against a circle, which nothing that this app stored can be.
    found.set(first, null);
    const chain = chains.get(first) ?? [];
    // What began too long ago to be known is not taken further.
    const result = chain[0]?.id === first ? chain.reduce<Standing | null>(after, null) : null;
    found.set(first, result);
    return result;
  };
  return new Map(
    [...chains.keys()].flatMap((first) => {
      const one = standing(first);
      return one ? [[first, one] as const] : [];
    }),
  );
};

/** What undo and redo would take, newest first, as far back as is sensible. Something new ends what could be done again. */
export const turnsOf = (commands: readonly Command[]): Record<Direction, Turn[]> => {
  const gestures = new Map<number, Standing[]>();
  let newest = 0;
  for (const { gesture } of commands) if (gesture?.kind === 'do') newest = Math.max(newest, gesture.number);
  for (const standing of standingsOf(commands).values()) {
    const number = standing.first.gesture?.number ?? 0;
    gestures.set(number, [...(gestures.get(number) ?? []), standing]);
  }
  const turns: Record<Direction, (Turn & { by: number })[]> = { undo: [], redo: [] };
  for (const [gesture, standings] of gestures) {
    const by = Math.max(...standings.map((one) => one.by));
    // Where only a part could be undone, the gesture counts as undone.
    const kind = standings.some((one) => one.by === by && one.kind === 'undone') ? 'undone' : 'done';
    const turn = { gesture, by, standings: standings.filter((one) => one.kind === kind) };
    if (kind === 'done') turns.undo.push(turn);
    else if (by > newest) turns.redo.push(turn);
  }
  const sorted = (some: (Turn & { by: number })[]): Turn[] =>
    some
      .toSorted((a, b) => b.by - a.by)
      .slice(0, MOST_TURNS)
      .map(({ gesture, standings }) => ({ gesture, standings }));
  return { undo: sorted(turns.undo), redo: sorted(turns.redo) };
};

/** What taking one move further needs. */
export type Take =
  /** Nothing was sent: it is cancelled, and what it took the place of comes back. */
  | { kind: 'cancel'; command: Command }
  | { kind: 'make'; action: Action; base: Assignment }
  /** The server chose who has it: he is named first. */
  | { kind: 'asks'; words: Words }
  | { kind: 'left'; words: Words };

const left = (text: Words): Take => ({ kind: 'left', words: text });

/** Who decided that it ended otherwise than the command named: the server, or somebody after it; null = nobody new. */
const chosenBy = (
  command: Command,
  directory: Directory | null,
): { by: 'server' | 'somebody'; result: Assignment } | null => {
  const { result, plan, base } = command;
  if (command.state !== 'confirmed' || !result || sameAssignment(result, plan.shown)) return null;
  const stayed = sameAssignee(result.assignee, base.assignee);
  if (inWish(plan.wish, result, directory))
    return result.assignee === null || stayed ? null : { by: 'server', result };
  const freed = plan.shown.assignee === null && result.team === plan.shown.team;
  // The server knows its members better than we: whom it was to drop is still there.
  if (freed && stayed) return null;
  const automatic =
    directory?.teams.some((team) => team.id === result.team && team.autoAssign) === true ||
    directory?.inboxes.some((inbox) => inbox.id === command.inbox && inbox.autoAssign) === true;
  return { by: automatic && freed ? 'server' : 'somebody', result };
};

/**
 * How one move is taken back or done again. `card` is what is shown now, `pending` the commands of the
 * conversation that have not settled.
 */
export const takeOf = (
  standing: Standing,
  card: Card | null,
  pending: readonly Command[],
  directory: Directory | null,
  agreed: boolean,
): Take => {
  const { last, at } = standing;
  const newest = pending.at(-1);
  const isOwnPending = pending.some((one) => one.id === last.id);
  if (isOwnPending && newest?.id !== last.id) return left(words('undo.movedAgain'));
  if (isOwnPending && isUnsent(last) && last.gesture?.first === standing.first.id)
    return { kind: 'cancel', command: last };
  const changed = changedSince({ ...at, live: true }, card, directory);
  if (changed) return left(newest && !isOwnPending ? words('undo.movedAgain') : changed);
  const chosen = chosenBy(last, directory);
  if (chosen?.by === 'somebody') return left(words('changed.now', whoParams(directory, chosen.result)));
  if (chosen?.result.assignee && !agreed)
    return {
      kind: 'asks',
      words: words('undo.chosen', { agent: assigneeName(directory, chosen.result.assignee) }),
    };
  return {
    kind: 'make',
    base: at,
    action: standing.kind === 'done' ? { kind: 'restore', to: standing.before } : standing.first.action,
  };
};
