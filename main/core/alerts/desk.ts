/** Where alerts are decided, written down and shown: each exactly once, with an answer to why it was silent. */
import type { Alert, AssigneeKey, Directory } from '../../../contract/model.ts';
import { createWords } from '../../../contract/words.ts';
import type { Command } from '../commands/types.ts';
import type { NotificationFact } from '../facts.ts';
import type { Truth, TruthChange } from '../link.ts';
import type { Clock, Log, MainPort, Random, Timer } from '../ports.ts';
import { words } from '../rules/names.ts';
import type { Ledger } from './ledger.ts';
import { fromCommand, fromNotification, fromTeam, teamOf, teamsOfInterest, teamStay } from './candidates.ts';
import { BURST_WINDOW_MS, decideAlerts, type Candidate, type Decision } from './policy.ts';

export type DeskDeps = {
  clock: Clock;
  random: Random;
  log: Log;
  main: MainPort;
  store: Ledger;
  me: AssigneeKey;
  directory: () => Directory | null;
  truth: (conversation: number) => Truth | null;
  /** Whether a pending command of mine leads this conversation into this team. */
  leadsInto: (conversation: number, team: number) => boolean;
  /** Whether a command of mine moved it in this run. */
  touched: (conversation: number) => boolean;
  /** Asks the server where it is; what is known where it does not answer. */
  confirm: (conversation: number) => Promise<Truth | null>;
  /** The ledger changed. */
  changed: () => void;
};

export type Desk = {
  focus: (focus: { focused: boolean; conversation: number | null }) => void;
  watch: (teams: readonly number[]) => void;
  notifications: (rows: readonly NotificationFact[], how: { baseline: boolean; catchUp: boolean }) => void;
  changes: (changes: readonly TruthChange[], how: { catchUp: boolean }) => void;
  settled: (commands: readonly Command[]) => void;
  /** After a complete load: stays that ended without a word, so that the next one is new. */
  review: () => void;
  /** A line in the alert centre that calls nobody. */
  note: (title: Alert['title'], body: Alert['body']) => void;
  /** The conversation of a clicked alert; null = nothing to open. */
  clicked: (id: string) => number | null;
  stop: () => void;
};

/** How long a conversation must have been quiet in a team before that is told. */
const SETTLE_MS = 1_000;

/** One that is new under its key, with how to store it. */
type Fresh = { candidate: Candidate; store: (make: (id: string) => Alert) => Alert | null };

export const createDesk = (deps: DeskDeps): Desk => {
  const { clock, store } = deps;
  const text = createWords('en');
  let focus = { focused: false, conversation: null as number | null };
  let watched: readonly number[] = [];
  let shownAt: number[] = [];
  let summed: Candidate[] = [];
  let summary: Timer | null = null;
  const moved = new Map<number, { from: number | null; catchUp: boolean }>();
  let settling: Timer | null = null;
  let stopped = false;

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
    shownAt.push(clock.now());
    deps.changed();
    showNow(alert);
  };

  const flushSummary = () => {
    summary = null;
    const some = summed;
    summed = [];
    sumUp(some, 'alert.summary.title');
  };

  const raise = (fresh: readonly Fresh[], catchUp: boolean) => {
    if (fresh.length === 0) return;
    const now = clock.now();
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
    if (catchUp) sumUp(forSummary, 'alert.digest.title');
    else {
      summed.push(...forSummary);
      summary ??= clock.after(BURST_WINDOW_MS, flushSummary);
    }
  };

  /** What the way from one team to the present one means; `truth` is where it is now. */
  const consider = (id: number, from: number | null, truth: Truth | null): Fresh | null => {
    const team = teamOf(truth);
    if (from !== null && from !== team) store.endStay(teamStay(id, from), clock.now());
    if (!truth || team === null || team === from) return null;
    if (!teamsOfInterest(deps.directory(), watched).has(team)) return null;
    const stay = teamStay(id, team);
    if (store.stayActive(stay)) return null;
    const candidate = fromTeam(truth, deps.leadsInto(id, team), deps.me, deps.directory());
    return {
      candidate,
      store: (make) => store.addStay(stay, clock.now(), (n) => make(`team:${id}:${team}:${n}`)),
    };
  };

  /** Late and repeated events make a truth flicker; what counts is where a conversation is once it is quiet. */
  const lookAtMoved = async (): Promise<void> => {
    settling = null;
    const all = [...moved];
    moved.clear();
    const fresh = { now: [] as Fresh[], catchUp: [] as Fresh[] };
    const ofInterest = teamsOfInterest(deps.directory(), watched);
    for (const [id, { from, catchUp }] of all) {
      const known = deps.truth(id);
      const concerned = [from, teamOf(known)].some((team) => team !== null && ofInterest.has(team));
      // Echoes of an own move come late and in any order: there only the server itself knows.
      const truth = concerned && deps.touched(id) ? await deps.confirm(id) : known;
      const found = stopped ? null : consider(id, from, truth);
      if (found) fresh[catchUp ? 'catchUp' : 'now'].push(found);
    }
    if (stopped) return;
    raise(fresh.now, false);
    raise(fresh.catchUp, true);
  };
  const lookNow = () => {
    lookAtMoved().catch((error: unknown) =>
      deps.log.error('alerts: a look failed', { error: String(error) }),
    );
  };

  const once = (id: string, candidate: Candidate): Fresh | null =>
    store.get(id) ? null : { candidate, store: (make) => store.addOnce(id, () => make(id)) };
  const news = (all: readonly (Fresh | null)[]) => all.filter((one) => one !== null);

  return {
    focus: (next) => {
      focus = next;
    },
    watch: (teams) => {
      watched = teams;
    },
    notifications: (rows, { baseline, catchUp }) => {
      const keyed = rows
        .map((row) => fromNotification(row, { baseline, me: deps.me, truth: deps.truth(row.conversation) }))
        .filter((one) => one !== null);
      // The same row may come by socket and by list in one message.
      const single = [...new Map(keyed.map((one) => [one.id, one])).values()];
      raise(news(single.map(({ id, candidate }) => once(id, candidate))), catchUp);
    },
    changes: (changes, { catchUp }) => {
      for (const { before, after } of changes) {
        const id = after?.id ?? before?.id;
        const from = teamOf(before);
        if (id === undefined || from === teamOf(after)) continue;
        // Where it was before the first of several changes is where it comes from.
        const known = moved.get(id);
        moved.set(id, { from: known ? known.from : from, catchUp: catchUp || (known?.catchUp ?? false) });
      }
      if (moved.size > 0) settling ??= clock.after(SETTLE_MS, lookNow);
    },
    settled: (commands) => {
      for (const { state, conversation, result } of commands) {
        // What I did myself is no news: the stay counts as told.
        if (state === 'confirmed' && result && result.team !== null)
          store.addStay(teamStay(conversation, result.team), clock.now(), () => null);
      }
      raise(news(commands.map(fromCommand).map((one) => one && once(one.id, one.candidate))), false);
    },
    review: () => {
      for (const stay of store.activeStays()) {
        const truth = deps.truth(stay.conversation);
        if (!truth?.live || `team:${truth.team}` !== stay.target) store.endStay(stay, clock.now());
      }
    },
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
      store.change({ ...alert, state: 'clicked' });
      store.seen([id]);
      deps.changed();
      return alert.conversation;
    },
    stop: () => {
      stopped = true;
      settling?.cancel();
      summary?.cancel();
      if (summary) flushSummary();
    },
  };
};
