/** The connection as a pure machine: what happened and the time go in, the next state and the effects to perform come out. */
import type { Frame } from '../liveagent/cable.ts';
import type { Unreachable } from '../liveagent/outcome.ts';
import { backoffMs } from './backoff.ts';

/** Two missed pings: what is shown may be old. */
export const STALE_MS = 6000;
/** Then the socket is given up. */
export const DEAD_MS = 7500;
const WELCOME_MS = 10_000;
/** A wrong subscription is never refused, only met with silence. */
const CONFIRM_MS = 10_000;
/** A connection that held this long clears the record of failures. */
const STEADY_MS = 30_000;
/** A machine that goes to sleep does so soon; time it is asleep does not count here or is over at once. */
const ASLEEP_MS = 30_000;
/** A file that takes small writes and then fails again costs the server a whole sync each time: no more at once than this. */
const MOST_AT_ONCE = 3;
/** Access counts as lost for good after two such answers this far apart. */
export const NO_ACCESS_RECHECK_MS = 10 * 60_000;

export type Trouble = Unreachable | 'socket' | 'no-ping' | 'no-confirm' | 'throttled' | 'storage';
export type NoAccess = 'removed' | 'suspended' | 'bot-token';

export type Phase =
  | { at: 'signed-out' }
  /** Reading the profile: proves the token and brings the subscription's token, which rotates. */
  | { at: 'profile' }
  /** Until the server's welcome; all times monotonic ms. */
  | { at: 'opening'; deadline: number }
  | { at: 'subscribing'; deadline: number }
  | { at: 'subscribed'; since: number; heardAt: number; stale: boolean }
  | { at: 'retrying'; until: number }
  /** Gives up waiting for the word that the machine is awake: whoever runs then is awake, and the word may never come. */
  | { at: 'asleep'; until: number }
  | { at: 'no-access'; why: NoAccess; until: number }
  /** Nothing more happens until a person acts. */
  | { at: 'stopped'; why: 'needs-sign-in' | 'unsupported-server' | 'server-refused' };

export type Machine = {
  phase: Phase;
  /** Attempts without a steady connection. */
  failures: number;
  /** What ended the last attempt; null when nothing did yet. */
  trouble: Trouble | null;
  /** Rejections of the subscription in a row. */
  rejections: number;
  /** ms since 1970 of the first "no access" not yet taken back. */
  noAccessSince: number | null;
};

export type Input =
  | { kind: 'start' }
  | { kind: 'stop' }
  | { kind: 'profile-read' }
  | { kind: 'profile-failed'; trouble: Trouble; retryAfterMs?: number }
  /** From the profile or from any other request. */
  | { kind: 'needs-sign-in' }
  | { kind: 'no-access'; why: NoAccess }
  | { kind: 'unsupported' }
  | { kind: 'frame'; frame: Frame }
  | { kind: 'socket-closed' }
  /** A commit to the cache failed: what was heard since may be missing, so begin again. */
  | { kind: 'storage-failed' }
  /** It can be written again. */
  | { kind: 'storage-well' }
  | { kind: 'suspend' }
  | { kind: 'resume' }
  /** A person does not want to wait for the next attempt. */
  | { kind: 'retry' }
  | { kind: 'tick' };

export type Effect =
  | { kind: 'read-profile' }
  | { kind: 'open-socket' }
  | { kind: 'subscribe' }
  | { kind: 'close-socket' }
  /** Events flow from now on: a new epoch, catch up. */
  | { kind: 'began' }
  /** Events stopped flowing: the gap begins. */
  | { kind: 'ended' }
  /** The server answers but live updates do not open: refresh by request. */
  | { kind: 'refresh-without-socket' }
  /** The second "no access": the cache must go. */
  | { kind: 'lost-access' };

export type At = {
  /** Monotonic ms. */
  now: number;
  /** ms since 1970. */
  wall: number;
  /** In [0, 1). */
  random: number;
};

export type Step = { machine: Machine; effects: Effect[] };

