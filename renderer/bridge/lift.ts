/** Cards in the air: lift, hover, drop and cancel, the same for mouse and keyboard. */
import type { Card, Grouping, LaneKey } from '../../contract/model.ts';
import { laneName } from '../ui/names.ts';
import { loadedCards } from './queries.ts';
import type { Services } from './services.ts';
import { failureOf } from './telling.ts';
import { asMoveItem, type Hint, type Hints, type MoveItem } from './window-state.ts';

/** The cards a gesture on one card is about: the whole selection when the card is part of it. */
export const gestureItems = (services: Services, card: Card): MoveItem[] => {
  const { selected } = services.state.get();
  if (!selected.has(card.id)) return [asMoveItem(card)];
  const loaded = loadedCards(services.queries.getQueriesData({ queryKey: ['board.cards'] }));
  return [...selected].flatMap((id) => {
    const found = id === card.id ? card : loaded.get(id);
    return found ? [asMoveItem(found)] : [];
  });
};

const asked = (items: readonly MoveItem[]) => items.map(({ conversation, base }) => ({ conversation, base }));

export const readHints = async (
  { client }: Services,
  grouping: Grouping,
  items: readonly MoveItem[],
): Promise<Hints> => (await client.invoke('move.hints', { grouping, items: asked(items) })).hints;

const directoryOf = (services: Services) =>
  services.queries.getQueryData<Parameters<typeof laneName>[1]>(['directory.get', {}]) ?? null;

/** Lifts cards from a lane; every lane then says what dropping there would do. */
export const lift = (
  services: Services,
  grouping: Grouping,
  items: readonly MoveItem[],
  source: { lane: LaneKey; cards: readonly Card[] },
  by: 'pointer' | 'keyboard',
): void => {
  const { state, announcer, t } = services;
  const first = items[0];
  if (!first) return;
  const ids = new Set(items.map((item) => item.conversation));
  const { lane: from, cards } = source;
  state.set({
    lifted: { items, ids, from, cards, by, over: by === 'keyboard' ? from : null, hints: null },
  });
  const lane = laneName(t, directoryOf(services), grouping, from);
  announcer.say(
    items.length === 1
      ? t('ui.announce.lifted', { id: first.conversation, contact: first.contact, lane })
      : t('ui.announce.liftedMany', { count: items.length, lane }),
  );
  readHints(services, grouping, items).then(
    (hints) => state.set(({ lifted }) => (lifted?.items === items ? { lifted: { ...lifted, hints } } : {})),
    // Without hints the drop asks again and says what is wrong.
    () => undefined,
  );
};

export const hover = ({ state }: Services, over: LaneKey | null): void => {
  const { lifted } = state.get();
  if (lifted && lifted.over !== over) state.set({ lifted: { ...lifted, over } });
};

export const cancelLift = ({ state, announcer, t }: Services): void => {
  const { lifted } = state.get();
  if (!lifted) return;
  state.set({ lifted: null });
  announcer.say(t('ui.announce.cancelled'));
};

/** The card that gets the focus when these leave the lane: the next one, else the one before. */
export const nextInLane = (
  cards: readonly Card[],
  leaving: ReadonlySet<number>,
  from: number,
): number | null => {
  const start = cards.findIndex((card) => card.id === from);
  const after = cards.slice(start + 1).find((card) => !leaving.has(card.id));
  const before = cards.slice(0, Math.max(0, start)).findLast((card) => !leaving.has(card.id));
  return (after ?? before)?.id ?? null;
};

/** Moves items to a lane by its hint. `cards` = the source lane as drawn, for the focus afterwards. */
export const moveByHint = async (
  services: Services,
  items: readonly MoveItem[],
  hint: Hint | undefined,
  source: { lane: LaneKey; cards: readonly Card[] } | null,
): Promise<void> => {
  const { state, announcer, mover, toaster, say, t } = services;
  const first = items[0];
  if (!first || !hint) return;
  if (hint.judgement.outcome === 'already-here') {
    announcer.say(say(hint.judgement.words));
    return;
  }
  if (hint.judgement.outcome === 'refuses' || hint.action === null) {
    const words = say(hint.judgement.words);
    toaster.show({ title: t('ui.toast.notMovedShort'), details: [words], tone: 'bad' });
    announcer.warn(words);
    return;
  }
  const leaving = new Set(items.map((item) => item.conversation));
  const next = source ? nextInLane(source.cards, leaving, first.conversation) : null;
  if (!(await mover.move(items, hint.action))) return;
  state.set({
    selected: new Set(),
    ...(source && next !== null ? { focus: { lane: source.lane, card: next } } : {}),
  });
};

/** Moves items to a lane; judged now where nobody had the time before. */
export const moveToLane = async (
  services: Services,
  grouping: Grouping,
  items: readonly MoveItem[],
  hints: Hints | null,
  lane: LaneKey,
  source: { lane: LaneKey; cards: readonly Card[] } | null = null,
): Promise<void> => {
  try {
    const known = hints ?? (await readHints(services, grouping, items));
    await moveByHint(services, items, known[lane], source);
  } catch (error) {
    services.toaster.show(failureOf(services.t, error));
  }
};

export const drop = async (services: Services, grouping: Grouping, lane: LaneKey): Promise<void> => {
  const { state } = services;
  const { lifted } = state.get();
  if (!lifted) return;
  state.set({ lifted: null });
  const { items, hints, from, cards } = lifted;
  if (lane === from && items.length === 1) return;
  await moveToLane(services, grouping, items, hints, lane, { lane: from, cards });
};
