/** Closes the gap since the watermark, by the cheapest plan that works; afterwards the cache equals the server as of when it began. */
import { planCatchUp, nextPlan, type CatchUpPlan, type Gap } from '../catch-up.ts';
import type { Life } from '../life.ts';
import type { Session, State } from '../session.ts';
import { beginWalk, nextPages, walked } from '../walk.ts';
import { createBatch } from './batch.ts';
import { LIVE_STATUSES, sweepLive, type LiveCursor, type LiveStatus } from './live.ts';
import type { Lookups } from './lookups.ts';

/** An answer slower than this was too much for the server. */
const TOO_SLOW_MS = 10_000;

type FirstLoad = { done: boolean; started: number; cursor: LiveCursor | null };

const firstLoadOf = (stored: unknown): FirstLoad | null =>
  typeof stored === 'object' && stored !== null && 'started' in stored && 'done' in stored
    ? (stored as FirstLoad)
    : null;

/** Whether the live statuses have been loaded once. */
export const isLoaded = (session: Session): boolean =>
  firstLoadOf(session.state('first-load'))?.done === true;

/** What is written when everything is known as of `at` (server seconds): all rows count as confirmed. */
const caughtUp = (at: number): State => ({ watermark: at, epoch: 0 });

const gapOf = (session: Session): Gap => {
  const stored = session.state('watermark');
  return {
    abilities: session.abilities(),
    watermark: typeof stored === 'number' ? stored : null,
    now: session.serverNow(),
    margin: session.serverMargin(),
    inboxes: session.inboxes.ids?.size ?? 0,
  };
};

/** What changed since a moment (server seconds). Counted when the request leaves: it may have waited long before. */
const updatedWithin = async (
  session: Session,
  life: Life,
  since: number,
  inbox: number | null,
): Promise<'done' | 'too-much' | 'ended'> => {
  const { clock } = session.ports;
  const begun = clock.monotonic();
  const answer = await session.ask(
    life,
    'interactive',
    () =>
      session.api.list({
        status: 'all',
        updatedWithin: session.serverNow() - since,
        ...(inbox === null ? {} : { inbox }),
      }),
    { tries: 1 },
  );
  if (answer === null) return 'ended';
  if (answer.outcome === 'answered') {
    session.commit(answer.value.facts, { gap: true });
    session.onChangedInGap(answer.value.facts.map(({ id }) => id));
    return 'done';
  }
  const slow = clock.monotonic() - begun > TOO_SLOW_MS;
  return answer.outcome === 'unreachable' &&
    (slow || answer.reason === 'timeout' || answer.reason === 'server-error')
    ? 'too-much'
    : // Anything else is no statement about the size: the plan stays and is tried again.
      (await life.wait(1000 + session.ports.random.next() * 2000))
      ? updatedWithin(session, life, since, inbox)
      : 'ended';
};

/** All statuses by last activity, until a whole page is older than `back` (server seconds). */
const activityBack = async (session: Session, life: Life, back: number): Promise<boolean> => {
  const batch = createBatch(session, false);
  const seen = new Set<number>();
  const changed = new Set<number>();
  let walk = beginWalk();
  let deep = false;
  while (!walk.done && !deep) {
    for (const page of nextPages(walk, 1)) {
      const answer = await session.ask(life, page <= 2 ? 'interactive' : 'background', () =>
        session.api.list({ status: 'all', page }),
      );
      if (answer === null || answer.outcome !== 'answered') {
        batch.flush();
        return false;
      }
      const { facts, rows, counts } = answer.value;
      batch.add(facts);
      for (const { id, fields } of facts) if ((fields.lastActivityAt ?? 0) >= back) changed.add(id);
      const fresh = facts.filter(({ id }) => !seen.has(id));
      for (const { id } of fresh) seen.add(id);
      walk = walked(walk, { rows, fresh: fresh.length, all: counts?.all ?? null });
      deep = facts.every(({ fields }) => (fields.lastActivityAt ?? 0) < back);
    }
  }
  batch.flush();
  session.onChangedInGap(changed);
  return true;
};

/** The live statuses page by page, then what finished meanwhile; suspects are confirmed before anything is taken away. */
const sweep = async (session: Session, life: Life, lookups: Lookups, back: number): Promise<boolean> => {
  // What is deeper than the history is not kept anyway.
  const deepest = session.serverNow() - Math.max(1, session.historyDays()) * 86_400;
  if (!(await activityBack(session, life, Math.max(back, deepest)))) return false;
  const swept = await sweepLive(session, life, {
    statuses: LIVE_STATUSES,
    bulk: false,
    progress: 'catch-up',
  });
  if (swept.outcome === 'ended') return false;
  await lookups.confirm(swept.suspects);
  return !life.over();
};

