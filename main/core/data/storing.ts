/** The one way of commands into the outbox: beside or in place of what waits there, on disk first, then in memory, then shown. */
import type { Directory } from '../../../contract/model.ts';
import { squash } from '../commands/follow-on.ts';
import { removedTeamOf } from '../commands/make.ts';
import { isParked, isPending, type Command } from '../commands/types.ts';
import type { Clock } from '../ports.ts';
import { words } from '../rules/names.ts';
import type { Outbox } from '../store/outbox.ts';
import type { Book } from './book.ts';
import type { GestureLog } from './gesture-log.ts';

export type StoringDeps = {
  clock: Clock;
  book: Book;
  gestures: GestureLog;
  outbox: Outbox;
  directory: () => Directory | null;
  /** These were stored: show them, say which settled by it, and look for work. */
  stored: (conversations: ReadonlySet<number>, settled: readonly Command[]) => void;
};

export type Storing = {
  settledAs: (command: Command, state: 'superseded' | 'cancelled', key: string) => Command;
  /** The commands to store when `made` joins the strand: it may take the place of an unsent one and of parked ones. */
  join: (made: Command) => { add: Command; change: Command[] };
  /** Durable when it returns, all or nothing. */
  save: (add: readonly Command[], change: readonly Command[]) => void;
};

export const createStoring = ({ clock, book, gestures, outbox, directory, stored }: StoringDeps): Storing => {
  const settledAs: Storing['settledAs'] = (command, state, key) => ({
    ...command,
    state,
    settledAt: clock.now(),
    reason: words(key),
  });

  return {
    settledAs,

    join: (made) => {
      const last = book.pendingOf(made.conversation).at(-1);
      const one = last ? squash(last, made, directory()) : null;
      const replaced = [...book.parkedOf(made.conversation), ...(one && last ? [last] : [])];
      return {
        add: one && last && one.gesture ? { ...one, gesture: { ...one.gesture, replaces: last.id } } : made,
        change: replaced.map((old) => settledAs(old, 'superseded', 'outcome.replaced')),
      };
    },

    save: (add, change) => {
      if (add.length + change.length === 0) return;
      outbox.atOnce(() => {
        outbox.commands.save({ add, change });
        for (const command of add) {
          const team = removedTeamOf(command);
          if (team !== null)
            outbox.activity.put(command.conversation, 'removed-team', String(team), clock.now());
        }
      });
      // In memory only once it is on disk.
      for (const some of [change, add]) {
        book.put(some);
        gestures.put(some);
      }
      stored(
        new Set([...add, ...change].map((one) => one.conversation)),
        change.filter((one) => !isPending(one) && !isParked(one)),
      );
    },
  };
};
