/** A desk with a ledger in memory, a clock of its own and a server that says where conversation 5 is. */
import type { Alert, Directory } from '../../../contract/model.ts';
import type { Command } from '../commands/types.ts';
import type { Truth, TruthChange } from '../link.ts';
import type { Clock } from '../ports.ts';
import { createDesk, type Desk, type DeskDeps } from './desk.ts';
import type { Ledger, Stay } from './ledger.ts';

export const ME = { type: 'agent', id: 1 } as const;
export const BILLING = 7;

export const truthIn = (team: number | null, createdAt = 1000): Truth => ({
  id: 5,
  contact: 'Omar',
  status: 'open',
  live: true,
  assignee: null,
  team,
  createdAt,
});

const createLedger = () => {
  const alerts: Alert[] = [];
  const stays = new Map<string, { n: number; active: boolean; stay: Stay }>();
  const keyOf = (stay: Stay) => `${stay.kind} ${stay.conversation} ${stay.target}`;
  const disk = { full: false };
  const ledger: Pick<
    Ledger,
    | 'addStay'
    | 'addKnown'
    | 'endStay'
    | 'activeStays'
    | 'staysOf'
    | 'stayActive'
    | 'addOnce'
    | 'get'
    | 'newest'
    | 'change'
  > = {
    change: () => {
      if (disk.full) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
    },
    newest: (limit) => ({ alerts: alerts.toReversed().slice(0, limit), unseen: 0 }),
    addKnown: (some) => {
      for (const stay of some) {
        const known = stays.get(keyOf(stay));
        if (!known?.active) stays.set(keyOf(stay), { n: (known?.n ?? 0) + 1, active: true, stay });
      }
    },
    get: (id) => alerts.find((one) => one.id === id) ?? null,
    addOnce: (_id, make) => {
      if (disk.full) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
      const alert = make();
      alerts.push(alert);
      return alert;
    },
    stayActive: (stay) => stays.get(keyOf(stay))?.active === true,
    addStay: (stay, _at, make) => {
      if (disk.full) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
      const known = stays.get(keyOf(stay));
      if (known?.active) return null;
      const n = (known?.n ?? 0) + 1;
      stays.set(keyOf(stay), { n, active: true, stay });
      const alert = make(n);
      if (alert) alerts.push(alert);
      return alert;
    },
    activeStays: () => [...stays.values()].filter((one) => one.active).map((one) => one.stay),
    staysOf: (conversation) =>
      [...stays.values()]
        .filter((one) => one.active && one.stay.conversation === conversation)
        .map((one) => one.stay),
    endStay: (stay) => {
      const known = stays.get(keyOf(stay));
      if (known) known.active = false;
    },
  };
  return { alerts, disk, ledger: ledger as Ledger };
};

/** A desk whose server says `server` (null = no answer), whose truth is what was last told it. */
export const createRig = (server: { team: number | null } | null) => {
  const rig = {
    server,
    known: truthIn(null) as Truth | null,
    /** The server is asked and never answers. */
    silent: false,
    asked: 0,
    touched: false,
    /** The present connection has read it. */
    heard: false,
    catchUp: false,
    /** The server says of each conversation when it began. */
    saysBegin: true,
    shown: [] as string[],
  };
  let waiting: { at: number; run: () => void }[] = [];
  let now = 1_000_000;
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    after: (ms, run) => {
      const timer = { at: now + ms, run };
      waiting.push(timer);
      return { cancel: () => (waiting = waiting.filter((one) => one !== timer)) };
    },
  };
  const pass = async (ms: number) => {
    const until = now + ms;
    for (;;) {
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      const due = waiting.filter((one) => one.at <= until).toSorted((a, b) => a.at - b.at)[0];
      if (!due) break;
      waiting = waiting.filter((one) => one !== due);
      now = due.at;
      due.run();
    }
    now = until;
  };
  const { alerts, disk, ledger } = createLedger();
  const directory = {
    me: { id: ME.id },
    teams: [{ id: BILLING, name: 'billing', gone: false, members: [ME.id] as number[] | null, mine: true }],
  };
  const deps: DeskDeps = {
    clock,
    random: { next: () => 0.5, id: () => 'id' },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    main: {
      call: (_name, input) => {
        rig.shown.push((input as { id: string }).id);
        return Promise.resolve({ shown: true, reason: null } as never);
      },
    },
    store: ledger,
    me: ME,
    directory: () => directory as unknown as Directory,
    truth: () => rig.known,
    inTeam: (team) => (rig.known?.team === team ? [rig.known.id] : []),
    isHeard: () => rig.heard,
    complete: () => !rig.catchUp,
    saysBegin: () => rig.saysBegin,
    leadsInto: () => false,
    touched: () => rig.touched,
    confirm: () => {
      rig.asked += 1;
      if (rig.silent) return new Promise(() => undefined);
      return Promise.resolve(rig.server && { truth: truthIn(rig.server.team) });
    },
    changed: () => undefined,
  };
  let desk: Desk = createDesk(deps);
  const hear = (after: Truth, gap = false, catchUp = rig.catchUp) => {
    const change: TruthChange = { before: rig.known, after };
    rig.known = after;
    desk.changes([change], { catchUp, gap });
  };
  const tell = (team: number | null, gap?: boolean, catchUp?: boolean) => hear(truthIn(team), gap, catchUp);
  /** Out of sight, or deleted. */
  const vanish = () => {
    const change: TruthChange = { before: rig.known, after: null };
    rig.known = null;
    rig.server = null;
    desk.changes([change], { catchUp: rig.catchUp, gap: true });
  };
  /** The process dies, what it had in memory with it, and another one begins. */
  const crash = () => {
    waiting = [];
    desk = createDesk(deps);
  };
  return { rig, directory, desk: () => desk, hear, tell, vanish, pass, crash, alerts, disk };
};

/** Of a command on conversation 5 only what the desk reads. */
export const commandOf = (over: object): Command =>
  ({ id: 'c', conversation: 5, contact: 'Omar', reason: null, sent: 1, ...over }) as Command;
