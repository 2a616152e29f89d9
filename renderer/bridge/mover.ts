/** One way for every move (drag, menu, keyboard, palette, Details): judge, ask if needed, store, say what happened. */
import type { CallOutput } from '../../contract/ipc.ts';
import type { Action, Words } from '../../contract/model.ts';
import { doneWords } from '../ui/names.ts';
import type { Follower } from './follower.ts';
import { groupJudged, type JudgedMove } from './grouping.ts';
import type { Store } from './store.ts';
import { directoryIn, failureOf, tellerOf, type Telling } from './telling.ts';
import type { MoveItem, WindowState } from './window-state.ts';

export type Mover = {
  /** Resolves when everything that could be stored is stored (true if anything was). */
  move: (items: readonly MoveItem[], action: Action) => Promise<boolean>;
};

type Needs = Telling & { state: Store<WindowState>; follower: Follower };

type Submitted = CallOutput<'move.submit'>;

export const createMover = (needs: Needs): Mover => {
  const { client, queries, state, announcer, follower, t, say } = needs;
  const tell = tellerOf(needs);

  /** "Tom is not in Billing": the hint without what it says about asking. */
  const askWords = (words: Words): string => {
    const { agent, team } = words.params;
    return agent === undefined || team === undefined
      ? say(words)
      : say({ key: 'refuse.notInTeam', params: { agent, team } });
  };

  /** Asks once for all cards that need it; null = cancelled. Resolves with action per card. */
  const choose = (judged: JudgedMove): Promise<ReadonlyMap<number, Action> | null> =>
    new Promise((resolve) => {
      const words = [...new Set(judged.asking.map(({ judgement }) => askWords(judgement.words)))];
      const notes = [
        ...new Set(judged.asking.flatMap(({ judgement }) => judgement.warnings.map((one) => say(one)))),
      ];
      const single = judged.asking.length + judged.direct.length === 1;
      if (!single && judged.direct.length > 0)
        notes.unshift(t('ui.chooser.others', { count: judged.direct.length }));
      announcer.say(t('ui.announce.choose', { words: words.join(' ') }));
      state.set({
        chooser: {
          title: words.join(' '),
          notes,
          lines: judged.choices.map((choice) => ({ text: say(choice.words), count: choice.items.length })),
          answer: (line) => {
            state.set({ chooser: null });
            const choice = line === null ? undefined : judged.choices[line];
            resolve(choice ? new Map(choice.items.map((item) => [item.conversation, choice.action])) : null);
          },
        },
      });
    });

  const submit = async (
    items: readonly MoveItem[],
    action: Action,
    gesture: number | null,
  ): Promise<Submitted> => {
    const sent = items.map(({ conversation, base }) => ({ conversation, base }));
    return client.invoke('move.submit', { action, items: sent, gesture });
  };

  const run = async (items: readonly MoveItem[], action: Action): Promise<boolean> => {
    const sent = items.map(({ conversation, base }) => ({ conversation, base }));
    const { judgements } = await client.invoke('move.judge', { action, items: sent });
    let judged = groupJudged(items, judgements);
    const first = judged.refused[0] ?? judged.here[0];
    if (judged.direct.length + judged.asking.length === 0) {
      if (first) {
        const details = judged.refused.length > 1 ? [t('ui.toast.none')] : [];
        tell({ title: say(first.words), details, tone: 'bad' });
      }
      return false;
    }
    const notes: string[] = [];
    if (judged.refused.length > 0 && first)
      notes.push(t('ui.toast.someRefused', { count: judged.refused.length, words: say(first.words) }));
    const plan = new Map<number, Action>(judged.direct.map((item) => [item.conversation, action]));
    let anything = false;
    let gesture: number | null = null;
    // Core may still ask after it looked again; nothing is stored without an answer to that.
    for (let round = 0; round < 3; round += 1) {
      if (judged.asking.length > 0) {
        const chosen = await choose(judged);
        if (!chosen) {
          announcer.say(t('ui.announce.cancelled'));
          return anything;
        }
        for (const [conversation, choice] of chosen) plan.set(conversation, choice);
      }
      const groups = Map.groupBy(
        items.filter((item) => plan.has(item.conversation)),
        (item) => JSON.stringify(plan.get(item.conversation)),
      );
      const asks: Submitted['asks'] = [];
      for (const [key, group] of groups) {
        const groupAction = JSON.parse(key) as Action;
        const answer = await submit(group, groupAction, gesture);
        gesture = answer.gesture;
        for (const { conversation, words } of [...answer.changed, ...answer.refused]) {
          const contact = items.find((item) => item.conversation === conversation)?.contact ?? '';
          const title = t('ui.toast.notMoved', { id: conversation, contact });
          tell({ title, details: [say(words)], tone: 'bad' });
        }
        asks.push(...answer.asks);
        if (answer.stored.length > 0) {
          anything = true;
          const title = doneWords(t, directoryIn(queries), groupAction, answer.stored.length);
          const turn = { direction: 'undo', gesture } as const;
          await follower.follow(title, answer.stored, notes.splice(0), turn);
        }
      }
      if (asks.length === 0) return anything;
      const again = new Map(asks.map((ask) => [ask.conversation, ask.judgement]));
      const asked = items.filter((item) => again.has(item.conversation));
      judged = groupJudged(
        asked,
        asked.flatMap((item) => again.get(item.conversation) ?? []),
      );
      plan.clear();
      if (judged.asking.length === 0) return anything;
    }
    return anything;
  };

  return {
    move: async (items, action) => {
      if (items.length === 0) return false;
      try {
        return await run(items, action);
      } catch (error) {
        tell(failureOf(t, error));
        return false;
      }
    },
  };
};
