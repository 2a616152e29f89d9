/** The board's keys: arrows between cards, x selects, m lifts; in move mode arrows choose a lane, Enter drops. */
import { useEffect, type RefObject } from 'react';
import type { Card, Directory, Grouping, LaneHead, LaneKey } from '../../contract/model.ts';
import { cancelLift, drop, gestureItems, hover, lift } from '../bridge/lift.ts';
import { useServices } from '../bridge/services.ts';
import { useStore } from '../bridge/store.ts';
import { useLatest } from '../ui/latest.ts';
import { actionLabel, laneName, laneSubject, loadWords } from '../ui/names.ts';
import { step, stepLane } from './keyboard.ts';
import { hintText, overWords } from './verdict.ts';

type BoardKeys = {
  grouping: Grouping;
  lanes: readonly LaneHead[];
  folded: ReadonlySet<LaneKey>;
  drawnCards: ReadonlyMap<LaneKey, readonly Card[]>;
  shortcuts: boolean;
  directory: Directory | null;
  held: ReadonlyMap<number, number>;
  scrollToLane: (key: LaneKey) => void;
};

const placeOf = (target: EventTarget | null): { lane: LaneKey; card: number } | null => {
  if (!(target instanceof Element)) return null;
  const card = target.closest<HTMLElement>('[data-conversation]')?.dataset['conversation'];
  const lane = target.closest<HTMLElement>('[data-lane]')?.dataset['lane'];
  return card === undefined || lane === undefined ? null : { lane, card: Number(card) };
};

/** Listens on `board`; the cards inside are the focusable things. */
export const useBoardKeys = (board: RefObject<HTMLElement | null>, input: BoardKeys): void => {
  const services = useServices();
  const { state, announcer, say, t } = services;
  const latest = useLatest(input);
  const moving = useStore(state, (window) => window.lifted?.by === 'keyboard');

  // Move mode owns the keyboard until Enter or Escape.
  useEffect(() => {
    if (!moving) return;
    const speak = (lane: LaneKey) => {
      const { directory, grouping, held } = latest.current;
      const subject = laneSubject(lane);
      const agent =
        subject.kind === 'agent' ? directory?.agents.find((one) => one.id === subject.id) : undefined;
      const load = agent ? loadWords(t, held.get(agent.id) ?? 0, agent.limit) : null;
      const hint = state.get().lifted?.hints?.[lane];
      const text = hint ? hintText(say, hint, (action) => actionLabel(t, directory, action)) : null;
      announcer.say(overWords(t, laneName(t, directory, grouping, lane), load, text), 'over');
    };
    const onKey = (event: KeyboardEvent) => {
      const { lifted } = state.get();
      if (!lifted) return;
      const { lanes, grouping, scrollToLane } = latest.current;
      if (event.key === 'Tab') {
        cancelLift(services);
        return;
      }
      if (['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key === 'Escape') cancelLift(services);
      else if (event.key === 'Enter' && lifted.over !== null) void drop(services, grouping, lifted.over);
      else {
        const next = stepLane(
          lanes.map((lane) => lane.key),
          lifted.over,
          event.key,
        );
        if (next === null || next === lifted.over) return;
        hover(services, next);
        scrollToLane(next);
        speak(next);
      }
    };
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, [moving, latest, services, state, announcer, say, t]);

  useEffect(() => {
    const element = board.current;
    const onKey = (event: KeyboardEvent) => {
      const at = placeOf(event.target);
      if (!at || event.defaultPrevented || event.altKey) return;
      const { lanes, folded, drawnCards, grouping, shortcuts, scrollToLane } = latest.current;
      const cards = drawnCards.get(at.lane) ?? [];
      const card = cards.find((one) => one.id === at.card);
      if (!card) return;
      if (shortcuts && !event.ctrlKey && !event.metaKey) {
        if (event.key === 'm') {
          event.preventDefault();
          lift(services, grouping, gestureItems(services, card), { lane: at.lane, cards }, 'keyboard');
          return;
        }
        if (event.key === 'x') {
          event.preventDefault();
          state.set(({ selected }) => {
            const next = new Set(selected);
            if (!next.delete(card.id)) next.add(card.id);
            return { selected: next, anchor: at };
          });
          return;
        }
      }
      if (event.key === 'Escape' && state.get().selected.size > 0) {
        state.set({ selected: new Set() });
        return;
      }
      // Arrows on the Move button open its menu.
      if (event.target instanceof Element && event.target.hasAttribute('aria-haspopup')) return;
      const place = step(
        lanes.map((lane) => ({ key: lane.key, count: folded.has(lane.key) ? 0 : lane.count })),
        { lane: at.lane, index: cards.indexOf(card) },
        event.key,
      );
      if (!place) return;
      event.preventDefault();
      const target = (drawnCards.get(place.lane) ?? [])[place.index];
      scrollToLane(place.lane);
      // A lane that was off screen draws its cards first; then its first card takes the focus.
      state.set({ focus: { lane: place.lane, card: target?.id ?? 'first' } });
    };
    element?.addEventListener('keydown', onKey);
    return () => element?.removeEventListener('keydown', onKey);
  }, [board, latest, services, state]);
};
