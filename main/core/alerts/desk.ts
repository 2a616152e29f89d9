/** Where alerts are decided, written down and shown: each exactly once, with an answer to why it was silent. */
import type { Alert, AssigneeKey, Directory } from '../../../contract/model.ts';
import { createWords } from '../../../contract/words.ts';
import type { Command } from '../commands/types.ts';
import type { NotificationFact } from '../facts.ts';
import type { Truth, TruthChange } from '../link.ts';
import type { Clock, Log, MainPort, Random, Timer } from '../ports.ts';
import { words } from '../rules/names.ts';
import { troubleOf, troubleOn } from '../trouble.ts';
import type { Ledger, Stay } from './ledger.ts';
import {
  baselineOf,
  fromCommand,
  fromNotification,
  fromTeam,
  teamOf,
  teamsLeft,
  teamOfStay,
  teamsOfInterest,
  teamStay,
} from './candidates.ts';
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
  /** Live conversations of a team as the cache has them; null = it cannot be read. */
  inTeam: (team: number) => readonly number[] | null;
  /** Whether the present connection has heard where this conversation is. */
  isHeard: (conversation: number) => boolean;
  /** Whether the cache is what the server has, but for what is heard from now on. */
  complete: () => boolean;
  /** Whether a pending command of mine leads this conversation into this team. */
  leadsInto: (conversation: number, team: number) => boolean;
  /** Whether a command of mine moved it in this run. */
  touched: (conversation: number) => boolean;
  /** Asks the server where it is; null = no answer. */
  confirm: (conversation: number) => Promise<{ truth: Truth | null } | null>;
  /** The ledger changed. */
  changed: () => void;
};

export type Desk = {
  focus: (focus: { focused: boolean; conversation: number | null }) => void;
  watch: (teams: readonly number[]) => void;
  notifications: (rows: readonly NotificationFact[], how: { baseline: boolean; catchUp: boolean }) => void;
  changes: (changes: readonly TruthChange[], how: { catchUp: boolean; gap: boolean }) => void;
  /** Commands are being stored: where I moved something it is known. Within the transaction that stores them. */
  storing: (commands: readonly Command[]) => void;
  settled: (commands: readonly Command[]) => void;
  /**
   * After a complete load: stays that ended without a word, so that the next one is new, and those that began without
   * one, as when the app died before it had told them.
   */
  review: () => void;
  /** The server was restored from a backup: what is not there after the next load has left for good. */
  wentBack: () => void;
  /** Teams, their members or what is watched may have changed. */
  interests: () => void;
  /** A line in the alert centre that calls nobody. */
  note: (title: Alert['title'], body: Alert['body']) => void;
  /** The conversation of a clicked alert; null = nothing to open. */
  clicked: (id: string) => number | null;
  stop: () => void;
};

/** How long a conversation must have been quiet in a team before that is told. */
const SETTLE_MS = 1_000;
/** Lines of the ledger, silent ones included, among which those are that were shown within the window before this desk. */
const LOOK_BACK = 200;
/** Before the server is asked again where a conversation is, when it did not answer. */
const ASK_AGAIN_MS = 10_000;
/** So often is asked about what an earlier run has left; then the cache is believed. */
const MOST_VAIN = 3;

/** From which team it went on, before the first of several changes. `gap`: all were read, none was heard of. */
type Move = {
  from: number | null;
  catchUp: boolean;
  gap: boolean;
  /** Of what an earlier run has left: how often the server was asked in vain. null = any other. */
  vain: number | null;
};

/** One that is new under its key, with how to store it. */
type Fresh = { candidate: Candidate; store: (make: (id: string) => Alert) => Alert | null };

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

