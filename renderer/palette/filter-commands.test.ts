/** Commands are found by the beginnings of their words. */
import { expect, test } from 'vitest';
import { filterCommands } from './filter-commands.ts';

const command = (name: string, note = '') => ({ id: name, name, note, refused: false, run: () => undefined });
const all = [command('Move to Sara Lindqvist'), command('Move to Chloé', '#12'), command('Dark', 'Theme')];

test.each([
  ['', 3],
  ['mo sa', 1],
  ['chloe', 1],
  ['12', 1],
  ['theme dark', 1],
  ['ara', 0],
])('"%s" finds %i', (typed, count) => {
  expect(filterCommands(all, typed)).toHaveLength(count);
});
