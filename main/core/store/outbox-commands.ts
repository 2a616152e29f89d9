/** Commands in outbox.db. */
import type { Database } from 'better-sqlite3';
import { commandSchema, type Command } from '../commands/types.ts';
import { BOUND_INTEGER } from './bound.ts';
import { checksumOf, insertSql, isSound } from './outbox-rows.ts';

export type CommandStore = {
  /** All in one transaction: the new ones and the changed ones. Durable when it returns. */
  save: (changes: { add?: readonly Command[]; change?: readonly Command[] }) => void;
  /** Waiting, sending, refused and in conflict, in the order they were asked for; `damaged` rows are left out. */
  open: () => { commands: Command[]; damaged: number };
  /** Newest first. */
  newest: (limit: number) => Command[];
  /** Confirmed since `since` (ms), oldest first. */
  confirmed: (since: number) => Command[];
  /** Takes them out for good. */
  remove: (ids: readonly string[]) => void;
  /** Keeps the newest `keep` settled ones. By count: the clock of a computer may be a year off for a day. */
  forget: (keep: number) => void;
};

const columns = (command: Command) => [
  command.id,
  command.conversation,
  command.state,
  command.settledAt,
  JSON.stringify(command),
];

/** null: the row is not what was written. */
const readCommand = (row: unknown): Command | null => {
  const found = row as Record<string, unknown>;
  if (!isSound('command', found)) return null;
  const parsed = commandSchema.safeParse(JSON.parse(String(found['body'])));
  return parsed.success ? parsed.data : null;
};

const sound = (rows: unknown[]): Command[] => rows.map(readCommand).filter((one) => one !== null);

/** Reads the same rows again and again: those that have not changed are neither parsed nor judged anew. */
const createListReader = () => {
  let last = new Map<string, { row: Record<string, unknown>; command: Command | null }>();
  return (rows: unknown[]): Command[] => {
    const now: typeof last = new Map();
    for (const row of rows as Record<string, unknown>[]) {
      const id = String(row['id']);
      const before = last.get(id);
      const same = before && Object.keys(row).every((column) => before.row[column] === row[column]);
      now.set(id, same ? before : { row, command: readCommand(row) });
    }
    last = now;
    return [...now.values()].flatMap(({ command }) => command ?? []);
  };
};

export const createCommandStore = (db: Database): CommandStore => {
  const insert = db.prepare(insertSql('command'));
  const update = db.prepare(
    'UPDATE command SET state = ?, settled_at = ?, body = ?, checksum = ? WHERE id = ?',
  );
  const open = db.prepare(
    `SELECT * FROM command WHERE state IN ('waiting', 'sending', 'refused', 'conflict') ORDER BY seq`,
  );
  const newest = db.prepare(`SELECT * FROM command ORDER BY seq DESC LIMIT ${BOUND_INTEGER}`);
  const confirmed = db.prepare(
    `SELECT * FROM command WHERE settled_at IS NOT NULL AND settled_at >= ? AND state = 'confirmed' ORDER BY settled_at`,
  );
  const forget = db.prepare(
    `DELETE FROM command WHERE state IN ('confirmed', 'superseded', 'cancelled') AND seq <=
       (SELECT seq FROM command ORDER BY seq DESC LIMIT 1 OFFSET ?)`,
  );
  const readList = createListReader();
  const remove = db.prepare<[string]>('DELETE FROM command WHERE id = ?');
  const save = db.transaction((add: readonly Command[], change: readonly Command[]) => {
    for (const command of change) {
      const values = columns(command);
      const [id, , state, settledAt, body] = values;
      update.run(state, settledAt, body, checksumOf('command', values), id);
    }
    for (const command of add) {
      const values = columns(command);
      insert.run(...values, checksumOf('command', values));
    }
  });
  return {
    save: ({ add = [], change = [] }) => {
      if (add.length + change.length > 0) save.immediate(add, change);
    },
    open: () => {
      const rows = open.all();
      const commands = sound(rows);
      return { commands, damaged: rows.length - commands.length };
    },
    newest: (limit) => readList(newest.all(limit)),
    confirmed: (since) => sound(confirmed.all(since)),
    remove: db.transaction((ids: readonly string[]) => {
      for (const id of ids) remove.run(id);
    }).immediate,
    forget: (keep) => {
      forget.run(keep);
    },
  };
};
