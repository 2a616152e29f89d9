/** Where a life ends: the named points, and what the two processes tell each other. */
import type { HttpAnswer, HttpRequest } from '../../../main/core/ports.ts';
import type { Dice } from '../../simulate/random.ts';

/**
 * - `random`: after a random time, from outside · `opening`: likewise, while the files are opened and recovered
 * - `migration`: before a statement of a migration · `statement`: before any statement
 * - `checkpoint`: from outside, while a checkpoint runs · `closing`: while the core is closed
 * - `write-leaves`: a write is about to be sent · `write-taken`: the server has it, no answer yet
 * - `write-answered`: the answer enters the core · `between-steps`: the first of two writes is stored as answered, or about to be
 * - `read-answered`: a read before or after a write comes back, as in replay
 * - `none`: lives until all is settled
 */
export const points = [
  'random',
  'opening',
  'migration',
  'statement',
  'checkpoint',
  'closing',
  'write-leaves',
  'write-taken',
  'write-answered',
  'between-steps',
  'read-answered',
] as const;
export type Point = (typeof points)[number] | 'none';

export type Controls = 'early-ack' | 'resend' | null;

export type Plan = {
  core: string;
  folder: string;
  seed: string;
  at: number;
  point: Point;
  /** It dies at the n-th time. */
  n: number;
  control: Controls;
};

export type FromChild =
  | { kind: 'request'; id: number; time: number; request: HttpRequest }
  | { kind: 'connect'; id: number; time: number }
  | { kind: 'send'; id: number; time: number; text: string }
  | { kind: 'closed' }
  | { kind: 'acked'; command: string; conversation: number }
  | { kind: 'reached' }
  | { kind: 'trouble'; what: string };

export type ToChild =
  | { kind: 'answer'; id: number; answer: HttpAnswer }
  | { kind: 'done'; id: number }
  | { kind: 'text'; text: string }
  | { kind: 'closed' };

export const pickPoint = (dice: Dice, fresh: boolean): { point: Point; n: number } => {
  const point =
    fresh && dice.chance(0.5) ? 'migration' : dice.pick(points.filter((one) => fresh || one !== 'migration'));
  const most: Record<Point, number> = {
    random: 0,
    opening: 0,
    migration: 45,
    statement: dice.chance(0.3) ? 30 : 1500,
    checkpoint: 4,
    closing: 12,
    'write-leaves': 6,
    'write-taken': 6,
    'write-answered': 6,
    'between-steps': 3,
    'read-answered': 12,
    none: 0,
  };
  return { point, n: dice.below(most[point] + 1) };
};