export const SIGNED_OUT: Machine = {
  phase: { at: 'signed-out' },
  failures: 0,
  trouble: null,
  rejections: 0,
  noAccessSince: null,
};

/** When the machine wants a tick, monotonic ms; null = never. */
export const wakeAt = ({ phase }: Machine): number | null => {
  switch (phase.at) {
    case 'opening':
    case 'subscribing':
      return phase.deadline;
    case 'subscribed':
      return phase.heardAt + (phase.stale ? DEAD_MS : STALE_MS);
    case 'retrying':
    case 'asleep':
    case 'no-access':
      return phase.until;
    case 'signed-out':
    case 'profile':
    case 'stopped':
      return null;
  }
};

/** What must be closed when this phase is left other than forwards. */
const leaving = (phase: Phase): Effect[] => {
  switch (phase.at) {
    case 'opening':
    case 'subscribing':
      return [{ kind: 'close-socket' }];
    case 'subscribed':
      return [{ kind: 'ended' }, { kind: 'close-socket' }];
    case 'signed-out':
    case 'profile':
    case 'retrying':
    case 'asleep':
    case 'no-access':
    case 'stopped':
      return [];
  }
};

const to = (machine: Machine, phase: Phase, effects: Effect[] = []): Step => ({
  machine: { ...machine, phase },
  effects: [...leaving(machine.phase), ...effects],
});

const readProfile = (machine: Machine): Step => to(machine, { at: 'profile' }, [{ kind: 'read-profile' }]);

const retry = (machine: Machine, trouble: Trouble, at: At, atLeastMs = 0): Step => {
  const { phase } = machine;
  const steady = phase.at === 'subscribed' && at.now - phase.since >= STEADY_MS;
  const failures = steady ? 0 : machine.failures;
  const until = at.now + Math.max(atLeastMs, backoffMs(failures, at.random));
  const silent = phase.at === 'opening' || phase.at === 'subscribing';
  return to(
    { ...machine, trouble, failures: failures + 1 },
    { at: 'retrying', until },
    silent ? [{ kind: 'refresh-without-socket' }] : [],
  );
};

const onFrame = (machine: Machine, frame: Frame, at: At): Step => {
  const { phase } = machine;
  const connected = phase.at === 'opening' || phase.at === 'subscribing' || phase.at === 'subscribed';
  if (!connected) return { machine, effects: [] };
  switch (frame.kind) {
    case 'disconnect':
      return frame.reconnect
        ? retry(machine, 'socket', at)
        : to(machine, { at: 'stopped', why: 'server-refused' });
    case 'rejected':
      // The token of the subscription may have rotated: read it once more, then stop.
      return machine.rejections === 0
        ? retry({ ...machine, rejections: 1 }, 'no-confirm', at)
        : to(machine, { at: 'stopped', why: 'server-refused' });
    case 'welcome':
      return phase.at === 'opening'
        ? {
            machine: { ...machine, phase: { at: 'subscribing', deadline: at.now + CONFIRM_MS } },
            effects: [{ kind: 'subscribe' }],
          }
        : { machine, effects: [] };
    case 'confirmed':
      return phase.at === 'subscribing'
        ? {
            machine: {
              ...machine,
              rejections: 0,
              phase: { at: 'subscribed', since: at.now, heardAt: at.now, stale: false },
            },
            effects: [{ kind: 'began' }],
          }
        : { machine, effects: [] };
    case 'ping':
    case 'data':
    case 'other':
    case 'unreadable':
      return phase.at === 'subscribed'
        ? { machine: { ...machine, phase: { ...phase, heardAt: at.now, stale: false } }, effects: [] }
        : { machine, effects: [] };
  }
};

