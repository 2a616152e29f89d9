/** Undo and redo from the window: asks core to take a gesture further, asks the supervisor where core asks, says what came of it. */
import type { CallOutput } from '../../contract/ipc.ts';
import { doneWords } from '../ui/names.ts';
import type { Follower } from './follower.ts';
import type { Store } from './store.ts';
import { directoryIn, failureOf, tellerOf, type Telling } from './telling.ts';
import type { WindowState } from './window-state.ts';

export type Direction = 'undo' | 'redo';

export type Undoer = {
  /** Takes back, or does again, the newest gesture (null) or this one. Never rejects. */
  run: (direction: Direction, gesture: number | null) => Promise<void>;
};

type Needs = Telling & { state: Store<WindowState>; follower: Follower };

type Ran = CallOutput<'undo.run'>;
type Answer = { agreed: string[]; declined: string[] };

/** Conversations named one by one when some are left as they are. */
const NAMED = 3;

export const createUndoer = (needs: Needs): Undoer => {
  const { client, queries, state, announcer, follower, t, say } = needs;
  const tell = tellerOf(needs);

  const warn = (title: string, details: readonly string[]) => tell({ title, details, tone: 'bad' });

  /** Names whom the server chose; null = leave everything as it is. */
  const ask = ({ asks, gesture }: Ran): Promise<Answer | null> =>
    new Promise((resolve) => {
      const ids = asks.map((one) => one.command);
      const others = (gesture?.count ?? 0) - asks.length;
      const title = [...new Set(asks.map((one) => say(one.words)))].join(' ');
      announcer.say(t('ui.announce.choose', { words: title }));
      const lines: { text: string; count: number; answer: Answer }[] = [
        { text: t('ui.undo.anyway'), count: asks.length + others, answer: { agreed: ids, declined: [] } },
      ];
      if (others > 0)
        lines.push({ text: t('ui.undo.others'), count: others, answer: { agreed: [], declined: ids } });
      state.set({
        chooser: {
          title,
          notes: asks.slice(0, NAMED).map((one) => `#${one.conversation} ${one.contact}`),
          lines,
          answer: (line) => {
            state.set({ chooser: null });
            resolve(line === null ? null : (lines[line]?.answer ?? null));
          },
        },
      });
    });

  const tellLeft = (direction: Direction, left: Ran['left']) => {
    const [first] = left;
    if (!first) return;
    if (left.length === 1) {
      const { conversation: id, contact, words } = first;
      warn(t(`ui.${direction}.left`, { id, contact }), [say(words)]);
      return;
    }
    const named = left
      .slice(0, NAMED)
      .map(({ conversation, contact, words }) => `#${conversation} ${contact}: ${say(words)}.`);
    const more = left.length - named.length;
    if (more > 0) named.push(t('ui.undo.more', { count: more }));
    warn(t(`ui.${direction}.leftMany`, { count: left.length }), named);
  };

  const tellWhatCame = async (direction: Direction, ran: Ran) => {
    const back = direction === 'undo' ? 'redo' : 'undo';
    const { gesture, stored, cancelled } = ran;
    if (!gesture) {
      tell({ title: t(`ui.${direction}.nothing`), details: [], tone: 'plain' });
      return;
    }
    const turn = { direction: back, gesture: gesture.gesture } as const;
    if (cancelled.length > 0) {
      const title = t(`ui.${direction}.cancelled`, { count: cancelled.length });
      tell({ title, details: [], tone: 'good', turn });
    }
    if (stored.length > 0) {
      const count = stored.length;
      const title =
        direction === 'undo'
          ? t('ui.undo.back', { count })
          : t('ui.redo.again', { words: doneWords(t, directoryIn(queries), gesture.action, count) });
      await follower.follow(title, stored, [], turn);
    }
    tellLeft(direction, ran.left);
  };

  const run = async (direction: Direction, gesture: number | null) => {
    let ran = await client.invoke('undo.run', { direction, gesture });
    const answer: Answer = { agreed: [], declined: [] };
    while (ran.asks.length > 0 && ran.gesture) {
      const answered = await ask(ran);
      if (!answered) {
        announcer.say(t('ui.announce.cancelled'));
        return;
      }
      answer.agreed.push(...answered.agreed);
      answer.declined.push(...answered.declined);
      // About the same gesture, whatever became the newest one meanwhile.
      ran = await client.invoke('undo.run', { direction, gesture: ran.gesture.gesture, ...answer });
    }
    await tellWhatCame(direction, ran);
  };

  return {
    run: async (direction, gesture) => {
      try {
        await run(direction, gesture);
      } catch (error) {
        tell(failureOf(t, error));
      }
    },
  };
};
