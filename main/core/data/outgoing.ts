/** Everything a supervisor does with commands: submit, cancel, settle; stored first, then shown, then sent. */
import type { Action, Assignment, Base, Card, Directory, Judgement, Words } from '../../../contract/model.ts';
import { makeCommand } from '../commands/make.ts';
import type { Command } from '../commands/types.ts';
import { judge, type JudgeContext } from '../rules/judge.ts';
import { words } from '../rules/names.ts';
import type { Clock, Random } from '../ports.ts';
import type { Book } from './book.ts';
import type { GestureLog } from './gesture-log.ts';
import type { Storing } from './storing.ts';

export type Lifted = { conversation: number; base: Base };

export type Submitted = {
  stored: { conversation: number; command: string }[];
  changed: { conversation: number; words: Words }[];
  refused: { conversation: number; words: Words }[];
  asks: { conversation: number; judgement: Judgement }[];
};

export type Settled = {
  settled: string[];
  stays: { command: string; conversation: number; words: Words }[];
};

export type OutgoingDeps = {
  clock: Clock;
  random: Random;
  book: Book;
  gestures: GestureLog;
  storing: Storing;
  card: (conversation: number) => Card | null;
  directory: () => Directory | null;
  judging: JudgeContext;
};

export type Outgoing = {
  /** All commands of one `gesture` are undone together. */
  submit: (action: Action, items: readonly Lifted[], gesture: number) => Submitted;
  cancel: (ids: readonly string[]) => string[];
  settle: (
    items: readonly { command: string; seen: Assignment | null }[],
    choice: 'keep' | 'apply' | 'retry' | 'discard',
  ) => Settled;
};

const inGesture = (command: Command, number: number): Command => ({
  ...command,
  gesture: { number, kind: 'do', first: command.id, takenBack: null, replaces: null },
});

export const createOutgoing = (deps: OutgoingDeps): Outgoing => {
  const { book, clock, gestures } = deps;
  const { join, save, settledAs } = deps.storing;

  const make = (action: Action, { conversation, base }: Lifted, number: number) => {
    const made = makeCommand(action, base, deps.card(conversation), deps.directory(), {
      id: deps.random.id(),
      now: clock.now(),
    });
    return made.kind === 'made' ? { ...made, command: inGesture(made.command, number) } : made;
  };

  return {
    submit: (action, items, gesture) => {
      const result: Submitted = { stored: [], changed: [], refused: [], asks: [] };
      const add: Command[] = [];
      const change: Command[] = [];
      const taken = new Set<number>();
      for (const item of items) {
        const { conversation } = item;
        if (taken.has(conversation)) continue;
        taken.add(conversation);
        const made = make(action, item, gesture);
        switch (made.kind) {
          case 'changed':
            result.changed.push({ conversation, words: made.words });
            break;
          case 'refused':
            result.refused.push({ conversation, words: made.words });
            break;
          case 'asks': {
            const card = deps.card(conversation);
            if (card)
              result.asks.push({
                conversation,
                judgement: judge(action, card, deps.directory(), deps.judging),
              });
            break;
          }
          case 'made': {
            const joined = join(made.command);
            add.push(joined.add);
            change.push(...joined.change);
            result.stored.push({ conversation, command: joined.add.id });
            break;
          }
        }
      }
      save(add, change);
      return result;
    },

    cancel: (ids) => {
      const wanted = new Set(ids);
      const cancelled: Command[] = [];
      for (const { commands } of book.strands.values()) {
        // From the end: what builds on a cancelled command cannot stay.
        for (const command of commands.toReversed()) {
          if (!wanted.has(command.id) || command.state !== 'waiting' || command.sent > 0) break;
          cancelled.push(settledAs(command, 'cancelled', 'outcome.cancelled'));
        }
      }
      save([], cancelled);
      return cancelled.map((one) => one.id);
    },

    settle: (items, choice) => {
      const add: Command[] = [];
      const change: Command[] = [];
      const result: Settled = { settled: [], stays: [] };
      // Asked for anew, on top of theirs: undoing it goes back to theirs.
      const gesture = gestures.next();
      for (const { command: id, seen } of items) {
        const parked = book.parked.get(id);
        if (!parked) continue;
        const { conversation } = parked;
        const takeOff = (key: string) => {
          change.push(settledAs(parked, 'cancelled', key));
          result.settled.push(id);
        };
        if (choice === 'keep' || choice === 'discard') {
          takeOff(choice === 'keep' ? 'outcome.kept' : 'outcome.discarded');
          continue;
        }
        // On top of what he has seen, and of nothing else.
        const made = seen
          ? make(parked.action, { conversation, base: { ...seen, live: true } }, gesture)
          : ({ kind: 'changed', words: words('changed.gone') } as const);
        switch (made.kind) {
          case 'made': {
            const joined = join(made.command);
            add.push(joined.add);
            change.push(...joined.change);
            result.settled.push(id);
            break;
          }
          case 'changed':
            result.stays.push({ command: id, conversation, words: made.words });
            break;
          case 'refused':
          case 'asks':
            if (made.words.key === 'hint.alreadyHere') takeOff('outcome.alreadySo');
            else {
              change.push({ ...parked, reason: made.words });
              result.stays.push({ command: id, conversation, words: made.words });
            }
        }
      }
      save(add, change);
      return result;
    },
  };
};
