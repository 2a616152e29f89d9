/** The order in which a connection fetches: a first look, everything up to now, and in the background what keeps it so. */
import { isTooOld } from '../liveagent/probe.ts';
import type { EventFlow } from './event-flow.ts';
import type { Life } from './life.ts';
import type { Session } from './session.ts';
import { checkBack } from './tasks/back.ts';
import { catchUp, isLoaded } from './tasks/catch-up.ts';
import type { CountsTask } from './tasks/counts.ts';
import type { DaysTask } from './tasks/days.ts';
import type { DirectoryTask } from './tasks/directory.ts';
import type { Jobs } from './tasks/jobs.ts';
import type { Lookups } from './tasks/lookups.ts';
import type { NotificationsTask } from './tasks/notifications.ts';
import { probeServer } from './tasks/probe.ts';
import type { TranscriptsTask } from './tasks/transcripts.ts';
import type { Upkeep } from './tasks/upkeep.ts';
import type { Verify } from './tasks/verify.ts';

/** Enough to fill a screen. */
const FIRST_PAGES = 2;
/** A directory read this recently is not read again. */
const JUST_LISTED_MS = 30_000;
/** Members of teams that are not on screen are read this often at most. */
const MEMBERS_MS = 30 * 60_000;

export type FetchingParts = {
  directory: DirectoryTask;
  lookups: Lookups;
  notifications: NotificationsTask;
  history: (life: Life) => Promise<void>;
  transcripts: TranscriptsTask;
  upkeep: Upkeep;
  counts: CountsTask;
  verify: Verify;
  days: DaysTask;
  jobs: Jobs;
  flow: EventFlow;
};

export const createFetching = (session: Session, parts: FetchingParts) => {
  const { clock, random } = session.ports;
  const { directory, flow } = parts;
  let probed = false;
  let look: Promise<void> | null = null;
  let listedAt = Number.NEGATIVE_INFINITY;
  let membersAt = Number.NEGATIVE_INFINITY;

  const probe = (life: Life): Promise<void> => {
    probed = true;
    return probeServer(session, life);
  };

  const lookOnce = async (life: Life): Promise<void> => {
    const show = async (page: number): Promise<void> => {
      const answer = await session.ask(
        life,
        'interactive',
        () => session.api.list({ status: 'open', page }),
        { tries: 1 },
      );
      if (answer?.outcome === 'answered') session.commit(answer.value.facts, { bulk: true });
    };
    const [{ complete }] = await Promise.all([
      directory.lists(life, 'interactive'),
      ...Array.from({ length: FIRST_PAGES }, (_, index) => show(index + 1)),
    ]);
    if (complete) listedAt = clock.monotonic();
  };

  /**
   * On the very first start, while the socket opens: the first pages and who there is, to have something to
   * show. The load proper begins with the subscription and reads them again.
   */
  const firstLook = (life: Life): Promise<void> => (look ??= lookOnce(life));

  /** What a catch-up could not confirm: on servers that tell no change but by the pages of latest activity. */
  const confirm = async (life: Life): Promise<void> => {
    if (session.state('epoch') === 0) return;
    await parts.jobs.run('counts', () => parts.counts.checkAll(life));
    await parts.verify.confirm(life);
  };

  const spread = async (life: Life): Promise<void> => {
    const justListed = clock.monotonic() - listedAt < JUST_LISTED_MS;
    // Who could not be read with the first look is asked for at once: the board is live and knows no teams.
    const unhurried = !justListed && directory.isKnown();
    if (unhurried && !(await life.wait(random.next() * session.gate.pace().spreadMs))) return;
    if (!probed) await probe(life);
    const all = clock.monotonic() - membersAt > MEMBERS_MS;
    if (all) membersAt = clock.monotonic();
    if (justListed) await directory.memberships(life, 'all');
    else await parts.upkeep.readDirectory(life, all ? 'all' : 'visible');
    if (all && life.over()) membersAt = Number.NEGATIVE_INFINITY;
    const history = async (): Promise<void> => {
      await parts.history(life);
      await parts.days.run(life);
    };
    await Promise.all([history(), parts.transcripts.run(life)]);
  };

  return {
    firstLook,

    /** Everything up to now. `whole` is the life of the workspace, which the first look may need. */
    all: async (life: Life, whole: Life): Promise<'caught-up' | 'ended' | 'unsupported'> => {
      const first = !isLoaded(session);
      const early = first ? firstLook(whole) : Promise.resolve();
      // A gap can be closed only by somebody who knows the server; a first load needs no such knowledge.
      const known = session.state('abilities') !== undefined;
      if (!known && !first) await probe(life);
      const back =
        first && session.suspicion.wentBack === null ? Promise.resolve(false) : checkBack(session, life);
      // Whatever it meets in the file, the catch-up meets as well.
      back.catch(() => undefined);
      const caught = parts.jobs.run(`catch-up ${session.epoch()}`, () => catchUp(session, life, parts));
      if (!known && first) await Promise.all([probe(life), early]);
      const done = await caught;
      if (await back) return 'ended';
      flow.release();
      await early;
      if (done !== true || life.over()) return 'ended';
      await parts.notifications.catchUp(life);
      if (life.over()) return 'ended';
      return isTooOld(session.abilities().version) ? 'unsupported' : 'caught-up';
    },

    /** In the background once live; spread, so that an office does not start in step. */
    afterwards: async (life: Life): Promise<void> => {
      parts.upkeep.start(life);
      await Promise.all([confirm(life), spread(life)]);
    },
    confirm,
  };
};
