/** Ends a core in the middle of its work: its databases are closed under it, whatever it still tries fails. */
import Database from 'better-sqlite3';

/** Thrown out of the call in which the process "died". */
export class ProcessDied extends Error {
  override name = 'ProcessDied';
}

export type Guard = {
  /** Dies at the n-th statement or use of a port from now. @param onDeath makes the ports dead */
  arm: (n: number, onDeath: () => void) => void;
  disarm: () => void;
  /** Counts one use of a port; may throw `ProcessDied`. */
  tick: () => void;
  /** Closes every database now; nothing that still holds one can change it. */
  closeAll: () => void;
  /** Closes what could not be closed while a query ran. */
  finish: () => void;
};

type Method = (this: Database.Statement, ...args: unknown[]) => unknown;

/** Takes hold of the SQLite binding of this process; once per process. */
export const installGuard = (): Guard => {
  const open = new Set<Database.Database>();
  const dead = new WeakSet<Database.Database>();
  let leftOver: Database.Database[] = [];
  let countdown = -1;
  let onDeath: () => void = () => undefined;

  const closeAll = () => {
    for (const db of open) {
      dead.add(db);
      try {
        db.close();
      } catch {
        // A query is running on it; it is closed once that has ended.
        leftOver.push(db);
      }
    }
    open.clear();
  };
  const tick = () => {
    if (countdown < 0 || countdown-- > 0) return;
    countdown = -1;
    onDeath();
    closeAll();
    throw new ProcessDied('the process died here');
  };
  const check = (db: Database.Database) => {
    if (dead.has(db)) throw new ProcessDied('the process is dead');
    open.add(db);
    tick();
  };

  const probe = new Database(':memory:');
  const statements = Object.getPrototypeOf(probe.prepare('SELECT 1')) as Record<string, Method>;
  probe.close();
  for (const name of ['run', 'get', 'all', 'iterate']) {
    const original = statements[name] as Method;
    statements[name] = function guarded(...args) {
      check(this.database);
      return original.apply(this, args);
    };
  }
  const databases = Database.prototype as unknown as Record<
    string,
    (this: Database.Database, ...args: unknown[]) => unknown
  >;
  for (const name of ['prepare', 'exec', 'pragma', 'transaction']) {
    const original = databases[name] as (this: Database.Database, ...args: unknown[]) => unknown;
    databases[name] = function guarded(...args) {
      check(this);
      return original.apply(this, args);
    };
  }
  const close = databases['close'] as (this: Database.Database) => unknown;
  databases['close'] = function guarded() {
    open.delete(this);
    return close.call(this);
  };

  return {
    arm: (n, whenDead) => {
      countdown = n;
      onDeath = whenDead;
    },
    disarm: () => {
      countdown = -1;
    },
    tick,
    closeAll,
    finish: () => {
      for (const db of leftOver) if (db.open) db.close();
      leftOver = [];
    },
  };
};
