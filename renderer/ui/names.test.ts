/** Initials, loads and lane names for the names that come from everywhere. */
import { expect, test } from 'vitest';
import type { Directory } from '../../contract/model.ts';
import { doneWords, initials, laneName, loadWords } from './names.ts';
import { createStrings } from './strings.ts';

const t = createStrings();
const directory: Directory = {
  me: { id: 1, name: 'Noor', role: 'supervisor', availability: 'online' },
  account: { id: 1, name: 'Shop' },
  agents: [{ id: 2, name: 'Sara', role: 'agent', presence: 'online', limit: 5, left: false }],
  bots: [{ id: 2, name: 'Helper' }],
  teams: [{ id: 4, name: 'Billing', autoAssign: false, members: null, mine: null, gone: false }],
  inboxes: [],
  labels: [],
};

test.each([
  ['Sara Lindqvist', 'SL'],
  ['Chloé Martin-Desrosiers', 'CM'],
  ['ليلى حداد', 'لح'],
  ['田中', '田'],
  ['+49 151 •••• 2208', '42'],
  ['••••', '·'],
  ['  ', '·'],
])('initials of "%s"', (name, letters) => {
  expect(initials(name)).toBe(letters);
});

test('a bot and an agent of the same id are two lanes', () => {
  expect(laneName(t, directory, 'queues', 'agent:2')).toBe('Sara');
  expect(laneName(t, directory, 'queues', 'bot:2')).toBe('Helper');
  expect(laneName(t, directory, 'queues', 'agent:9')).toBe('Agent 9');
});

test('a team is a queue only among queues', () => {
  expect(laneName(t, directory, 'queues', 'team:4')).toBe('Billing queue');
  expect(laneName(t, directory, 'teams', 'team:4')).toBe('Billing');
  expect(laneName(t, null, 'teams', 'team:4')).toBe('Team 4');
});

test('loads and results in words', () => {
  expect(loadWords(t, 3, 5)).toBe('3 of 5');
  expect(loadWords(t, 3, null)).toBe('3 open');
  expect(doneWords(t, directory, { kind: 'assign-agent', agent: 2 }, 1)).toBe('Assigned to Sara.');
  expect(doneWords(t, directory, { kind: 'assign-agent', agent: 2 }, 4)).toBe(
    '4 conversations assigned to Sara.',
  );
});
