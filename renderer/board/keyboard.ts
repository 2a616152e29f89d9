/** Which card or lane a key leads to (pure). */
import type { LaneKey } from '../../contract/model.ts';

export type Place = { lane: LaneKey; index: number };
export type LaneCards = { key: LaneKey; count: number };

/** Arrow keys between cards and lanes; empty lanes are passed over; null = stay. */
export const step = (lanes: readonly LaneCards[], at: Place, key: string): Place | null => {
  const column = lanes.findIndex((lane) => lane.key === at.lane);
  const lane = lanes[column];
  if (!lane) return null;
  const inside = (index: number): Place | null =>
    index >= 0 && index < lane.count && index !== at.index ? { lane: lane.key, index } : null;
  const across = (candidates: readonly LaneCards[]): Place | null => {
    const found = candidates.find((one) => one.count > 0);
    return found ? { lane: found.key, index: Math.min(at.index, found.count - 1) } : null;
  };
  switch (key) {
    case 'ArrowDown':
      return inside(at.index + 1);
    case 'ArrowUp':
      return inside(at.index - 1);
    case 'Home':
      return inside(0);
    case 'End':
      return inside(lane.count - 1);
    case 'ArrowRight':
      return across(lanes.slice(column + 1));
    case 'ArrowLeft':
      return across(lanes.slice(0, column).reverse());
    default:
      return null;
  }
};

/** The lane a key chooses in move mode; the ends do not wrap. */
export const stepLane = (lanes: readonly LaneKey[], at: LaneKey | null, key: string): LaneKey | null => {
  const index = at === null ? -1 : lanes.indexOf(at);
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return lanes[Math.min(lanes.length - 1, index + 1)] ?? null;
    case 'ArrowLeft':
    case 'ArrowUp':
      return lanes[Math.max(0, index - 1)] ?? null;
    case 'Home':
      return lanes[0] ?? null;
    case 'End':
      return lanes.at(-1) ?? null;
    default:
      return null;
  }
};

/** All ids between two cards of a lane, both included. */
export const range = (ids: readonly number[], from: number, to: number): number[] => {
  const [a, b] = [ids.indexOf(from), ids.indexOf(to)];
  if (a < 0 || b < 0) return [to];
  return ids.slice(Math.min(a, b), Math.max(a, b) + 1);
};
