/** Times in words: how long somebody waits, how loud that is, and clock times. */
import { useSyncExternalStore } from 'react';
import type { Translate } from './strings.ts';

export type WaitLevel = 'calm' | 'soon' | 'long';

const SOON_MINUTES = 5;
const LONG_MINUTES = 15;

/** Whole minutes between `since` (seconds) and `now` (ms), never negative. */
export const minutesSince = (since: number, now: number): number =>
  Math.max(0, Math.floor((now / 1000 - since) / 60));

export const waitLevel = (minutes: number): WaitLevel =>
  minutes >= LONG_MINUTES ? 'long' : minutes >= SOON_MINUTES ? 'soon' : 'calm';

/** "under 1 min", "18 min", "2 h 05", "3 d": at most two units, always narrow enough for a card. */
export const durationWords = (t: Translate, minutes: number): string => {
  if (minutes < 1) return t('ui.time.moment');
  if (minutes < 60) return t('ui.time.minutes', { minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 24) {
    const rest = String(minutes % 60).padStart(2, '0');
    return minutes % 60 === 0 ? t('ui.time.hours', { hours }) : t('ui.time.hoursMinutes', { hours, rest });
  }
  return t('ui.time.days', { days: Math.floor(hours / 24) });
};

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const clockSeconds = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** "14:02", or "12 Nov 14:02" on another day than `now` (both ms). */
export const clockWords = (at: number, now: number): string => {
  const time = clock.format(at);
  return new Date(at).toDateString() === new Date(now).toDateString() ? time : `${day.format(at)} ${time}`;
};

/** "14:02:10". */
export const exactClockWords = (at: number): string => clockSeconds.format(at);

/** One clock for everything on screen: it ticks only while somebody looks at it. */
const createClock = (tickMs: number) => {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | null = null;
  let now = 0;
  return {
    now: () => now || (now = Date.now()),
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      timer ??= setInterval(() => {
        now = Date.now();
        for (const one of listeners) one();
      }, tickMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0 || timer === null) return;
        clearInterval(timer);
        timer = null;
        now = 0;
      };
    },
  };
};

const clockOfWindow = createClock(10_000);
const secondsOfWindow = createClock(1_000);
const still = () => () => undefined;

/** The present in ms, moving in steps of ten seconds, so that waiting times grow without re-rendering all the time. */
export const useNow = (): number => useSyncExternalStore(clockOfWindow.subscribe, clockOfWindow.now);

/** The present in ms, second by second while `counting`: for a countdown. */
export const useSeconds = (counting: boolean): number =>
  useSyncExternalStore(counting ? secondsOfWindow.subscribe : still, secondsOfWindow.now);
