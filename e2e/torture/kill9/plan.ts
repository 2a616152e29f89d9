/** Where a life ends: the named points, and what the two processes tell each other. */
import type { HttpAnswer, HttpRequest } from '../../../main/core/ports.ts';
import type { Dice } from '../../simulate/random.ts';

/**
 * - `random`: after a random time, from outside; also a life whose point did not come
 * - `recovery`: while files with a log are opened again: before a statement, or from outside
 * - `migration`: before a statement of a migration · `statement`: before any statement
 * - `checkpoint`: from outside, while a checkpoint runs · `closing`: while the core is closed
 * - `write-leaves`: a write is about to be sent · `write-taken`: the server has it, no answer yet
 * - `write-answered`: the answer enters the core · `between-steps`: the first of two writes is stored as answered, or about to be
 * - `read-answered`: a read before or after a write comes back
 * - `cursor`: a cursor or watermark of the cache is committed, and nothing after it; others have changed something before
 * - `gesture`: what a gesture changes of earlier commands is committed, and nothing after it
 * - `replay`: one of these, for a command that an earlier life has stored
 * - `none`: lives until all is settled
 */
export const points = [
  'random',
  'recovery',
  'migration',
  'statement',
  'checkpoint',
  'closing',
  'write-leaves',
  'write-taken',
  'write-answered',
  'between-steps',
  'read-answered',
  'cursor',
  'gesture',
  'replay',
] as const;
export type Point = (typeof points)[number];

export type Plan = {
  folder: string;
  seed: string;
  at: number;
  point: Point | 'none';
  /** It dies at the n-th time. */
  n: number;
  /** Nothing can be sent: what is moved waits for the next life. */
  offline: boolean;
  control: 'early-ack' | 'resend' | null;
};

export type FromChild =
  | { kind: 'request'; id: number; time: number; request: HttpRequest }
  | { kind: 'connect'; id: number; time: number }
  | { kind: 'send'; id: number; time: number; text: string }
  | { kind: 'closed' }
  | { kind: 'acked'; command: string; conversation: number }
  /** The core is about to start · it has opened its files · a checkpoint is about to run · it is over. */
  | { kind: 'starts' | 'opened' | 'checkpoint' | 'checkpoint-over' }
  /** Its point did not come: it dies where it is. */
  | { kind: 'missed' }
  | { kind: 'trouble'; what: string };

export type ToChild =
  | { kind: 'answer'; id: number; answer: HttpAnswer }
  | { kind: 'done'; id: number }
  | { kind: 'text'; text: string }
  | { kind: 'closed' };

/** What the files are like before a life. */
export type Before = {
  /** Statements that are still to make the schema or bring it up to date. */
  old: number;
  /** There is a log to be recovered. */
  log: boolean;
  /** Commands that wait to be sent. */
  waiting: number;
};

const isPossible = (point: Point, before: Before): boolean => {
  if (point === 'migration') return before.old > 0;
  if (point === 'recovery') return before.log;
  return point !== 'replay' || before.waiting > 0;
};

export type Death = Pick<Plan, 'n' | 'offline'> & {
  point: Point;
  /** Real ms from the start, or from the begin of the checkpoint, at which it is killed from outside; null = it kills itself. */
  outside: number | null;
};

const MOST: Record<Point, number> = {
  random: 0,
  recovery: 40,
  migration: 0,
  statement: 500,
  checkpoint: 2,
  closing: 6,
  'write-leaves': 3,
  'write-taken': 2,
  'write-answered': 2,
  'between-steps': 1,
  'read-answered': 5,
  cursor: 1,
  gesture: 1,
  replay: 8,
};

/** @param last the point before: recovery is cut off several times in a row */
export const pickDeath = (dice: Dice, before: Before, last: Point | null): Death => {
  const again = last === 'recovery' && before.log && dice.chance(0.5);
  const point = again
    ? 'recovery'
    : before.old > 0 && dice.chance(0.6)
      ? 'migration'
      : dice.pick(points.filter((one) => isPossible(one, before)));
  // Many points come early.
  const early: Partial<Record<Point, number>> = { statement: 30, recovery: 12 };
  const most =
    point === 'migration' ? before.old - 1 : ((dice.chance(0.4) ? early[point] : null) ?? MOST[point]);
  const outside: Partial<Record<Point, () => number | null>> = {
    random: () => dice.next() * dice.next() * 100,
    recovery: () => (dice.chance(0.5) ? dice.next() * 8 : null),
    checkpoint: () => dice.next() * dice.next(),
  };
  return {
    point,
    n: dice.below(most + 1),
    outside: outside[point]?.() ?? null,
    // What waits is what a gesture can change.
    offline:
      point === 'gesture' ||
      (['random', 'statement', 'checkpoint', 'closing'].includes(point) && dice.chance(0.3)),
  };
};

/** Of a life that was killed: where it really was. */
export const placeOf = ({ point, outside }: Death, heard: ReadonlySet<FromChild['kind']>): Point => {
  if (heard.has('missed')) return 'random';
  if (point === 'recovery' && outside !== null && (heard.has('opened') || !heard.has('starts')))
    return 'random';
  if (point === 'checkpoint' && (!heard.has('checkpoint') || heard.has('checkpoint-over'))) return 'random';
  return point;
};