const onTick = (machine: Machine, at: At): Step => {
  const due = wakeAt(machine);
  if (due === null || at.now < due) return { machine, effects: [] };
  const { phase } = machine;
  switch (phase.at) {
    case 'retrying':
    case 'asleep':
    case 'no-access':
      return readProfile(machine);
    case 'opening':
      return retry(machine, 'socket', at);
    case 'subscribing':
      return retry(machine, 'no-confirm', at);
    case 'subscribed':
      return at.now >= phase.heardAt + DEAD_MS
        ? retry(machine, 'no-ping', at)
        : { machine: { ...machine, phase: { ...phase, stale: true } }, effects: [] };
    case 'signed-out':
    case 'profile':
    case 'stopped':
      return { machine, effects: [] };
  }
};

const onNoAccess = (machine: Machine, why: NoAccess, at: At): Step => {
  const since = machine.noAccessSince ?? at.wall;
  // A suspended account comes back; only one we were removed from is forgotten.
  const lost = why === 'removed' && machine.noAccessSince !== null && at.wall - since >= NO_ACCESS_RECHECK_MS;
  return to(
    { ...machine, noAccessSince: why === 'removed' ? since : null },
    { at: 'no-access', why, until: at.now + NO_ACCESS_RECHECK_MS },
    lost ? [{ kind: 'lost-access' }] : [],
  );
};

/** One step. Inputs that do not fit the phase change nothing. */
export const step = (machine: Machine, input: Input, at: At): Step => {
  const { phase } = machine;
  const idle = phase.at === 'signed-out' || phase.at === 'asleep' || phase.at === 'stopped';
  switch (input.kind) {
    case 'start':
      return readProfile({ ...machine, failures: 0, trouble: null, rejections: 0 });
    case 'stop':
      return to(machine, { at: 'signed-out' });
    case 'suspend':
      return phase.at === 'signed-out' || phase.at === 'stopped'
        ? { machine, effects: [] }
        : to(machine, { at: 'asleep', until: at.now + ASLEEP_MS });
    case 'resume':
      if (phase.at === 'signed-out' || (phase.at === 'stopped' && phase.why === 'needs-sign-in')) {
        return { machine, effects: [] };
      }
      return readProfile({ ...machine, failures: 0, rejections: 0 });
    case 'retry':
      // A server that asked for a pause gets it.
      return phase.at === 'no-access' || (phase.at === 'retrying' && machine.trouble !== 'throttled')
        ? readProfile(machine)
        : { machine, effects: [] };
    case 'profile-read':
      return phase.at === 'profile'
        ? to({ ...machine, noAccessSince: null }, { at: 'opening', deadline: at.now + WELCOME_MS }, [
            { kind: 'open-socket' },
          ])
        : { machine, effects: [] };
    case 'profile-failed':
      return phase.at === 'profile'
        ? retry(machine, input.trouble, at, input.retryAfterMs)
        : { machine, effects: [] };
    case 'needs-sign-in':
      return idle ? { machine, effects: [] } : to(machine, { at: 'stopped', why: 'needs-sign-in' });
    case 'unsupported':
      return idle ? { machine, effects: [] } : to(machine, { at: 'stopped', why: 'unsupported-server' });
    case 'no-access':
      return idle || phase.at === 'no-access' ? { machine, effects: [] } : onNoAccess(machine, input.why, at);
    case 'frame':
      return onFrame(machine, input.frame, at);
    case 'socket-closed':
      return phase.at === 'opening' || phase.at === 'subscribing' || phase.at === 'subscribed'
        ? retry(machine, 'socket', at)
        : { machine, effects: [] };
    case 'storage-failed':
      if (idle || phase.at === 'no-access') return { machine, effects: [] };
      // Nothing is tried meanwhile, so nothing failed: only the wait is longer.
      return phase.at === 'retrying'
        ? to(
            { ...machine, trouble: 'storage' },
            { at: 'retrying', until: Math.max(phase.until, at.now + 2000) },
          )
        : retry(machine, 'storage', at, 2000);
    case 'storage-well':
      return phase.at === 'retrying' && machine.trouble === 'storage' && machine.failures <= MOST_AT_ONCE
        ? readProfile(machine)
        : { machine, effects: [] };
    case 'tick':
      return onTick(machine, at);
  }
};
