/** Words become text, whatever is filled in. */
import { expect, test } from 'vitest';
import { createWords, wordKeys } from './words.ts';

test('what is filled in is taken as it is', () => {
  const t = createWords('en');
  expect(t({ key: 'hint.willBeUnassigned', params: { agent: 'Sara', team: 'Billing' } })).toBe(
    'Sara is not in Billing and will be unassigned',
  );
  expect(t({ key: 'refuse.left', params: { agent: '<b>$t(hint.alreadyHere) {{team}}</b>' } })).toBe(
    '<b>$t(hint.alreadyHere) {{team}}</b> has left',
  );
  expect(t({ key: 'refuse.left', params: { agent: '$& $1 __proto__' } })).toBe('$& $1 __proto__ has left');
});

test('counts choose between one and many', () => {
  const t = createWords('en');
  expect(t({ key: 'many.accepts', params: { count: 1 } })).toBe('1 conversation');
  expect(t({ key: 'many.accepts', params: { count: 3 } })).toBe('3 conversations');
});

test('an unknown key shows itself', () => {
  expect(createWords('en')({ key: 'no.such.key', params: {} })).toBe('no.such.key');
});

test('keys are flat', () => {
  expect(wordKeys.length).toBeGreaterThan(50);
});

test('who has it is said inside other words', () => {
  const t = createWords('en');
  const who = { context: 'both', agent: 'Tom', team: 'Billing' };
  expect(t({ key: 'changed.now', params: who })).toBe('Changed in the meantime: now with Tom in Billing');
  expect(t({ key: 'changed.now', params: { context: 'queue', team: 'Billing' } })).toBe(
    'Changed in the meantime: now with Billing queue',
  );
  expect(t({ key: 'changed.now', params: { context: 'nobody' } })).toBe(
    'Changed in the meantime: now with nobody',
  );
});
