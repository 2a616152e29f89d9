/** The commands in memory: strands of what is pending, what is parked, and the overlay that the board shows of them. */
import { sameAssignment } from '../../../contract/model.ts';
import type { Assignment, Topic } from '../../../contract/model.ts';
import { isParked, isPending, type Command } from '../commands/types.ts';
import type { Truth } from '../link.ts';
import type { Overlay, PendingMove } from '../store/types.ts';
import { newStrand, type Strand } from '../sync/strands.ts';
import { lanesOf } from './topics.ts';

export type Book = {
  strands: Map<number, Strand>;
  /** Refused or in conflict, not yet looked at; by command id, oldest first. */
  parked: Map<string, Command>;
  overlay: Overlay;
  /** Takes over commands that were stored: pending ones into strands, parked ones onto the shelf, others off it. */
  put: (commands: readonly Command[]) => void;
  setStrand: (conversation: number, strand: Strand) => void;
  /** Draws these conversations anew; answers with the topics that changed by it. */
  redraw: (conversations: Iterable<number>) => Topic[];
  /** Draws all anew. */
  redrawAll: () => Topic[];
  pending: () => Command[];
  /** Those that are pending, and those that are parked. */
  unsettled: () => Command[];
  pendingOf: (conversation: number) => readonly Command[];
  parkedOf: (conversation: number) => Command[];
  /** Conversations of parked commands that were not in the cache when they were last drawn. */
  unplaced: () => number[];
  counts: () => { waiting: number; sending: number; refused: number; conflict: number };
};

const sameMove = (a: PendingMove | undefined, b: PendingMove | null): boolean =>
  a === undefined || b === null
    ? a === undefined && b === null
    : a.command === b.command && a.pending === b.pending && sameAssignment(a.shown, b.shown);

/** `truth` answers what the server last said about a conversation, for cards whose command is parked. */
export const createBook = (truth: (conversation: number) => Truth | null): Book => {
  const strands = new Map<number, Strand>();
  const parked = new Map<string, Command>();
  const overlay = new Map<number, PendingMove>();

  const pendingOf = (conversation: number) => strands.get(conversation)?.commands ?? [];
  const parkedOf = (conversation: number) =>
    [...parked.values()].filter((one) => one.conversation === conversation);

  const moveOf = (conversation: number): PendingMove | null => {
    const pending = pendingOf(conversation);
    const last = pending.at(-1);
    if (last) {
      const sending = pending.some((one) => one.state === 'sending');
      return {
        conversation,
        command: last.id,
        shown: last.plan.shown,
        pending: sending ? 'sending' : 'waiting',
      };
    }
    const shelved = parkedOf(conversation).at(-1);
    const now: Assignment | null = shelved ? truth(conversation) : null;
    if (!shelved || !now) return null;
    return {
      conversation,
      command: shelved.id,
      shown: { assignee: now.assignee, team: now.team },
      pending: shelved.state === 'conflict' ? 'conflict' : 'refused',
    };
  };

  const pending = () => [...strands.values()].flatMap((strand) => strand.commands);

  const redraw = (conversations: Iterable<number>): Topic[] => {
    const topics = new Set<Topic>();
    for (const conversation of conversations) {
      const before = overlay.get(conversation);
      const after = moveOf(conversation);
      if (sameMove(before, after)) continue;
      if (after) overlay.set(conversation, after);
      else overlay.delete(conversation);
      const now = truth(conversation);
      for (const shown of [before?.shown, after?.shown, now])
        if (shown) for (const lane of lanesOf(shown)) topics.add(lane);
      topics.add(`conversation:${conversation}`).add('outbox').add('counts');
    }
    return [...topics];
  };

  return {
    strands,
    parked,
    overlay,
    pending,
    unsettled: () => [...pending(), ...parked.values()],
    pendingOf,
    parkedOf,
    unplaced: () =>
      [...parked.values()]
        .map((one) => one.conversation)
        .filter((conversation) => !overlay.has(conversation)),
    put: (commands) => {
      for (const command of commands) {
        if (isParked(command)) parked.set(command.id, command);
        else parked.delete(command.id);
        const pending = pendingOf(command.conversation);
        const known = pending.some((one) => one.id === command.id);
        if (!known && !isPending(command)) continue;
        const next = known
          ? pending.flatMap((one) => (one.id === command.id ? (isPending(command) ? [command] : []) : [one]))
          : [...pending, command];
        if (next.length === 0) strands.delete(command.conversation);
        else {
          const strand = strands.get(command.conversation);
          const sameHead = strand?.commands[0]?.id === next[0]?.id;
          strands.set(
            command.conversation,
            sameHead && strand ? { ...strand, commands: next } : newStrand(next),
          );
        }
      }
    },
    setStrand: (conversation, strand) => {
      if (strand.commands.length === 0) strands.delete(conversation);
      else strands.set(conversation, strand);
    },
    redraw,
    redrawAll: () =>
      redraw(
        new Set([
          ...strands.keys(),
          ...[...parked.values()].map((one) => one.conversation),
          ...overlay.keys(),
        ]),
      ),
    counts: () => {
      const counts = { waiting: 0, sending: 0, refused: 0, conflict: 0 };
      for (const { commands } of strands.values())
        for (const { state } of commands) counts[state === 'sending' ? 'sending' : 'waiting'] += 1;
      for (const { state } of parked.values()) counts[state === 'conflict' ? 'conflict' : 'refused'] += 1;
      return counts;
    },
  };
};
