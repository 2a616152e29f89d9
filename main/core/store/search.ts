/** Finds conversations by id, by the beginnings of words of the contact's name, or of what was said; newest first. */
import type { Database } from 'better-sqlite3';
import type { Card } from '../../../contract/model.ts';
import { BOUND_INTEGER } from './bound.ts';
import type { CardReader } from './cards.ts';
import type { CacheReader } from './types.ts';

export type SearchReader = Pick<CacheReader, 'search'>;

/** How many of the newest conversations a search by single letters looks through. */
const NEWEST = 3000;

/** How many rows of the index are looked through for names that also have words of one letter. */
const LOOKED_THROUGH = 2000;

/** Words as the index has them: letters and digits, without accents, in lower case. */
const wordsOf = (text: string): string[] =>
  text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

const startsAll = (name: string, words: readonly string[]): boolean => {
  const own = wordsOf(name);
  return words.every((word) => own.some((other) => other.startsWith(word)));
};

export const createSearchReader = (db: Database, cards: CardReader): SearchReader => {
  const byName = db
    .prepare<[string, number], number>(
      `SELECT rowid FROM name_search WHERE name_search MATCH ? ORDER BY rowid DESC LIMIT ${BOUND_INTEGER}`,
    )
    .pluck();
  const byText = db
    .prepare<[string, number], number>(
      `SELECT rowid FROM text_search WHERE text_search MATCH ? ORDER BY rowid DESC LIMIT ${BOUND_INTEGER}`,
    )
    .pluck();
  const newest = db
    .prepare<[number], [number, string]>(
      `SELECT id, contact_name FROM conversation ORDER BY id DESC LIMIT ${BOUND_INTEGER}`,
    )
    .raw();
  const nameOf = db.prepare<[number], string>('SELECT contact_name FROM conversation WHERE id = ?').pluck();

  const idsOf = function* (text: string, limit: number): Generator<number> {
    const number = /^#?(\d{1,15})$/.exec(text.trim())?.[1];
    if (number !== undefined) yield Number(number);
    const words = wordsOf(text);
    // One letter is the beginning of nearly everything, and the prefix indexes begin at two.
    const long = words.filter((word) => word.length > 1);
    const short = words.filter((word) => word.length === 1);
    if (long.length === 0) {
      if (short.length === 0) return;
      for (const [id, name] of newest.iterate(NEWEST)) if (startsAll(name, short)) yield id;
      return;
    }
    const match = long.map((word) => `"${word}"*`).join(' ');
    if (short.length === 0) {
      yield* byName.all(match, limit);
    } else {
      for (const id of byName.all(match, LOOKED_THROUGH))
        if (startsAll(nameOf.get(id) ?? '', short)) yield id;
    }
    yield* byText.all(match, limit);
  };

  return {
    search: (text, limit, overlay) => {
      const found = new Map<number, Card>();
      const cardOf = cards.cardMaker();
      for (const id of idsOf(text, limit)) {
        if (found.has(id)) continue;
        const conversation = cards.find(id);
        if (conversation !== null) found.set(id, cardOf(conversation, overlay.get(id)));
        if (found.size >= limit) break;
      }
      return [...found.values()];
    },
  };
};
