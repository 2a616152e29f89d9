/** One function for every call of the contract that the core answers. Input was parsed at the door. */
import type { CallsAnsweredBy, Handlers, Workspace } from '../../contract/ipc.ts';
import type { Action, Connection, Grouping, Judgement } from '../../contract/model.ts';
import { entryOf } from './data/entries.ts';
import type { Lifted } from './data/outgoing.ts';
import type { Notices } from './data/notices.ts';
import { CallProblem } from './data/problem.ts';
import type { Requests } from './data/requests.ts';
import type { Session } from './data/session.ts';
import { breathe, inSlices } from './data/slices.ts';
import type { Clock } from './ports.ts';
import { judge } from './rules/judge.ts';
import { actionForLane } from './rules/lanes.ts';
import { botName, words } from './rules/names.ts';
import { summarise } from './rules/summarise.ts';
import type { CacheReader } from './store/types.ts';

export type HandlerDeps = {
  clock: Clock;
  requests: Requests;
  /** null = signed out. */
  session: () => Session | null;
  connection: () => Connection;
  notices: Pick<Notices, 'list' | 'dismiss'>;
  /** Tries the server now. */
  retry: () => void;
  revision: () => number;
  signIn: Handlers<'core'>['workspace.signIn'];
  signOut: Handlers<'core'>['workspace.signOut'];
};

/** How long an assignment's removed team is offered again. */
const REMOVED_TEAM_MS = 10 * 60 * 1000;
/** Lanes judged before others have their turn. */
const LANES_AT_ONCE = 50;

const GONE: Judgement = { outcome: 'refuses', words: words('changed.gone') };

