/** Closes the gap since the watermark, by the cheapest plan that works; afterwards the cache equals the server as of when it began. */
import { backOf, planCatchUp, type CatchUpPlan, type Gap } from '../catch-up.ts';
import type { Life } from '../life.ts';
import type { Session, State } from '../session.ts';
import { activityBack, type Part } from './activity.ts';
import type { CountsTask } from './counts.ts';
import { LIVE_STATUSES, sweepLive, type LiveCursor } from './live.ts';
import type { Lookups } from './lookups.ts';

type CatchUpParts = { lookups: Lookups; counts: CountsTask };

/** An answer slower than this was too much for the server. */
const TOO_SLOW_MS = 10_000;

/** `loads` = how often it has been begun, `missing` = rows that the one before has left out; absent in earlier versions. */
type FirstLoad = {
  done: boolean;
  /** Server seconds since when changes may be unknown. */
  started: number;
  cursor: LiveCursor | null;
  loads?: number;
  missing?: number;
};

/** A list that moves so much that rows are missing again is believed in the end; the counts are compared for ever. */
const MOST_LOADS = 3;

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
  };
};

/** What changed since a moment (server seconds). Counted when the request leaves: it may have waited long before. */
const updatedWithin = async (
  session: Session,
  life: Life,
  since: number,
  part: Part = {},
): Promise<'done' | 'too-much' | 'ended'> => {
  const { clock } = session.ports;
  const begun = clock.monotonic();
  const answer = await session.ask(
    life,
    'interactive',
    () => session.api.list({ status: 'all', ...part, updatedWithin: session.serverNow() - since }),
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
      ? updatedWithin(session, life, since, part)
      : 'ended';
};

/** `some` = rows that no answer showed may have changed without a trace: they stay marked until they are confirmed. */
type Closed = 'all' | 'some' | 'ended';

/** The inboxes there are now: one that is new is not to be missed. */
const inboxesNow = async (session: Session, life: Life): Promise<number[]> => {
  const answer = await session.ask(life, 'interactive', () => session.api.inboxes(), { tries: 2 });
  if (answer?.outcome === 'answered') session.inboxes.ids = new Set(answer.value.map(({ id }) => id));
  return [...(session.inboxes.ids ?? [])];
};

/** The statuses of the servers that know `updated_within`. */
const STATUSES = [...LIVE_STATUSES, 'resolved'] as const;

/** One inbox, by status where that is too much; the part that is still too much is read by its pages. */
const closeInbox = async (session: Session, life: Life, inbox: number, since: number): Promise<Closed> => {
  const whole = await updatedWithin(session, life, since, { inbox });
  if (whole !== 'too-much') return whole === 'done' ? 'all' : 'ended';
  let closed: Closed = 'all';
  for (const status of STATUSES) {
    const result = await updatedWithin(session, life, since, { inbox, status });
    if (result === 'ended') return 'ended';
    if (result === 'done') continue;
    if (!(await activityBack(session, life, since, { inbox, status }))) return 'ended';
    closed = 'some';
  }
  return closed;
};

const closeByInbox = async (session: Session, life: Life, since: number, back: number): Promise<Closed> => {
  const inboxes = await inboxesNow(session, life);
  if (inboxes.length === 0) return (await activityBack(session, life, back)) ? 'some' : 'ended';
  let closed: Closed = 'all';
  for (const inbox of inboxes) {
    const result = await closeInbox(session, life, inbox, since);
    if (result === 'ended') return 'ended';
    if (result === 'some') closed = 'some';
  }
  return closed;
};

const perform = async (
  session: Session,
  life: Life,
  { lookups, counts }: CatchUpParts,
  plan: Exclude<CatchUpPlan, { kind: 'first-load' }>,
  gap: Gap,
): Promise<Closed> => {
  // What is deeper than the history is not kept anyway.
  const deepest = session.serverNow() - Math.max(1, session.historyDays()) * 86_400;
  switch (plan.kind) {
    case 'updated-within': {
      const since = gap.now - plan.seconds;
      const result = await updatedWithin(session, life, since);
      if (result === 'too-much') return closeByInbox(session, life, since, backOf(gap));
      return result === 'done' ? 'all' : 'ended';
    }
    case 'by-inbox':
      return closeByInbox(session, life, gap.now - plan.seconds, backOf(gap));
    case 'by-activity': {
      if (!(await activityBack(session, life, Math.max(plan.back, deepest)))) return 'ended';
      // A change that left no message (an automatic assignment, a snooze that ran out) shows in this count.
      // A first load compares all counts itself, and repairs nothing that it could not go on with.
      if (isLoaded(session)) await counts.check(life, 'open', 'interactive');
      return life.over() ? 'ended' : 'some';
    }
    case 'sweep': {
      if (!(await activityBack(session, life, Math.max(plan.back, deepest)))) return 'ended';
      const swept = await sweepLive(session, life, {
        statuses: LIVE_STATUSES,
        bulk: false,
        progress: 'catch-up',
      });
      if (swept.outcome === 'ended') return 'ended';
      await lookups.confirm(swept.suspects);
      return life.over() ? 'ended' : 'all';
    }
  }
};

/** What the server can say of a gap; afterwards the state to store. Null = the connection ended first. */
const closeGap = async (
  session: Session,
  life: Life,
  parts: CatchUpParts,
  plan: Exclude<CatchUpPlan, { kind: 'first-load' }>,
  gap: Gap,
): Promise<State | null> => {
  const sent = session.serverAtLeast();
  const closed = await perform(session, life, parts, plan, gap);
  if (closed === 'ended' || life.over()) return null;
  return closed === 'all' ? caughtUp(sent) : { watermark: sent };
};

/** Of which live statuses rows are missing, and how many in all. */
const lacking = async (life: Life, { counts }: CatchUpParts) => {
  const lacks = await Promise.all(LIVE_STATUSES.map((status) => counts.lacks(life, status)));
  return {
    statuses: LIVE_STATUSES.filter((_, index) => (lacks[index] ?? 0) > 0),
    missing: lacks.reduce((sum, n) => sum + n, 0),
  };
};

/**
 * The very first load, or the rest of one that was cut off. Alerts nothing. A row that moves while a list is read can
 * be on none of its pages: those asked for together may be served in another order, and those of a load that was cut
 * off lie hours apart. Only the counts tell, and then it is loaded once more.
 */
const firstLoad = async (session: Session, life: Life, parts: CatchUpParts): Promise<boolean> => {
  const before = firstLoadOf(session.state('first-load'));
  const load: FirstLoad = before ?? { done: false, started: session.serverAtLeast(), cursor: null };
  const { started, loads = 1, missing = Number.POSITIVE_INFINITY } = load;
  const from = load.cursor;
  const state = (change: Partial<FirstLoad>): State => ({
    'first-load': { ...load, ...change } satisfies FirstLoad,
  });
  const swept = await sweepLive(session, life, {
    statuses: LIVE_STATUSES,
    bulk: true,
    progress: 'live',
    ...(from === null ? {} : { from: { ...from, page: Math.max(1, from.page - 1) } }),
    cursor: (cursor) => state({ cursor }),
  });
  if (swept.outcome === 'ended') return false;
  await parts.lookups.confirm(swept.suspects);
  if (life.over()) return false;
  const gap: Gap = { ...gapOf(session), watermark: started };
  const closeWhatCame = async (): Promise<State | null> => {
    const plan = planCatchUp(gap);
    return plan.kind === 'first-load' ? caughtUp(started) : closeGap(session, life, parts, plan, gap);
  };
  // A load that was cut off has a gap in it: what changed since it began is asked for once more.
  let closed = from === null ? caughtUp(started) : await closeWhatCame();
  let lack = closed === null || loads >= MOST_LOADS ? null : await lacking(life, parts);
  // What came unheard while all was loaded in one go is a gap as well, and sooner read than everything.
  if (lack !== null && lack.missing > 0 && from === null && !life.over()) {
    closed = await closeWhatCame();
    lack = closed === null ? null : await lacking(life, parts);
  }
  if (closed === null || life.over()) return false;
  const [first] = lack?.statuses ?? [];
  // As many as before everything was read again: that is how this server counts.
  if (lack === null || first === undefined || lack.missing >= missing) {
    session.commit([], { bulk: true, state: { ...state({ done: true, cursor: null }), ...closed } });
    return true;
  }
  // Stored, so that it is not forgotten when this one is cut off as well.
  const again = {
    cursor: { status: first, page: 1 },
    loads: loads + 1,
    missing: lack.missing,
    ...(typeof closed['watermark'] === 'number' ? { started: closed['watermark'] } : {}),
  };
  session.commit([], { bulk: true, state: state(again) });
  return firstLoad(session, life, parts);
};

/** Answers whether the gap is closed; false = the connection ended first. */
export const catchUp = async (session: Session, life: Life, parts: CatchUpParts): Promise<boolean> => {
  const gap = gapOf(session);
  const plan: CatchUpPlan = isLoaded(session) ? planCatchUp(gap) : { kind: 'first-load' };
  if (plan.kind === 'first-load') return firstLoad(session, life, parts);
  const closed = await closeGap(session, life, parts, plan, gap);
  if (closed === null) return false;
  session.commit([], { state: closed });
  return true;
};

/** While live: what changed since the last time this came through, two minutes at least, against events that were lost. */
export const lightReconcile = async (session: Session, life: Life): Promise<void> => {
  const sent = session.serverAtLeast();
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
