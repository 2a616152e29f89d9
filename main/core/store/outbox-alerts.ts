/** The alert ledger in outbox.db: each alert once, under the key that makes it so, and the stays that were alerted. */
import type { Database } from 'better-sqlite3';
import { alertSchema, type Alert } from '../../../contract/model.ts';
import type { Ledger, Stay } from '../alerts/ledger.ts';
import { BOUND_INTEGER } from './bound.ts';
import { checksumOf, insertSql, isSound } from './outbox-rows.ts';

type Row = Record<string, unknown>;
const readAlert = (row: unknown): Alert | null => {
  if (row === undefined || !isSound('alert', row as Row)) return null;
  const parsed = alertSchema.safeParse(JSON.parse(String((row as Row)['body'])));
  return parsed.success ? parsed.data : null;
};

const readStay = (row: unknown): Stay => {
  const found = row as Row;
  return {
    conversation: Number(found['conversation']),
    kind: found['kind'] === 'baseline' ? 'baseline' : 'team',
    target: String(found['target']),
  };
};

export const createAlertStore = (db: Database): Ledger => {
  const insert = db.prepare(insertSql('alert'));
  const byId = db.prepare('SELECT * FROM alert WHERE id = ?');
  const update = db.prepare('UPDATE alert SET seen = ?, body = ?, checksum = ? WHERE id = ?');
  const newest = db.prepare(`SELECT * FROM alert ORDER BY seq DESC LIMIT ${BOUND_INTEGER}`);
  const unseen = db.prepare('SELECT count(*) AS count FROM alert WHERE seen = 0');
  const forget = db.prepare(
    'DELETE FROM alert WHERE seq <= (SELECT seq FROM alert ORDER BY seq DESC LIMIT 1 OFFSET ?)',
  );
  const stayOf = db.prepare('SELECT * FROM last_alerted WHERE conversation = ? AND kind = ? AND target = ?');
  const putStay = db.prepare(
    `${insertSql('last_alerted')} ON CONFLICT (conversation, kind, target)
     DO UPDATE SET n = excluded.n, active = excluded.active, at = excluded.at, checksum = excluded.checksum`,
  );
  const active = db.prepare('SELECT * FROM last_alerted WHERE active = 1');
  const activeOf = db.prepare('SELECT * FROM last_alerted WHERE active = 1 AND conversation = ?');

  const write = (alert: Alert, wasSeen: number) => {
    const values = [alert.id, alert.at, wasSeen, JSON.stringify(alert)];
    return { values, checksum: checksumOf('alert', values) };
  };
  const add = (alert: Alert) => {
    // What was kept silent is listed but does not call for attention.
    const { values, checksum } = write(alert, alert.state === 'suppressed' ? 1 : 0);
    insert.run(...values, checksum);
  };
  const put = ({ conversation, kind, target }: Stay, n: number, isActive: number, at: number) => {
    const values = [conversation, kind, target, n, isActive, at];
    putStay.run(...values, checksumOf('last_alerted', values));
  };
  const find = ({ conversation, kind, target }: Stay) => {
    const row = stayOf.get(conversation, kind, target) as Row | undefined;
    return row && isSound('last_alerted', row) ? { n: Number(row['n']), active: row['active'] === 1 } : null;
  };
  const change = (alert: Alert, wasSeen: number) => {
    const { values, checksum } = write(alert, wasSeen);
    update.run(wasSeen, values[3], checksum, alert.id);
  };
  const rewrite = (id: string, next: (alert: Alert) => { alert: Alert; seen: number | null }) => {
    const row = byId.get(id) as Row | undefined;
    const alert = readAlert(row);
    if (!alert) return;
    const changed = next(alert);
    change(changed.alert, changed.seen ?? Number(row?.['seen']));
  };

  return {
    addOnce: db.transaction((id: string, make: () => Alert) => {
      if (byId.get(id) !== undefined) return null;
      const alert = make();
      add(alert);
      return alert;
    }).immediate,
    addStay: db.transaction((stay: Stay, at: number, make: (n: number) => Alert | null) => {
      const known = find(stay);
      if (known?.active) return null;
      const n = (known?.n ?? 0) + 1;
      put(stay, n, 1, at);
      const alert = make(n);
      if (alert && byId.get(alert.id) === undefined) add(alert);
      return alert;
    }).immediate,
    addKnown: db.transaction((stays: readonly Stay[], at: number) => {
      for (const stay of stays) {
        const known = find(stay);
        if (!known?.active) put(stay, (known?.n ?? 0) + 1, 1, at);
      }
    }).immediate,
    endStay: (stay, at) => {
      const known = find(stay);
      if (known?.active) put(stay, known.n, 0, at);
    },
    activeStays: () => active.all().map(readStay),
    staysOf: (conversation) => activeOf.all(conversation).map(readStay),
    stayActive: (stay) => find(stay)?.active === true,
    change: (alert) => rewrite(alert.id, () => ({ alert, seen: null })),
    get: (id) => readAlert(byId.get(id)),
    newest: (limit) => ({
      alerts: newest
        .all(limit)
        .map(readAlert)
        .filter((one) => one !== null),
      unseen: (unseen.get() as { count: number }).count,
    }),
    seen: db.transaction((ids: readonly string[]) => {
      for (const id of ids) rewrite(id, (alert) => ({ alert, seen: 1 }));
    }).immediate,
    forget: (keep) => {
      forget.run(keep);
    },
  };
};
