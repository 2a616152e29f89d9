/** The guard: a process that dies in the middle of a transaction leaves all of it or nothing, and can do nothing more. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, expect, it } from 'vitest';
import { installGuard, ProcessDied } from './guard.ts';

const guard = installGuard();
const folder = mkdtempSync(join(tmpdir(), 'guard-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two rows in one transaction, dying at the n-th statement; answers whether it died and how many rows are left. */
const dieAt = (n: number): { died: boolean; rows: number; later: unknown } => {
  const path = join(folder, `${n}.db`);
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE entry (id INTEGER)');
  const insert = db.prepare('INSERT INTO entry VALUES (?)');
  const both = db.transaction(() => {
    insert.run(1);
    insert.run(2);
  });
  let died = false;
  guard.arm(n, () => {
    died = true;
  });
  let later: unknown = null;
  try {
    both();
  } catch (error) {
    expect(error).toBeInstanceOf(ProcessDied);
  }
  if (died)
    try {
      insert.run(3);
    } catch (error) {
      later = error;
    }
  guard.disarm();
  guard.closeAll();
  guard.finish();
  const again = new Database(path, { readonly: true });
  const { rows } = again.prepare('SELECT count(*) AS rows FROM entry').get() as { rows: number };
  again.close();
  return { died, rows, later };
};

it('leaves all or nothing, whatever the statement', () => {
  const seen = new Set<string>();
  for (let n = 0; n < 8; n++) {
    const { died, rows, later } = dieAt(n);
    expect([0, 2]).toContain(rows);
    if (died) expect(later).toBeInstanceOf(Error);
    seen.add(`${died} ${rows}`);
  }
  expect(seen).toEqual(new Set(['true 0', 'false 2']));
});

it('counts uses of ports as it counts statements', () => {
  let died = false;
  guard.arm(2, () => {
    died = true;
  });
  guard.tick();
  guard.tick();
  expect(died).toBe(false);
  expect(() => guard.tick()).toThrow(ProcessDied);
  expect(died).toBe(true);
});
