/** What the supervisor is told about the connection: one state with its reason and deadline, from the machine and how far the data is. */
import type { Connection } from '../../../contract/model.ts';
import { DEAD_MS, type Machine, type Phase, type Trouble } from './connection.ts';

export type Freshness = {
  /** Everything up to the beginning of this connection has been fetched. */
  caughtUp: boolean;
  /** No complete load of this workspace yet. */
  firstLoad: boolean;
  progress: Connection['progress'];
  /** ms since 1970. */
  asOf: number | null;
  /** Monotonic ms; background requests stand still until then. */
  throttledUntil: number;
  /** Host of the server, for sentences. */
  server: string;
};

/** Words for what went wrong on the way to the server, and whether the server was reached at all. */
const TROUBLE: Record<Trouble, { key: string; reached: boolean }> = {
  unreachable: { key: 'connection.unreachable', reached: false },
  timeout: { key: 'connection.timeout', reached: false },
  certificate: { key: 'connection.certificate', reached: false },
  dns: { key: 'connection.dns', reached: false },
  broken: { key: 'connection.broken', reached: false },
  'not-the-server': { key: 'connection.not-the-server', reached: false },
  'server-error': { key: 'connection.server-error', reached: false },
  socket: { key: 'connection.reconnecting', reached: true },
  'no-ping': { key: 'connection.reconnecting', reached: true },
  'no-confirm': { key: 'connection.no-live-updates', reached: true },
  throttled: { key: 'connection.throttled', reached: true },
  storage: { key: 'connection.storage', reached: true },
};

const STOPPED = {
  'needs-sign-in': { state: 'needs-sign-in', key: 'connection.needs-sign-in' },
  'server-refused': { state: 'needs-sign-in', key: 'connection.server-refused' },
  'unsupported-server': { state: 'unsupported-server', key: 'connection.unsupported-server' },
} as const;

const NO_ACCESS = {
  removed: 'connection.removed',
  suspended: 'connection.suspended',
  'bot-token': 'connection.bot-token',
} as const;

/** The union that the screen shows. `now` monotonic ms, `wall` ms since 1970. */
export const viewOf = (machine: Machine, fresh: Freshness, now: number, wall: number): Connection => {
  const onWall = (at: number): number => Math.round(wall + (at - now));
  const say = (state: Connection['state'], key: string, deadline: number | null = null): Connection => ({
    state,
    reason: { key, params: { server: fresh.server } },
    deadline: deadline === null ? null : onWall(deadline),
    asOf: fresh.asOf,
    progress: fresh.progress,
  });
  const { phase, trouble } = machine;
  const underway = (deadline: number | null): Connection => {
    if (trouble === null) {
      return fresh.asOf === null || fresh.firstLoad
        ? say('connecting', 'connection.connecting', deadline)
        : say('connecting', 'connection.connecting-cached', deadline);
    }
    if (trouble === 'throttled') return say('throttled', TROUBLE.throttled.key, deadline);
    const { key, reached } = TROUBLE[trouble];
    // While it is being tried there is no next attempt to name.
    return say(reached ? 'stale' : 'offline', key, phase.at === 'retrying' ? deadline : null);
  };
  const connected = ({ stale, heardAt }: Extract<Phase, { at: 'subscribed' }>): Connection => {
    if (stale) return say('stale', 'connection.no-ping', heardAt + DEAD_MS);
    if (fresh.throttledUntil > now) {
      const key = fresh.caughtUp ? 'connection.throttled-live' : 'connection.throttled';
      return say('throttled', key, fresh.throttledUntil);
    }
    if (fresh.caughtUp) return say('live', 'connection.live');
    return say('catching-up', fresh.firstLoad ? 'connection.first-load' : 'connection.catching-up');
  };
  switch (phase.at) {
    case 'signed-out':
      return say('signed-out', 'connection.signed-out');
    case 'profile':
      return underway(null);
    case 'opening':
    case 'subscribing':
      return underway(phase.deadline);
    case 'retrying':
      return underway(phase.until);
    case 'asleep':
      return say('offline', 'connection.asleep', phase.until);
    case 'no-access':
      return say('no-access', NO_ACCESS[phase.why], phase.until);
    case 'stopped':
      return say(STOPPED[phase.why].state, STOPPED[phase.why].key);
    case 'subscribed':
      return connected(phase);
  }
};
