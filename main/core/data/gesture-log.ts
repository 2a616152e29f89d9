/** The commands that undo and redo are read from: a copy in memory of the newest ones in the outbox. */
import type { Command } from '../commands/types.ts';
import type { Clock } from '../ports.ts';

/** What was asked for longer ago is not undone with a key. */
const HORIZON_MS = 24 * 60 * 60 * 1000;
const KEPT = 2_000;

export type GestureLog = {
  /** Takes over what was stored. */
  put: (commands: readonly Command[]) => void;
  get: (id: string) => Command | null;
  /** In the order they were stored. */
  list: () => readonly Command[];
  /** The number of a new gesture. */
  next: () => number;
};

/** An empty log; what the outbox has is `put` into it, oldest first. */
export const createGestureLog = (clock: Clock): GestureLog => {
  const commands = new Map<string, Command>();
  let number = 0;
  return {
    put: (some) => {
      for (const command of some) {
        if (!command.gesture) continue;
        number = Math.max(number, command.gesture.number, command.gesture.takenBack ?? 0);
        commands.set(command.id, command);
      }
      if (commands.size < 2 * KEPT) return;
      for (const id of [...commands.keys()].slice(0, -KEPT)) commands.delete(id);
    },
    get: (id) => commands.get(id) ?? null,
    list: () => {
      const since = clock.now() - HORIZON_MS;
      return [...commands.values()].filter((one) => one.createdAt >= since);
    },
    next: () => {
      number += 1;
      return number;
    },
  };
};
