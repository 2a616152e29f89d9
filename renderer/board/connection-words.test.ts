/** Every state that waits for something says for what and how long; loads say how far they are. */
import { expect, test } from 'vitest';
import type { Connection } from '../../contract/model.ts';
import { createStrings } from '../ui/strings.ts';
import { deadlineWords, progressWords } from './connection-words.ts';

const t = createStrings();
const at = (state: Connection['state'], deadline: number | null): Connection => ({
  state,
  deadline,
  reason: { key: 'connection.live', params: {} },
  asOf: null,
  progress: null,
});

test('what is waited for', () => {
  expect(deadlineWords(t, at('offline', 12_400), 0)).toBe('Next attempt in 13 s');
  expect(deadlineWords(t, at('offline', null), 0)).toBe('Trying now');
  expect(deadlineWords(t, at('offline', 5_000), 9_000)).toBe('Next attempt in 0 s');
  expect(deadlineWords(t, at('no-access', 600_000), 0)).toBe('Next attempt in 10 min');
  expect(deadlineWords(t, at('connecting', 8_000), 0)).toBe('Waits at most 8 s for an answer');
  expect(deadlineWords(t, at('throttled', 60_000), 0)).toBe('Goes on in 60 s');
  expect(deadlineWords(t, at('live', null), 0)).toBeNull();
});

test('how far a load is', () => {
  expect(progressWords(t, { what: 'history', done: 4_200, total: 9_800, secondsLeft: 350 })).toBe(
    'Loading history, 4,200 of about 9,800, about 6 min left',
  );
  expect(progressWords(t, { what: 'live', done: 300, total: 512, secondsLeft: 20 })).toBe(
    'Loading live conversations, 300 of 512, less than a minute left',
  );
  expect(progressWords(t, { what: 'catch-up', done: 12, total: null, secondsLeft: null })).toBe(
    'Loading what changed, 12 so far',
  );
});
