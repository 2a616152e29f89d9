/** Sorts a judged move into what goes straight through, what asks, and what is refused (pure). */
import type { Action, Judgement, LaneKey, Words } from '../../contract/model.ts';
import type { Hints, MoveItem } from './window-state.ts';

export type AskedChoice = { action: Action; words: Words; items: readonly MoveItem[] };

export type JudgedMove = {
  direct: readonly MoveItem[];
  asking: readonly { item: MoveItem; judgement: Extract<Judgement, { outcome: 'asks-first' }> }[];
  refused: readonly { item: MoveItem; words: Words }[];
  here: readonly { item: MoveItem; words: Words }[];
  /** Every different choice with the cards it is offered for, most widely offered first; equal ones keep core's order. */
  choices: readonly AskedChoice[];
};

const actionKey = (action: Action): string =>
  JSON.stringify(Object.entries(action).toSorted(([a], [b]) => (a < b ? -1 : 1)));

export const groupJudged = (items: readonly MoveItem[], judgements: readonly Judgement[]): JudgedMove => {
  const direct: MoveItem[] = [];
  const asking: { item: MoveItem; judgement: Extract<Judgement, { outcome: 'asks-first' }> }[] = [];
  const refused: { item: MoveItem; words: Words }[] = [];
  const here: { item: MoveItem; words: Words }[] = [];
  const choices = new Map<string, { action: Action; words: Words; items: MoveItem[] }>();
  for (const [index, item] of items.entries()) {
    const judgement = judgements[index];
    switch (judgement?.outcome) {
      case 'refuses':
        refused.push({ item, words: judgement.words });
        break;
      case 'already-here':
        here.push({ item, words: judgement.words });
        break;
      case 'asks-first':
        asking.push({ item, judgement });
        for (const choice of judgement.choices) {
          const key = actionKey(choice.action);
          const known = choices.get(key);
          if (known) known.items.push(item);
          else choices.set(key, { ...choice, items: [item] });
        }
        break;
      // Not judged: core judges again when it is submitted.
      case undefined:
      case 'accepts':
      case 'accepts-but':
      case 'unknown':
        direct.push(item);
    }
  }
  return {
    direct,
    asking,
    refused,
    here,
    choices: [...choices.values()].sort((a, b) => b.items.length - a.items.length),
  };
};

/** The judgement of a lane in one word for styles. */
export type Verdict = Judgement['outcome'];

/** Whether dropping there can lead to a move. */
export const isTarget = (verdict: Verdict): boolean => verdict !== 'refuses' && verdict !== 'already-here';

/** How a lane stands to what would be moved there; `not-read` = nobody has judged it yet, which refuses nothing. */
export const standingOf = (hints: Hints | null, lane: LaneKey): 'not-read' | 'target' | 'refused' => {
  if (hints === null) return 'not-read';
  const hint = hints[lane];
  return hint !== undefined && isTarget(hint.judgement.outcome) ? 'target' : 'refused';
};