export const createDesk = (deps: DeskDeps): Desk => {
  const { clock, store } = deps;
  const text = createWords('en');
  let focus = { focused: false, conversation: null as number | null };
  let watched: readonly number[] = [];
  /** The ledger of the desks before this one. */
  const earlier = store.newest(LOOK_BACK).alerts;
  /** When alerts were shown lately, by the monotonic clock; what was shown before this desk began, the ledger knows. */
  let shownAt = earlier
    .filter((one) => one.state === 'shown' || one.state === 'clicked')
    .map((one) => clock.now() - one.at)
    .filter((ago) => ago >= 0 && ago < BURST_WINDOW_MS)
    .map((ago) => clock.monotonic() - ago);
  let summed: Candidate[] = [];
  let summary: Timer | null = null;
  const moved = new Map<number, Move>();
  /** Teams of interest at the last review; null = there was none yet. */
  let reviewed: ReadonlySet<number> | null = null;
  let settling: Timer | null = null;
  /** Conversations may be out of the world, not only out of sight, until the next review. */
  let lostSome = false;
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

  const raise = (fresh: readonly Fresh[], catchUp: boolean) => {
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

  /** The teams that a conversation stays in as far as has been told: one, or some while it was not looked at. */
  const staysOf = (id: number): number[] =>
    store
      .staysOf(id)
      .map(teamOfStay)
      .filter((team) => team !== null);

  /** What the way from one team to the present one means; `truth` is where it is now. */
  const consider = (id: number, from: number | null, truth: Truth | null): Fresh | null => {
    // Out of sight, as when an inbox is the supervisor's no longer, it may be where it was: back in sight it is no news.
    if (!truth) return null;
    const team = teamOf(truth);
    for (const stayed of staysOf(id)) if (stayed !== team) store.endStay(teamStay(id, stayed), clock.now());
    if (team === null || team === from) return null;
    if (!teamsOfInterest(deps.directory(), watched).has(team)) return null;
    const stay = teamStay(id, team);
    if (store.stayActive(stay)) return null;
    const candidate = fromTeam(truth, deps.leadsInto(id, team), deps.me, deps.directory());
    return {
      candidate,
      store: (make) => store.addStay(stay, clock.now(), (n) => make(`team:${id}:${team}:${n}`)),
    };
  };

  /** Being looked at, with how to wait no longer for the answer: what comes about them meanwhile waits. */
  const looking = new Map<number, () => void>();

  /** No answer, or no room in the ledger: what is not written down is not told yet. */
  const lookLater = (id: number, move: Move): void => {
    moved.set(id, { ...move, catchUp: move.catchUp || (moved.get(id)?.catchUp ?? false) });
    if (!stopped) settling ??= clock.after(ASK_AGAIN_MS, lookNow);
  };

  /** The server answers again: what was asked before may never be answered, and is asked anew. */
  const lookSoon = (): void => {
    if (stopped || moved.size + looking.size === 0) return;
    for (const giveUp of looking.values()) giveUp();
    settling?.cancel();
    settling = clock.after(SETTLE_MS, lookNow);
  };

  /** Late and repeated events make a truth flicker, for seconds: what counts is where the server says it is. */
  const lookAt = async (id: number, move: Move): Promise<Fresh | null> => {
    const { from, catchUp, gap, vain } = move;
    const known = deps.truth(id);
    const ofInterest = teamsOfInterest(deps.directory(), watched);
    const concerned = [from, teamOf(known), ...staysOf(id)].some(
      (team) => team !== null && ofInterest.has(team),
    );
    // What a catch-up read is what the server has just said, but for echoes of own moves.
    if (!concerned || (catchUp && gap && !deps.touched(id))) return consider(id, from, known);
    const givenUp = new Promise<'given-up'>((resolve) => looking.set(id, () => resolve('given-up')));
    const answer = await Promise.race([deps.confirm(id), givenUp]).finally(() => looking.delete(id));
    if (stopped) return null;
    if (answer !== null && answer !== 'given-up') return consider(id, from, answer.truth);
    // Only a server that is there and says nothing of this one was asked in vain.
    const inVain = vain === null ? null : vain + (answer === null && deps.complete() ? 1 : 0);
    if (inVain !== null && inVain >= MOST_VAIN) return consider(id, from, deps.truth(id));
    lookLater(id, { from, catchUp, gap: false, vain: inVain });
    return null;
  };

  const lookAtMoved = async (): Promise<void> => {
    settling = null;
    const all = [...moved].filter(([id]) => !looking.has(id));
    for (const [id] of all) moved.delete(id);
    if (moved.size > 0) settling = clock.after(SETTLE_MS, lookNow);
    const missed: { id: number; move: Move; found: Fresh }[] = [];
    const written = (work: () => void, moves: readonly [number, Move][]): void => {
      if (stopped || troubleOn(work) === null) return;
      for (const [id, move] of moves) lookLater(id, move);
    };
    const look = async ([id, move]: [number, Move]) => {
      const found = await lookAt(id, move).catch((error: unknown) => {
        if (troubleOf(error) === null) throw error;
        lookLater(id, move);
        return null;
      });
      if (!found) return;
      if (move.catchUp) missed.push({ id, move, found });
      else written(() => raise([found], false), [[id, move]]);
    };
    await Promise.all(all.map(look));
    written(
      () =>
        raise(
          missed.map(({ found }) => found),
          true,
        ),
      missed.map(({ id, move }) => [id, move]),
    );
  };
  const lookNow = () => {
    lookAtMoved().catch((error: unknown) =>
      deps.log.error('alerts: a look failed', { error: String(error) }),
    );
  };

  const once = (id: string, candidate: Candidate): Fresh | null =>
    store.get(id) ? null : { candidate, store: (make) => store.addOnce(id, () => make(id)) };
  const news = (all: readonly (Fresh | null)[]) => all.filter((one) => one !== null);

  const review = () => {
    if (!deps.complete()) return;
    const stays = store.activeStays();
    for (const stay of stays) {
      const from = teamOfStay(stay);
      const truth = deps.truth(stay.conversation);
      if (from === null || teamOf(truth) === from) continue;
      // Out of sight is not out of a team.
      if (truth === null && !lostSome) continue;
      // A late event may say so, of one that was told a moment ago: whoever looks at it ends what is over.
      if (moved.has(stay.conversation) || looking.has(stay.conversation)) continue;
      // Echoes of an own move may say so as well, even now.
      if (deps.touched(stay.conversation))
        moved.set(stay.conversation, { from, catchUp: true, gap: false, vain: null });
      else store.endStay(stay, clock.now());
    }
    lostSome = false;
    const directory = deps.directory();
    const ofInterest = teamsOfInterest(directory, watched);
    const active = new Set(stays.map((stay) => `${stay.kind} ${stay.conversation} ${stay.target}`));
    const isActive = ({ kind, conversation, target }: Stay) =>
      active.has(`${kind} ${conversation} ${target}`);
    for (const team of ofInterest) {
      const there = deps.inTeam(team);
      if (there === null) continue;
      const untold = there.filter(
        (id) => !isActive(teamStay(id, team)) && !moved.has(id) && !looking.has(id),
      );
      // What an earlier connection left there, and no answer of this one has shown, is asked for.
      if (isActive(baselineOf(team)))
        for (const id of untold) moved.set(id, { from: null, catchUp: true, gap: deps.isHeard(id), vain: 0 });
      else store.addKnown([...untold.map((id) => teamStay(id, team)), baselineOf(team)], clock.now());
    }
    for (const { id } of teamsLeft(directory, watched)) store.endStay(baselineOf(id), clock.now());
    reviewed = ofInterest;
    lookSoon();
  };

  const interests = () => {
    const now = teamsOfInterest(deps.directory(), watched);
    if (reviewed?.size !== now.size || [...now].some((team) => !reviewed?.has(team))) review();
  };

  return {
    focus: (next) => {
      focus = next;
    },
    watch: (teams) => {
      watched = teams;
      interests();
    },
    notifications: (rows, { baseline, catchUp }) => {
      const keyed = rows
        .map((row) => fromNotification(row, { baseline, me: deps.me, truth: deps.truth(row.conversation) }))
        .filter((one) => one !== null);
      // The same row may come by socket and by list in one message.
      const single = [...new Map(keyed.map((one) => [one.id, one])).values()];
      raise(news(single.map(({ id, candidate }) => once(id, candidate))), catchUp);
    },
    changes: (changes, { catchUp, gap }) => {
      for (const { before, after } of changes) {
        const id = after?.id ?? before?.id;
        const from = teamOf(before);
        if (id === undefined) continue;
        // Back in sight where it stays nowhere: what it stayed in before is over.
        const cameBack = before === null && staysOf(id).length > 0;
        if (from === teamOf(after) && !cameBack) continue;
        // Where it was before the first of several changes is where it comes from.
        const known = moved.get(id);
        moved.set(id, {
          from: known ? known.from : from,
          catchUp: catchUp || (known?.catchUp ?? false),
          gap: gap && (known?.gap ?? true),
          vain: null,
        });
      }
      if (moved.size > 0) settling ??= clock.after(SETTLE_MS, lookNow);
    },
    storing: (commands) => {
      for (const { state, conversation, base, result, plan, sent } of commands) {
        // What I did myself is no news: the stay counts as told, also when somebody changed something else since.
        const written = plan.steps
          .slice(0, sent)
          .flatMap(({ write }) => (write.write === 'team' && write.to !== null ? [write.to] : []));
        const mine = written.some((team) => team === result?.team);
        // That it was in this team before, or went on from mine into this one at once, somebody else did.
        const asked =
          state === 'confirmed' && plan.shown.team === result?.team && plan.shown.team !== base.team;
        if (result && result.team !== null && (asked || mine))
          store.addKnown([teamStay(conversation, result.team)], clock.now());
        // Gone before it could be read back: an echo of the write may still come.
        if (!result && state === 'refused')
          store.addKnown(
            written.map((team) => teamStay(conversation, team)),
            clock.now(),
          );
      }
    },
    settled: (commands) => {
      raise(news(commands.map(fromCommand).map((one) => one && once(one.id, one.candidate))), false);
    },
    review,
    wentBack: () => {
      lostSome = true;
    },
    interests,
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
      settling?.cancel();
      summary?.cancel();
      if (summary) flushSummary();
    },
  };
};