const perform = async (
  session: Session,
  life: Life,
  lookups: Lookups,
  plan: Exclude<CatchUpPlan, { kind: 'first-load' }>,
  /** When it was planned, server seconds. */
  planned: number,
): Promise<'done' | 'too-much' | 'ended'> => {
  switch (plan.kind) {
    case 'updated-within':
      return updatedWithin(session, life, planned - plan.seconds, null);
    case 'by-inbox': {
      for (const inbox of session.inboxes.ids ?? []) {
        const result = await updatedWithin(session, life, planned - plan.seconds, inbox);
        if (result !== 'done') return result;
      }
      return 'done';
    }
    case 'sweep':
      return (await sweep(session, life, lookups, plan.back)) ? 'done' : 'ended';
  }
};

/** The very first load, or the rest of one that was cut off. Alerts nothing. */
const firstLoad = async (session: Session, life: Life, lookups: Lookups): Promise<boolean> => {
  const before = firstLoadOf(session.state('first-load'));
  const started = before?.started ?? session.serverNow();
  const from = before?.cursor ?? null;
  const state = (cursor: LiveCursor | null, done: boolean): State => ({
    'first-load': { done, started, cursor } satisfies FirstLoad,
  });
  const swept = await sweepLive(session, life, {
    statuses: LIVE_STATUSES,
    bulk: true,
    progress: 'live',
    ...(from === null ? {} : { from: { ...from, page: Math.max(1, from.page - 1) } }),
    cursor: (cursor) => state(cursor, false),
  });
  if (swept.outcome === 'ended') return false;
  await lookups.confirm(swept.suspects);
  if (life.over()) return false;
  session.commit([], { bulk: true, state: { ...state(null, true), watermark: started } });
  // A load that was cut off has a gap in it: what changed since it began is asked for once more.
  if (from !== null) return catchUp(session, life, lookups);
  session.commit([], { state: caughtUp(started) });
  return true;
};

/** Answers whether the gap is closed; false = the connection ended first. */
export const catchUp = async (session: Session, life: Life, lookups: Lookups): Promise<boolean> => {
  if (!isLoaded(session)) return firstLoad(session, life, lookups);
  const gap = gapOf(session);
  const sent = session.serverNow();
  let plan = planCatchUp(gap);
  for (;;) {
    if (plan.kind === 'first-load') return firstLoad(session, life, lookups);
    const result = await perform(session, life, lookups, plan, gap.now);
    if (result === 'ended' || life.over()) return false;
    if (result === 'done') break;
    plan = nextPlan(plan, gap);
  }
  session.commit([], { state: caughtUp(sent) });
  return true;
};

/** Everything of some live statuses again, on a mismatch of counts or when somebody vanished. Answers whether it came to its end. */
export const resweep = async (
  session: Session,
  life: Life,
  lookups: Lookups,
  statuses: readonly LiveStatus[],
): Promise<boolean> => {
  // A new number, so that rows which no page shows stand out.
  session.setEpoch(session.epoch() + 1);
  session.commit([], { state: { connections: session.epoch() } });
  const swept = await sweepLive(session, life, { statuses, bulk: false });
  if (swept.outcome === 'ended') return false;
  await lookups.confirm(swept.suspects);
  return !life.over();
};

/** While live: what changed since the last time this came through, two minutes at least, against events that were lost. */
export const lightReconcile = async (session: Session, life: Life): Promise<void> => {
  const sent = session.serverNow();
  const stored = session.state('watermark');
  const watermark = typeof stored === 'number' ? Math.min(stored, sent) : sent;
  if (session.abilities().updatedWithin) {
    const since = Math.min(watermark, sent - 60) - session.serverMargin();
    const answer = await session.ask(
      life,
      'background',
      () => session.api.list({ status: 'all', updatedWithin: session.serverNow() - since }),
      { tries: 1 },
    );
    if (answer?.outcome === 'answered')
      session.commit(answer.value.facts, { state: { watermark: sent }, gap: true });
    return;
  }
  // A commit that failed has ended this life: then nothing is known to be behind us.
  if ((await activityBack(session, life, watermark - 120)) && !life.over())
    session.commit([], { state: { watermark: sent } });
};
