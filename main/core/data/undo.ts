/** Undo and redo: takes back what has not been sent, and asks for the rest as commands like any other. */
import type { CallOutput, CallParsed } from '../../../contract/ipc.ts';
import type { Card, Directory } from '../../../contract/model.ts';
import { rebase } from '../commands/follow-on.ts';
import {
  takeOf,
  turnsOf,
  type Direction,
  type Standing,
  type Take,
  type Turn,
} from '../commands/gestures.ts';
import { makeCommand } from '../commands/make.ts';
import type { Command } from '../commands/types.ts';
import type { Clock, Random } from '../ports.ts';
import { words } from '../rules/names.ts';
import type { Book } from './book.ts';
import type { GestureLog } from './gesture-log.ts';
import { inSlices } from './slices.ts';
import type { Storing } from './storing.ts';

export type UndoDeps = {
  clock: Clock;
  random: Random;
  book: Book;
  gestures: GestureLog;
  storing: Storing;
  card: (conversation: number) => Card | null;
  directory: () => Directory | null;
};

type Ran = CallOutput<'undo.run'>;

export type Undo = {
  next: () => CallOutput<'undo.next'>;
  run: (input: CallParsed<'undo.run'>) => Promise<Ran>;
};

const shown = (turn: Turn | undefined): Ran['gesture'] => {
  const first = turn?.standings[0]?.first;
  return turn && first ? { gesture: turn.gesture, action: first.action, count: turn.standings.length } : null;
};

export const createUndo = (deps: UndoDeps): Undo => {
  const { clock, book, gestures, storing } = deps;
  /** Tried in vain: the next time the gesture before it has its turn. */
  const passed: Record<Direction, Set<number>> = { undo: new Set(), redo: new Set() };

  const turnOf = (direction: Direction, gesture: number | null): Turn | undefined =>
    turnsOf(gestures.list())[direction].find((turn) =>
      gesture === null ? !passed[direction].has(turn.gesture) : turn.gesture === gesture,
    );

  const look = (standing: Standing, agreed: boolean): Take => {
    const { conversation } = standing.first;
    const pending = book.pendingOf(conversation);
    return takeOf(standing, deps.card(conversation), pending, deps.directory(), agreed);
  };

  /** What took the place of an unsent command goes; that one waits again, from where both began. */
  const broughtBack = (command: Command): Command[] => {
    const replaced = gestures.get(command.gesture?.replaces ?? '');
    if (!replaced) return [];
    const again: Command = {
      ...replaced,
      id: deps.random.id(),
      state: 'waiting',
      createdAt: clock.now(),
      settledAt: null,
      reason: null,
    };
    return [rebase(again, command.base, deps.directory())];
  };

  const run = async ({ direction, gesture, agreed, declined }: CallParsed<'undo.run'>): Promise<Ran> => {
    const ran: Ran = { gesture: null, stored: [], cancelled: [], left: [], asks: [] };
    const turn = turnOf(direction, gesture);
    if (!turn) return ran;
    ran.gesture = shown(turn);
    const standings = turn.standings.filter(({ last }) => !declined.includes(last.id));
    const about = ({ first }: Standing) => ({ conversation: first.conversation, contact: first.contact });
    const isAgreed = ({ last }: Standing) => agreed.includes(last.id);

    ran.asks = await inSlices(clock, standings, (slice) =>
      slice.flatMap((standing) => {
        const take = look(standing, isAgreed(standing));
        return take.kind === 'asks'
          ? [{ ...about(standing), command: standing.last.id, words: take.words }]
          : [];
      }),
    );
    if (ran.asks.length > 0) return ran;

    const number = gestures.next();
    await inSlices(clock, standings, (slice) => {
      const add: Command[] = [];
      const change: Command[] = [];
      for (const standing of slice) {
        const { conversation } = about(standing);
        const take = look(standing, isAgreed(standing));
        switch (take.kind) {
          case 'cancel': {
            const { command } = take;
            const key = direction === 'undo' ? 'outcome.undone' : 'outcome.redone';
            change.push({
              ...storing.settledAs(command, 'cancelled', key),
              gesture: command.gesture && { ...command.gesture, takenBack: number },
            });
            add.push(...broughtBack(command));
            ran.cancelled.push({ conversation, command: command.id });
            break;
          }
          case 'make': {
            const { assignee, team } = take.base;
            const base = { assignee, team, live: true };
            const made = makeCommand(take.action, base, deps.card(conversation), deps.directory(), {
              id: deps.random.id(),
              now: clock.now(),
            });
            if (made.kind !== 'made') {
              ran.left.push({ ...about(standing), words: whyNot(made) });
              break;
            }
            const joined = storing.join({
              ...made.command,
              gesture: {
                number,
                kind: direction,
                first: standing.first.id,
                takenBack: null,
                replaces: null,
              },
            });
            add.push(joined.add);
            change.push(...joined.change);
            ran.stored.push({ conversation, command: joined.add.id });
            break;
          }
          case 'asks':
          case 'left':
            ran.left.push({ ...about(standing), words: take.words });
        }
      }
      storing.save(add, change);
      return [];
    });
    if (ran.stored.length + ran.cancelled.length === 0) passed[direction].add(turn.gesture);
    return ran;
  };

  let before: Promise<unknown> = Promise.resolve();
  return {
    next: () => ({ undo: shown(turnOf('undo', null)), redo: shown(turnOf('redo', null)) }),
    // One after the other: the second of two quick ones means the gesture before.
    run: (input) => {
      const ran = before.then(() => run(input));
      before = ran.catch(() => undefined);
      return ran;
    },
  };
};

/** Why a move cannot be taken back or done again, in words. */
const whyNot = (made: Exclude<ReturnType<typeof makeCommand>, { kind: 'made' }>) => {
  if (made.kind === 'asks') return words('outcome.asksNow', made.words.params);
  return made.words.key === 'hint.alreadyHere' ? words('outcome.alreadySo') : made.words;
};
