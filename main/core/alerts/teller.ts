/** Tells what is new: decides whether it is shown, writes it down before it is shown, and makes one summary of a burst. */
import type { Alert } from '../../../contract/model.ts';
import { createWords } from '../../../contract/words.ts';
import type { Clock, Log, MainPort, Random, Timer } from '../ports.ts';
import { words } from '../rules/names.ts';
import { troubleOn } from '../trouble.ts';
import type { Ledger } from './ledger.ts';
import { BURST_WINDOW_MS, decideAlerts, type Candidate, type Decision, type Focus } from './policy.ts';

export type TellerDeps = {
  clock: Clock;
  random: Random;
  log: Log;
  main: MainPort;
  store: Ledger;
  /** The ledger changed. */
  changed: () => void;
};

/** One that is new under its key, with how to store it. */
export type News = { candidate: Candidate; store: (make: (id: string) => Alert) => Alert | null };

export type Teller = {
  focus: (focus: Focus) => void;
  /** What is to be told under this key; null = it was. */
  once: (id: string, candidate: Candidate) => News | null;
  /** Throws the trouble of the disk where nothing could be written down. `catchUp`: it came while nobody listened. */
  tell: (news: readonly News[], catchUp: boolean) => void;
  /** A line in the alert centre that calls nobody. */
  note: (title: Alert['title'], body: Alert['body']) => void;
  /** The conversation of a clicked alert; null = nothing to open. */
  clicked: (id: string) => number | null;
  stop: () => void;
};

/** Lines of the ledger, silent ones included, among which those are that were shown within the window before this teller. */
const LOOK_BACK = 200;

const SUMMARIES: readonly string[] = ['alert.digest.title', 'alert.summary.title'];

/** What a summary was to tell before the app died, oldest first; `alerts` newest first. */
const unsummed = (alerts: readonly Alert[]): Candidate[] => {
  const last = alerts.findIndex(({ title }) => SUMMARIES.includes(title.key));
  return alerts
    .slice(0, last < 0 ? alerts.length : last)
    .filter(({ reason }) => reason?.key === 'silent.digest')
    .map(({ kind, conversation, title, body }) => ({ kind, conversation, title, body, silent: null }))
    .toReversed();
};

export const createTeller = (deps: TellerDeps): Teller => {
  const { clock, store } = deps;
  const text = createWords('en');
  let stopped = false;
  let focus: Focus = { focused: false, conversation: null };
  /** The ledger of the tellers before this one. */
  const earlier = store.newest(LOOK_BACK).alerts;
  /** When alerts were shown lately, by the monotonic clock; what was shown before this teller began, the ledger knows. */
  let shownAt = earlier
    .filter((one) => one.state === 'shown' || one.state === 'clicked')
    .map((one) => clock.now() - one.at)
    .filter((ago) => ago >= 0 && ago < BURST_WINDOW_MS)
    .map((ago) => clock.monotonic() - ago);
  let summed: Candidate[] = [];
  let summary: Timer | null = null;

  /** `shown` is on disk before the system hears of it: a crash may lose a toast, never double it. */
  const show = async (alert: Alert): Promise<void> => {
    const answer = await deps.main.call('notifier.show', {
      id: alert.id,
      title: text(alert.title),
      body: text(alert.body),
      conversation: alert.conversation,
    });
    if (answer.shown) return;
    const silenced: Alert = {
      ...alert,
      state: 'suppressed',
      reason: words('silent.system', { reason: answer.reason ?? '' }),
    };
    store.change(silenced);
    deps.changed();
  };
  const showNow = (alert: Alert) => {
    show(alert).catch((error: unknown) =>
      deps.log.warn('alerts: could not be shown', { id: alert.id, error: String(error) }),
    );
  };

  const alertOf = (
    id: string,
    { kind, conversation, title, body }: Candidate,
    decision: Decision,
  ): Alert => ({
    id,
    kind,
    conversation,
    title,
    body,
    at: clock.now(),
    state: decision.show ? 'shown' : 'suppressed',
    reason: decision.show ? null : decision.reason,
  });

  /** One alert for those that were too many. */
  const sumUp = (candidates: readonly Candidate[], title: string) => {
    const last = candidates.at(-1);
    if (!last) return;
    const digest: Candidate = {
      kind: 'digest',
      conversation: null,
      title: words(title, { count: candidates.length }),
      body: words('alert.digest.body', { contact: text(last.body) }),
      silent: null,
    };
    const id = `digest:${deps.random.id()}`;
    const alert = store.addOnce(id, () => alertOf(id, digest, { show: true }));
    if (!alert) return;
    shownAt.push(clock.monotonic());
    deps.changed();
    showNow(alert);
  };

  const sumUpLater = (candidates: readonly Candidate[]) => {
    if (candidates.length === 0) return;
    summed.push(...candidates);
    if (!stopped) summary ??= clock.after(BURST_WINDOW_MS, flushSummary);
  };

  const flushSummary = () => {
    summary = null;
    const some = summed;
    summed = [];
    if (troubleOn(() => sumUp(some, 'alert.summary.title'))) sumUpLater(some);
  };

  const tell = (fresh: readonly News[], catchUp: boolean) => {
    if (fresh.length === 0) return;
    const now = clock.monotonic();
    shownAt = shownAt.filter((at) => now - at < BURST_WINDOW_MS);
    const candidates = fresh.map((one) => one.candidate);
    const decisions = decideAlerts(candidates, { focus, catchUp, shownAt, now });
    const forSummary: Candidate[] = [];
    fresh.forEach(({ candidate, store: put }, index) => {
      const decision = decisions[index];
      if (!decision) return;
      const alert = put((id) => alertOf(id, candidate, decision));
      if (!alert) return;
      if (decision.show) {
        shownAt.push(now);
        showNow(alert);
      } else if (decision.inSummary) forSummary.push(candidate);
    });
    deps.changed();
    if (forSummary.length === 0) return;
    const joins = !catchUp || summary !== null;
    if (joins || troubleOn(() => sumUp(forSummary, 'alert.digest.title'))) sumUpLater(forSummary);
  };
  sumUpLater(unsummed(earlier));

  return {
    focus: (next) => {
      focus = next;
    },
    once: (id, candidate) =>
      store.get(id) ? null : { candidate, store: (make) => store.addOnce(id, () => make(id)) },
    tell,
    note: (title, body) => {
      const id = `note:${deps.random.id()}`;
      store.addOnce(id, () => ({
        id,
        kind: 'digest',
        conversation: null,
        title,
        body,
        at: clock.now(),
        state: 'received',
        reason: null,
      }));
      deps.changed();
    },
    clicked: (id) => {
      const alert = store.get(id);
      if (!alert) return null;
      const unwritten = troubleOn(() => {
        store.change({ ...alert, state: 'clicked' });
        store.seen([id]);
      });
      if (unwritten === null) deps.changed();
      return alert.conversation;
    },
    stop: () => {
      stopped = true;
      summary?.cancel();
      if (summary) flushSummary();
    },
  };
};
