/** Proves that a conversation comes back from the database as it went in, whatever its columns hold. */
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import type { StoredConversation } from '../sync/stored-conversation.ts';
import Database from 'better-sqlite3';
import { migrate } from './migrate.ts';
import {
  epochOf,
  insertSql,
  quietUpdateSql,
  quietValues,
  readRow,
  rowValues,
  selectSql,
  updateSql,
  type RawRow,
} from './row.ts';
import { migrationsOf } from './schema.ts';

// Real files and many runs: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary);
const integer = fc.integer({ min: 0, max: 2_000_000_000 });
const text = fc
  .string({ maxLength: 12 })
  .map((value) => value.replaceAll('\0', ' ').replaceAll('\u001f', ' '));

const conversation: fc.Arbitrary<StoredConversation> = fc.record({
  id: fc.constant(5),
  inbox: integer,
  channel: text,
  status: fc.constantFrom('open', 'pending', 'snoozed', 'resolved', 'mystery'),
  priority: orNull(fc.constantFrom('low', 'escalation', 'mystery')),
  assignee: orNull(fc.record({ type: fc.constantFrom('agent' as const, 'bot' as const), id: integer })),
  team: orNull(integer),
  contactId: orNull(integer),
  contactName: text,
  contactEmail: orNull(text),
  contactPhone: orNull(text),
  contactIdentifier: orNull(text),
  labels: fc.array(text.filter((label) => label !== '')),
  unread: integer,
  createdAt: integer,
  lastActivityAt: integer,
  firstReplyAt: orNull(integer),
  snoozedUntil: orNull(integer),
  lastMessage: orNull(
    fc.record({
      id: integer,
      text,
      from: fc.constantFrom('customer' as const, 'agent' as const, 'bot' as const),
      at: integer,
    }),
  ),
  wait: fc.record({
    since: orNull(integer),
    atLeast: fc.boolean(),
    message: orNull(integer),
    newest: orNull(fc.record({ id: integer, at: integer })),
    settled: integer,
    wire: fc.boolean(),
  }),
  serverUpdatedAt: orNull(fc.double({ min: 0, max: 2e9, noNaN: true })),
  heard: orNull(
    fc.record({
      via: fc.constantFrom('rest' as const, 'socket' as const),
      since: fc.double({ min: 0, max: 1e9, noNaN: true }),
    }),
  ),
  doubt: fc.boolean(),
  gone: orNull(fc.constantFrom('deleted' as const, 'invisible' as const)),
});

it('reads back what was inserted and what was updated, quietly or in full', () => {
  const db = new Database(':memory:');
  migrate(db, migrationsOf('cache'));
  const select = db.prepare<[number], RawRow>(selectSql).raw();
  const read = (): { row: StoredConversation; epoch: number } => {
    const raw = select.get(5);
    if (raw === undefined) throw new Error('no row');
    return { row: readRow(raw, 3), epoch: epochOf(raw) };
  };
  let quietly = 0;
  fc.assert(
    fc.property(conversation, conversation, fc.boolean(), (first, second, similar) => {
      db.exec('DELETE FROM conversation');
      db.prepare(insertSql).run(rowValues(first, 3, 8));
      expect(read()).toEqual({ row: first, epoch: 8 });
      const { unread, wait, lastMessage, contactPhone } = second;
      const sameWait = { ...wait, since: first.wait.since };
      const next = similar ? { ...first, unread, wait: sameWait, lastMessage, contactPhone } : second;
      const values = rowValues(next, 3, 9);
      const quiet = quietValues(rowValues(first, 3, 8), values);
      if (quiet) quietly += 1;
      if (similar) expect(quiet).not.toBe(null);
      if (quiet) db.prepare(quietUpdateSql).run(quiet);
      else db.prepare(updateSql).run([...values.slice(1), next.id]);
      expect(read()).toEqual({ row: next, epoch: 9 });
      // What another run heard orders nothing here.
      const raw = select.get(5);
      expect(raw && readRow(raw, 4).heard).toBe(null);
    }),
    { numRuns: 400 },
  );
  expect(quietly).toBeGreaterThan(100);
  db.close();
});