export const createHandlers = (deps: HandlerDeps): Handlers<'core'> => {
  const { clock } = deps;
  const seconds = () => clock.now() / 1000;

  const open = (): Session => {
    const session = deps.session();
    if (!session) throw new CallProblem('signed-out', 'You are not signed in.');
    return session;
  };
  const current = (): Workspace | null => deps.session()?.workspace ?? null;

  /** Judges each card once for every state that differs: a lane of a hundred equal cards is one judgement. */
  const judgeAll = async (
    session: Session,
    reader: CacheReader,
    action: Action,
    items: readonly Lifted[],
  ): Promise<Judgement[]> => {
    const seen = new Map<string, Judgement>();
    return inSlices(clock, items, (slice) =>
      slice.map(({ conversation }) => {
        const card = reader.card(conversation, session.book.overlay);
        if (!card) return GONE;
        const key = JSON.stringify([card.assignee, card.team, card.status, card.inbox]);
        const known = seen.get(key) ?? judge(action, card, session.directory(), session);
        seen.set(key, known);
        return known;
      }),
    );
  };

  const laneKeys = (session: Session, reader: CacheReader, grouping: Grouping): string[] => {
    const filter = { statuses: [], inboxes: [], labels: [], priorities: [], waitingLongerThan: 0 };
    const { lanes } = reader.lanes({ grouping, filter, sort: 'waiting' }, session.book.overlay, seconds());
    const directory = session.directory();
    const agents = directory?.agents.filter((agent) => !agent.left).map((agent) => `agent:${agent.id}`) ?? [];
    const teams = directory?.teams.filter((team) => !team.gone).map((team) => `team:${team.id}`) ?? [];
    const fixed = grouping === 'agents' ? ['unassigned'] : ['no-team'];
    return [
      ...new Set([
        ...fixed,
        ...(grouping === 'agents' ? [] : teams),
        ...(grouping === 'teams' ? [] : agents),
        ...lanes.map((lane) => lane.key),
      ]),
    ];
  };

  /** Equal cards weigh as one for the outcome, but count as many in the words. */
  const hintFor = (
    session: Session,
    action: Action,
    cards: readonly { card: Parameters<typeof judge>[1] | null; count: number }[],
  ): Judgement =>
    summarise(
      cards.flatMap(({ card, count }) => {
        const judgement = card ? judge(action, card, session.directory(), session) : GONE;
        return Array.from({ length: count }, () => judgement);
      }),
    );

  const handlers: { [N in CallsAnsweredBy<'core'>]: Handlers<'core'>[N] } = {
    'workspace.current': async () => ({ workspace: current() }),
    'workspace.signIn': deps.signIn,
    'workspace.signOut': deps.signOut,
    'connection.get': async () => deps.connection(),
    'notices.get': async () => ({ notices: deps.notices.list() }),
    'notices.dismiss': async ({ id }) => {
      deps.notices.dismiss(id);
      return {};
    },
    'connection.retry': async () => {
      open();
      deps.retry();
      return {};
    },
    'coverage.get': async () => {
      const session = deps.session();
      return session ? (await session.reader()).coverage() : null;
    },
    'directory.get': async () => {
      const session = deps.session();
      if (!session) return null;
      await session.reader();
      return session.directory();
    },
    'availability.set': async ({ availability }) => {
      open();
      const answer = await deps.requests.ask({ kind: 'availability', availability });
      if (answer === 'set') return {};
      throw new CallProblem(
        'internal',
        answer === 'refused'
          ? 'The server refused to change your availability.'
          : 'The server cannot be reached. Your availability is as it was.',
      );
    },

    'board.lanes': async ({ grouping, filter, sort }) => {
      const session = open();
      const reader = await session.reader();
      const revision = deps.revision();
      return { revision, ...reader.lanes({ grouping, filter, sort }, session.book.overlay, seconds()) };
    },
    'board.cards': async (query) => {
      const session = open();
      const reader = await session.reader();
      const revision = deps.revision();
      const page = reader.cards(query, session.book.overlay, seconds());
      if (query.after === null) session.visible.lane(`${query.grouping}:${query.lane}`, page.cards);
      return { revision, ...page };
    },
    search: async ({ text, limit }) => {
      const session = open();
      const reader = await session.reader();
      return { cards: reader.search(text, limit, session.book.overlay) };
    },
    'conversation.get': async ({ id }) => {
      const session = open();
      const reader = await session.reader();
      const details = reader.details(id, session.book.overlay);
      if (!details) return null;
      session.visible.details(id);
      const written = session.writableNow();
      const removed =
        details.card.team === null
          ? (written?.outbox.activity.get(id, 'removed-team', clock.now() - REMOVED_TEAM_MS) ?? null)
          : null;
      // With nothing missing, whatever came in since it was read has been heard as well.
      const { savedAt, newerMissing } = details;
      const { asOf } = deps.connection();
      return {
        ...details,
        savedAt: savedAt === null || newerMissing ? savedAt : Math.max(savedAt, asOf ?? 0),
        removedTeam: removed === null ? null : Number(removed),
        notes: written?.notes.of(id) ?? [],
        draft: written?.outbox.drafts.get(id) ?? '',
      };
    },
    'conversation.load': async ({ id, older }) => {
      open();
      // The answer arrives as a topic of the conversation.
      void deps.requests.ask({ kind: 'transcript', conversation: id, older });
      return {};
    },

    'move.judge': async ({ action, items }) => {
      const session = open();
      const judgements = await judgeAll(session, await session.reader(), action, items);
      return { judgements, summary: summarise(judgements) };
    },
    'move.hints': async ({ grouping, items }) => {
      const session = open();
      const reader = await session.reader();
      const alike = new Map<string, { card: Parameters<typeof judge>[1] | null; count: number }>();
      await inSlices(clock, items, (slice) =>
        slice.map(({ conversation }) => {
          const card = reader.card(conversation, session.book.overlay);
          const key = card ? JSON.stringify([card.assignee, card.team, card.status, card.inbox]) : 'gone';
          const known = alike.get(key);
          if (known) known.count += 1;
          else alike.set(key, { card, count: 1 });
          return null;
        }),
      );
      const cards = [...alike.values()];
      const hints: Record<string, { judgement: Judgement; action: Action | null }> = {};
      let judged = 0;
      for (const lane of laneKeys(session, reader, grouping)) {
        if (++judged % LANES_AT_ONCE === 0) await breathe(clock);
        const action = actionForLane(grouping, lane);
        hints[lane] = action
          ? { action, judgement: hintFor(session, action, cards) }
          : {
              action: null,
              judgement: {
                outcome: 'refuses',
                words: words('refuse.bot', { bot: botName(session.directory(), Number(lane.split(':')[1])) }),
              },
            };
      }
      return { hints };
    },
    'move.submit': async ({ action, items, gesture: given }) => {
      const session = open();
      await session.reader();
      const { outgoing, gestures } = session.writable();
      const gesture = given ?? gestures.next();
      const slices = await inSlices(clock, items, (slice) => [outgoing.submit(action, slice, gesture)]);
      return {
        gesture,
        stored: slices.flatMap((one) => one.stored),
        changed: slices.flatMap((one) => one.changed),
        refused: slices.flatMap((one) => one.refused),
        asks: slices.flatMap((one) => one.asks),
      };
    },

    'undo.next': async () => open().writable().undo.next(),
    'undo.run': async (input) => {
      const session = open();
      await session.reader();
      return session.writable().undo.run(input);
    },
    'note.draft': async ({ conversation, text }) => {
      open().writable().outbox.drafts.put(conversation, text, clock.now());
      return {};
    },
    'note.send': async ({ conversation, text }) => ({
      note: open().writable().notes.send(conversation, text),
    }),
    'note.settle': async ({ notes, choice }) => ({ settled: open().writable().notes.settle(notes, choice) }),

    'outbox.list': async ({ limit }) => {
      const session = open();
      const { book } = session;
      const { notes, outbox } = session.writable();
      const unsettled = book.unsettled().toSorted((a, b) => b.createdAt - a.createdAt);
      const ids = new Set(unsettled.map((one) => one.id));
      const settled = outbox.commands.newest(limit).filter((one) => !ids.has(one.id));
      const [commands, written] = [book.counts(), notes.counts()];
      return {
        entries: [...unsettled, ...settled].slice(0, limit).map((one) => entryOf(one, session.card)),
        notes: notes.list(limit),
        counts: {
          waiting: commands.waiting + written.waiting,
          sending: commands.sending + written.sending,
          refused: commands.refused + written.refused,
          conflict: commands.conflict,
        },
      };
    },
    'outbox.cancel': async ({ commands }) => ({ cancelled: open().writable().outgoing.cancel(commands) }),
    'outbox.settle': async ({ items, choice }) => open().writable().outgoing.settle(items, choice),

    'alerts.list': async ({ limit }) => open().writable().outbox.alerts.newest(limit),
    'alerts.seen': async ({ ids }) => {
      open().writable().outbox.alerts.seen(ids);
      return {};
    },
  };
  return handlers;
};
