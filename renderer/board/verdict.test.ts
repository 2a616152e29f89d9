/** What is said over a lane, as the reader hears it. */
import { expect, test } from 'vitest';
import { createWords } from '../../contract/words.ts';
import { createStrings } from '../ui/strings.ts';
import { hintText, overWords } from './verdict.ts';

const t = createStrings();
const say = createWords('en');
const label = () => ({ key: 'label.assign', params: { agent: 'Sara' } });

test('a plain accept speaks by its action and is allowed', () => {
  const hint = hintText(
    say,
    {
      judgement: { outcome: 'accepts', words: { key: 'hint.accepts', params: {} }, warnings: [] },
      action: { kind: 'assign-agent', agent: 2 },
    },
    label,
  );
  expect(hint.text).toBe('Assign to Sara');
  expect(overWords(t, 'Sara', '3 of 5', hint)).toBe('Sara, 3 of 5, allowed.');
});

test('who asks first and who refuses say why', () => {
  const asks = hintText(
    say,
    {
      judgement: {
        outcome: 'asks-first',
        words: { key: 'hint.asksFirst', params: { agent: 'Tom', team: 'Billing' } },
        warnings: [{ key: 'warn.offline', params: { agent: 'Tom' } }],
        choices: [],
      },
      action: { kind: 'assign-agent', agent: 3 },
    },
    label,
  );
  expect(overWords(t, 'Tom', null, asks)).toBe('Tom. Tom is not in Billing: asks first. Tom is offline');
  const refuses = hintText(
    say,
    {
      judgement: { outcome: 'refuses', words: { key: 'refuse.left', params: { agent: 'Eva' } } },
      action: null,
    },
    label,
  );
  expect(overWords(t, 'Eva', null, refuses)).toBe('Eva. Eva has left.');
});

test('before the hints arrive it says so', () => {
  expect(overWords(t, 'Sara', null, null)).toBe('Sara, being checked.');
});
