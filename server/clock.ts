/** The server's clock: unix seconds that never repeat, so that later always means greater. */
import type { Seconds } from './model.ts';

export interface ServerClock {
  /** Now; each call is at least a microsecond later than the one before. */
  now(): Seconds;
  /** Moves the clock, in seconds; for a server whose time is wrong. */
  skew(by: Seconds): void;
}

/** @param startAt unix seconds that count as now at creation; default is the machine's time. */
export function createServerClock(startAt?: Seconds): ServerClock {
  const origin = performance.now();
  const base = startAt ?? Date.now() / 1000;
  let shift = 0;
  let last = 0;
  return {
    now: () => {
      const real = base + shift + (performance.now() - origin) / 1000;
      const micros = Math.max(Math.round(real * 1e6), last + 1);
      last = micros;
      return micros / 1e6;
    },
    skew: (by) => {
      shift += by;
      last = 0;
    },
  };
}

/** `2026-01-31T09:15:27.123Z`, or null. */
export function iso(time: Seconds | null): string | null {
  return time === null ? null : new Date(Math.floor(time * 1000)).toISOString();
}

/** Whole seconds; null is 0, as the REST conversation has it. */
export function whole(time: Seconds | null): number {
  return time === null ? 0 : Math.floor(time);
}
