/** Answers that arrive late do not replace newer ones. */
import { expect, test } from 'vitest';
import type { Card } from '../../contract/model.ts';
import { keepNewer, loadedCards } from './queries.ts';

test('an older revision is dropped, a newer one replaces', () => {
  const shown = { revision: 5, lanes: [1] };
  expect(keepNewer(shown, { revision: 4, lanes: [2] })).toBe(shown);
  expect(keepNewer(shown, { revision: 6, lanes: [2] })).toEqual({ revision: 6, lanes: [2] });
});

test('pages count by their first one; answers without a revision always replace', () => {
  const shown = { pages: [{ revision: 5 }], pageParams: [] };
  expect(keepNewer(shown, { pages: [{ revision: 4 }], pageParams: [] })).toBe(shown);
  expect(keepNewer({ a: 1 }, { a: 2 })).toEqual({ a: 2 });
});

test('of a card drawn in two lists the newer one counts', () => {
  const card = (contact: string) => ({ id: 1, contact }) as Card;
  const page = (revision: number, contact: string) =>
    [['key'], { pages: [{ revision, cards: [card(contact)], next: null }], pageParams: [] }] as const;
  expect(loadedCards([page(7, 'new'), page(3, 'old')]).get(1)?.contact).toBe('new');
});
