/** Notices arrivals in the teams that are of interest: where a conversation is when all is quiet, and not where it was told to be. */
import type { AssigneeKey, Directory } from '../../../contract/model.ts';
import type { Command } from '../commands/types.ts';
import { SERVER_CLOCKS_S } from '../facts.ts';
import type { Truth, TruthChange } from '../link.ts';
import type { Clock, Log } from '../ports.ts';
import {
  baselineOf,
  fromTeam,
  teamOf,
  teamOfStay,
  teamsLeft,
  teamsOfInterest,
  teamStay,
} from './candidates.ts';
import type { Ledger, Stay } from './ledger.ts';
import { createLooks, type Move } from './looks.ts';
import type { News, Teller } from './teller.ts';

export type ArrivalsDeps = {
  clock: Clock;
  log: Log;
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
  /** Whether the server says of each conversation when it began; else the cache has but a guess. */
  saysBegin: () => boolean;
  /** Whether a pending command of mine leads this conversation into this team. */
  leadsInto: (conversation: number, team: number) => boolean;
  /** Whether a command of mine moved it in this run. */
  touched: (conversation: number) => boolean;
  /** Asks the server where it is; null = no answer. */
  confirm: (conversation: number) => Promise<{ truth: Truth | null } | null>;
  tell: Teller['tell'];
};

export type Arrivals = {
  watch: (teams: readonly number[]) => void;
  /** `catchUp`: it came while nobody listened. `gap`: it was read, and no event told of it. */
  changes: (changes: readonly TruthChange[], how: { catchUp: boolean; gap: boolean }) => void;
  /** Commands are being stored: where I moved something it is known. Within the transaction that stores them. */
  storing: (commands: readonly Command[]) => void;
  /**
   * After a complete load: stays that ended without a word, so that the next one is new, and those that began without
   * one, as when the app died before it had told them.
   */
  review: () => void;
  /** The server was restored from a backup: what is not there after the next load has left for good. */
  wentBack: () => void;
  /** Teams, their members or what is watched may have changed. */
  interests: () => void;
  stop: () => void;
};

/** Whether it began later than what had its number: the server lost that one with a restore. */
const isAnother = (begunAt: number, truth: Truth | null): boolean =>
  truth !== null && begunAt > 0 && truth.createdAt > begunAt + SERVER_CLOCKS_S;

export const createArrivals = (deps: ArrivalsDeps): Arrivals => {
  const { clock, store } = deps;
  let watched: readonly number[] = [];
  /** Teams of interest at the last review; null = there was none yet. */
  let reviewed: ReadonlySet<number> | null = null;
  /** The server went back: until the next review conversations may be out of the world, not only out of sight. */
  let lostSome = false;
  /** When that began which stays somewhere and is in the cache no more, in seconds: its number may be given again. */
  const begun = new Map<number, number>();

  /** The teams that a conversation stays in as far as has been told: one, or some while it was not looked at. */
  const staysOf = (id: number): number[] =>
    store
      .staysOf(id)
      .map(teamOfStay)
      .filter((team) => team !== null);

  const remember = (gone: Truth | null): void => {
    if (gone && !begun.has(gone.id) && deps.saysBegin()) begun.set(gone.id, gone.createdAt);
  };

  /** What the way from one team to the present one means; `truth` is where it is now. */
  const consider = (id: number, { from, another }: Move, truth: Truth | null): News | null => {
    // Out of sight, as when an inbox is the supervisor's no longer, it may be where it was: back in sight it is no news.
    if (!truth) return null;
    const team = teamOf(truth);
    for (const stayed of staysOf(id))
      if (another || stayed !== team) store.endStay(teamStay(id, stayed), clock.now());
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

  const looks = createLooks({
    clock,
    log: deps.log,
    truth: deps.truth,
    complete: deps.complete,
    confirm: deps.confirm,
    believes: (id, { from, catchUp, gap }, known) => {
      const ofInterest = teamsOfInterest(deps.directory(), watched);
      const concerned = [from, teamOf(known), ...staysOf(id)].some(
        (team) => team !== null && ofInterest.has(team),
      );
      // What a catch-up read is what the server has just said, but for echoes of own moves.
      return !concerned || (catchUp && gap && !deps.touched(id));
    },
    consider,
    tell: deps.tell,
  });

  const review = () => {
    if (!deps.complete()) return;
    for (const stay of store.activeStays()) {
      const from = teamOfStay(stay);
      const truth = deps.truth(stay.conversation);
      const another = isAnother(begun.get(stay.conversation) ?? 0, truth);
      if (from === null || (teamOf(truth) === from && !another)) continue;
      // Out of sight is not out of a team.
      if (truth === null && !lostSome) continue;
      // A late event may say so, of one that was told a moment ago: whoever looks at it ends what is over.
      if (looks.has(stay.conversation)) {
        if (another)
          looks.add(stay.conversation, { from: null, catchUp: true, gap: false, another, vain: null });
        continue;
      }
      // Echoes of an own move may say so as well, even now.
      if (deps.touched(stay.conversation) && !another)
        looks.add(stay.conversation, { from, catchUp: true, gap: false, another: false, vain: null });
      else store.endStay(stay, clock.now());
    }
    lostSome = false;
    for (const id of begun.keys()) if (deps.truth(id) !== null) begun.delete(id);
    const directory = deps.directory();
    const ofInterest = teamsOfInterest(directory, watched);
    const active = new Set(
      store.activeStays().map((stay) => `${stay.kind} ${stay.conversation} ${stay.target}`),
    );
    const isActive = ({ kind, conversation, target }: Stay) =>
      active.has(`${kind} ${conversation} ${target}`);
    for (const team of ofInterest) {
      const there = deps.inTeam(team);
      if (there === null) continue;
      const untold = there.filter((id) => !isActive(teamStay(id, team)) && !looks.has(id));
      // What an earlier connection left there, and no answer of this one has shown, is asked for.
      if (isActive(baselineOf(team)))
        for (const id of untold)
          looks.add(id, { from: null, catchUp: true, gap: deps.isHeard(id), another: false, vain: 0 });
      else store.addKnown([...untold.map((id) => teamStay(id, team)), baselineOf(team)], clock.now());
    }
    for (const { id } of teamsLeft(directory, watched)) store.endStay(baselineOf(id), clock.now());
    reviewed = ofInterest;
    looks.anew();
  };

  const interests = () => {
    const now = teamsOfInterest(deps.directory(), watched);
    if (reviewed?.size !== now.size || [...now].some((team) => !reviewed?.has(team))) review();
  };

  return {
    watch: (teams) => {
      watched = teams;
      interests();
    },
    changes: (changes, { catchUp, gap }) => {
      for (const { before, after } of changes) {
        const id = after?.id ?? before?.id;
        if (id === undefined) continue;
        if (after === null && staysOf(id).length > 0) remember(before);
        const another = isAnother(before?.createdAt ?? begun.get(id) ?? 0, after);
        if (after !== null) begun.delete(id);
        const from = another ? null : teamOf(before);
        // Back in sight where it stays nowhere: what it stayed in before is over.
        const cameBack = before === null && staysOf(id).length > 0;
        if (from === teamOf(after) && !cameBack && !another) continue;
        looks.add(id, { from, catchUp, gap, another, vain: null });
      }
      looks.whenQuiet();
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
    review,
    wentBack: () => {
      for (const { conversation } of store.activeStays()) remember(deps.truth(conversation));
      lostSome = true;
    },
    interests,
    stop: looks.stop,
  };
};
