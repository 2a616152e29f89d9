/** R7: how long a start waits for its first cards when it brings a large cache from the first schema to today's. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { folderOf } from '../../main/core/data/places.ts';
import { migrate, migrationsFrom, schemaVersion } from '../../main/core/store/migrate.ts';
import { newFolder, removeFolder, startBuiltCore } from './built-core.ts';
import type { BenchOptions } from './options.ts';
import { ACCOUNT, TOKEN, USER } from './page-server-people.ts';
import { untilCards } from './samples.ts';
import { median, report, rounded } from './stats.ts';

const FIRST_SCHEMA = join(import.meta.dirname, '../../main/core/store/migrations/cache/001-initial.sql');
/** Nobody answers there: what is shown is what is on the disk. */
const ORIGIN = 'http://127.0.0.1:9';
const MIB = 1024 * 1024;
const NOW_SECONDS = 1_780_000_000;

/**
 * Every eighth conversation is live, and the transcript of every second of these is saved. They lie evenly among the
 * others, so that whatever writes to each of them writes the whole table.
 */
const fill = (db: Database.Database, conversations: number): void => {
  db.prepare(
    `WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
     INSERT INTO conversation (id, inbox_id, channel, status, live, bucket, priority_order, assignee_type, assignee_id,
       team_id, contact_id, contact_name, contact_email, labels, unread, created_at, last_activity_at, waiting_since,
       waiting_raw, waiting_at_least, wire_waiting, last_message_id, last_message_text, last_message_from,
       last_message_at, heard_via, heard_since, run, epoch, doubt, saved_at)
     SELECT n, 1 + n % 7, 'Channel::WebWidget', iif(n % 8 = 0, 'open', 'resolved'), n % 8 = 0, iif(n % 8 = 0, 0, 3), 5,
       iif(n % 3 = 0, 'agent', NULL), iif(n % 3 = 0, 1 + n % 40, NULL), iif(n % 5 > 0, 1 + n % 12, NULL), n,
       'Contact number ' || n, 'contact' || n || '@example.test', '', 0, ${NOW_SECONDS} - n, ${NOW_SECONDS},
       iif(n % 8 = 0, ${NOW_SECONDS} - n, NULL), ${NOW_SECONDS} - n, 0, 1, n * 10,
       'Where is my order ' || n || '? I have waited for it for a week, and nobody tells me anything.', 'customer',
       ${NOW_SECONDS}, 'rest', 1, 1, 1, 0, iif(n % 16 = 0, ${NOW_SECONDS}000, NULL) FROM number`,
  ).run(conversations);
};

/** A cache as the first version of the app would have left it. */
const makeFirst = (path: string, conversations: number): void => {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  migrate(db, migrationsFrom({ [FIRST_SCHEMA]: readFileSync(FIRST_SCHEMA, 'utf8') }));
  const me = { id: USER, name: 'Mara', role: 'supervisor', accountId: ACCOUNT, availability: 'online' };
  db.transaction(() => {
    db.prepare(`INSERT INTO state VALUES ('me', ?)`).run(JSON.stringify({ ...me, accountName: 'Account' }));
    fill(db, conversations);
  })();
  db.close();
};

const schemaOf = (path: string): number => {
  const db = new Database(path, { readonly: true });
  try {
    return schemaVersion(db);
  } finally {
    db.close();
  }
};

/** ms from the start of the threads until the first cards are answered. */
const start = async (folder: string): Promise<number> => {
  const from = performance.now();
  const core = startBuiltCore({
    origin: ORIGIN,
    token: TOKEN,
    accountId: ACCOUNT,
    userId: USER,
    historyDays: 0,
    pace: null,
    folder,
  });
  await untilCards(core);
  const took = performance.now() - from;
  await core.stop();
  return took;
};

/** Runs the benchmark; answers whether the figures are within their floors. */
export const benchMigration = async (options: BenchOptions): Promise<boolean> => {
  const conversations = options.conversations ?? 1_000_000;
  const folder = newFolder();
  const first = join(folder, 'first.db');
  const cache = join(
    folderOf(folder, { origin: ORIGIN, accountId: ACCOUNT, userId: USER, name: '', demo: false }),
    'cache.db',
  );
  const runs: { migrating: number; after: number }[] = [];
  let schema = 0;
  try {
    makeFirst(first, conversations);
    mkdirSync(dirname(cache), { recursive: true });
    for (let repeat = 0; repeat < options.repeats; repeat += 1) {
      for (const suffix of ['', '-wal', '-shm']) rmSync(cache + suffix, { force: true });
      copyFileSync(first, cache);
      const migrating = await start(folder);
      schema = schemaOf(cache);
      runs.push({ migrating, after: await start(folder) });
    }
    return report(
      'migration',
      {
        'R7 first cards of the start that migrates, ms': {
          figure: rounded(median(runs.map(({ migrating }) => migrating))),
          floor: 2000,
        },
      },
      {
        conversations,
        repeats: options.repeats,
        schema,
        mib: rounded(statSync(first).size / MIB),
        runs: runs.map(({ migrating, after }) => ({ migrating: rounded(migrating), after: rounded(after) })),
      },
    );
  } finally {
    removeFolder(folder);
  }
};
