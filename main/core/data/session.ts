/** One open workspace in the data half: its reader, its outbox, its commands and its alerts. */
import { join } from 'node:path';
import type { EventName, EventPayload, Workspace } from '../../../contract/ipc.ts';
import type { Card, Directory, Topic } from '../../../contract/model.ts';
import { createDesk, type Desk } from '../alerts/desk.ts';
import { noteEntryOf, type Note } from '../commands/note.ts';
import { isPending, type Command } from '../commands/types.ts';
import type { DataEnd, ToData } from '../link.ts';
import type { Ports, Timer } from '../ports.ts';
import { words } from '../rules/names.ts';
import type { ReaderDeps } from '../store/cache-reader.ts';
import { openOutbox, type Outbox } from '../store/outbox.ts';
import { troubleIn, troubleOn, watched, type Trouble } from '../store/trouble.ts';
import type { CacheReader, OpenOutcome } from '../store/types.ts';
import { createBook, type Book } from './book.ts';
import { createNotes, type Notes } from './notes.ts';
import { entryOf } from './entries.ts';
import { createGestureLog, type GestureLog } from './gesture-log.ts';
import { createHealth } from './health.ts';
import { wordsOfTrouble, type Notices } from './notices.ts';
import { createOutgoing, type Outgoing } from './outgoing.ts';
import { CallProblem } from './problem.ts';
import { createPump } from './pump.ts';
import type { Requests } from './requests.ts';
import type { Runner } from './runner.ts';
import { createStoring } from './storing.ts';
import type { Topics } from './topics.ts';
import { createUndo, type Undo } from './undo.ts';
import { createVisible, type Visible } from './visible.ts';

export type OpenReader = (folder: string, deps: ReaderDeps) => OpenOutcome<CacheReader>;

export type SessionDeps = {
  ports: Ports;
  end: Pick<DataEnd, 'post'>;
  requests: Requests;
  topics: Topics;
  say: <N extends EventName>(name: N, payload: EventPayload<N>) => void;
  notices: Notices;
  openReader: OpenReader;
  /** The outbox is open: tells the alerts what is watched and what is on screen. */
  begin: (desk: Desk) => void;
  openFolder: string;
  workspace: Workspace;
};

/** What a session needs of outbox.db, or why there is none: then the board is read-only. */
type Writable = {
  outbox: Outbox;
  gestures: GestureLog;
  outgoing: Outgoing;
  undo: Undo;
  pump: Runner;
  notes: Notes;
  /** Rows of notes that could not be read. */
  damagedNotes: number;
  desk: Desk;
};

export type Session = {
  workspace: Workspace;
  folder: string;
  book: Book;
  visible: Visible;
  /** Rejects with a CallProblem when the cache cannot be read. */
  reader: () => Promise<CacheReader>;
  directory: () => Directory | null;
  /** Throws a CallProblem when the outbox cannot be written. */
  writable: () => Writable;
  desk: () => Desk | null;
  noteCounts: () => ReturnType<Notes['counts']>;
  /** A conversation as the board shows it; null = not saved here, or nothing can be read. */
  card: (conversation: number) => Card | null;
  /** Conversations an agent holds now, overlay included; null = not counted. */
  held: (agent: number) => number | null;
  hear: (message: ToData) => void;
  stop: () => void;
};

const DAY_MS = 24 * 60 * 60 * 1000;
/** Settled commands are kept for the outbox's history, alerts for the alert centre. */
const KEEP_COMMANDS = 2_000;
const KEEP_ALERTS = 5_000;
/** What was typed and not sent; conversations are kept no longer than that either. */
const KEEP_DRAFTS_MS = 90 * DAY_MS;
/** How long a question waits for the cache to be opened. */
const READER_WAIT_MS = 15_000;
/** How long it may take until a deleted folder is noticed while nothing is written. */
const LOOK_MS = 10_000;
/** What a file that is opened anew may be rid of, and what is set aside and salvaged then. */
const MENDED_BY_OPENING: ReadonlySet<Trouble['kind']> = new Set(['damaged', 'device', 'unusable']);
const ACCESS_LOST = 'outcome.accessLost';
/** How long what waited can be read after access was lost. */
const KEEP_LOST_MS = 7 * DAY_MS;
const NEWER_NOTICE = 'newer-files';
const CACHE_NOTICE = 'cache-file';
const REACHABLE = new Set(['connecting', 'catching-up', 'live', 'stale', 'throttled']);

/** "09:41", in the time zone of this computer. */
const timeOfDay = (at: number): string => {
  const time = new Date(at);
  return `${String(time.getHours()).padStart(2, '0')}:${String(time.getMinutes()).padStart(2, '0')}`;
};

const defaultFilter = { statuses: ['open'], inboxes: [], labels: [], priorities: [], waitingLongerThan: 0 };

export const openSession = (deps: SessionDeps): Session => {
  const { ports, topics, workspace, requests } = deps;
  const { clock, log } = ports;
  const folder = deps.openFolder;
  let reader: CacheReader | null = null;
  let stopped = false;
  let lost = false;
  let catchingUp = true;
  /** The other half takes over truth that own commands confirmed before the restart. */
  let confirming = false;
  const readerWaits = new Set<(reader: CacheReader | null) => void>();

  const safely = <T>(read: (from: CacheReader) => T, otherwise: T): T => {
    if (!reader) return otherwise;
    try {
      return read(reader);
    } catch (error) {
      log.error('cache: a read failed', { error: String(error) });
      return otherwise;
    }
  };

  let known: Directory | null = null;
  const directory = (): Directory | null => {
    known ??= safely((from) => from.directory(), null);
    return known;
  };
  const truth = (conversation: number) => safely((from) => from.truth(conversation), null);
  const book = createBook(truth);
  const card = (conversation: number) => safely((from) => from.card(conversation, book.overlay), null);

  let heldNow: { at: number; counts: Map<string, number> } | null = null;
  const held = (agent: number): number | null => {
    const revision = topics.revision();
    if (!heldNow || heldNow.at !== revision) {
      const lanes = safely(
        (from) =>
          from.lanes(
            { grouping: 'agents', filter: defaultFilter, sort: 'waiting' },
            book.overlay,
            clock.now() / 1000,
          ).lanes,
        [],
      );
      heldNow = { at: revision, counts: new Map(lanes.map((lane) => [lane.key, lane.count])) };
    }
    return heldNow.counts.get(`agent:${agent}`) ?? null;
  };

  const visible = createVisible(clock, (seen) => deps.end.post({ kind: 'visible', ...seen }));

  /** A reason why nothing can be stored, as a sentence. */
  let readOnly: string | null = null;
  let reachable = false;
  let writable: Writable | null = null;

  /** A cache that was begun anew knows nobody at first: no reason to refuse what waits. Null = not known yet. */
  const wholeDirectory = (): Directory | null => {
    const now = directory();
    return now?.agents.some((agent) => !agent.left) && now.teams.some((team) => !team.gone) ? now : null;
  };
  /** Since when the server can be reached (ms since 1970), and the teams whose members were read since. */
  let reachableSince = Number.POSITIVE_INFINITY;
  const membersRead = new Set<number>();
  const context = () => ({
    directory: wholeDirectory(),
    now: clock.now(),
    outdated: (team: number, since: number) => since <= reachableSince && !membersRead.has(team),
    timeOfDay,
  });

  /** Moved by a command of mine in this run: its echoes may come late, after a sleep much later. */
  const touched = new Set<number>();

  /** Notes that were acknowledged and are not on the server yet. */
  let writtenNotes: () => readonly Note[] = () => [];

  const onStep = (conversation: number, settled: readonly Command[]) => {
    touched.add(conversation);
    topics.add(book.redraw([conversation]));
    topics.add(['outbox']);
    for (const command of settled) deps.say('settled', { entry: entryOf(command, card) });
    writable?.desk.settled(settled);
  };

  const useOutbox = (outbox: Outbox): Writable => {
    const gestures = createGestureLog(clock);
    const { notes, damaged: damagedNotes } = createNotes({
      clock,
      random: ports.random,
      log,
      outbox,
      requests,
      contact: (conversation) => card(conversation)?.contact ?? '',
      remembered: writtenNotes(),
      changed: (conversation, settled) => {
        topics.add([`conversation:${conversation}`, 'outbox']);
        for (const note of settled) deps.say('note-settled', { note: noteEntryOf(note) });
      },
    });
    writtenNotes = notes.open;
    const pump = createPump({
      clock,
      log,
      book,
      requests,
      save: (commands) => {
        outbox.commands.save({ change: commands });
        gestures.put(commands);
      },
      context,
      membersRead: (team) => membersRead.add(team),
      changed: onStep,
    });
    const storing = createStoring({
      clock,
      book,
      gestures,
      outbox,
      directory,
      stored: (conversations, settled) => {
        topics.add(book.redraw(conversations));
        topics.add(['outbox']);
        // After the answer that names what took their place.
        clock.after(0, () => {
          for (const command of settled) deps.say('settled', { entry: entryOf(command, card) });
        });
        pump.kick();
      },
    });
    const shared = { clock, random: ports.random, book, gestures, storing, card, directory };
    const outgoing = createOutgoing({ ...shared, judging: { held } });
    const undo = createUndo(shared);
    const desk = createDesk({
      clock,
      random: ports.random,
      log,
      main: ports.main,
      store: outbox.alerts,
      me: { type: 'agent', id: workspace.userId },
      directory,
      truth,
      leadsInto: (conversation, team) =>
        book.pendingOf(conversation).some((one) => one.plan.shown.team === team),
      touched: (conversation) => touched.has(conversation),
      confirm: async (conversation) => {
        const answer = await requests.ask({ kind: 'read', conversation });
        if (answer.outcome === 'gone') return { truth: null };
        return answer.outcome === 'read' ? answer : null;
      },
      changed: () => topics.add(['alerts']),
    });
    return { outbox, gestures, outgoing, undo, pump, notes, damagedNotes, desk };
  };

  /** What is in memory of commands becomes what the file says; null = whatever the file lacks of them was never stored. */
  const takeOver = (outbox: Outbox, stored: readonly Command[]) => {
    const known = new Set(stored.map((one) => one.id));
    const inMemory = [...[...book.strands.values()].flatMap((one) => one.commands), ...book.parked.values()];
    // The file was damaged while it was open. These were acknowledged, and are still known here.
    const missing = inMemory.filter((one) => !known.has(one.id));
    outbox.commands.save({ add: missing });
    book.strands.clear();
    book.parked.clear();
    book.put([...stored, ...missing]);
  };

  /** Opens the outbox; null = it can be used. */
  const openOwn = (): Trouble | null => {
    const opened = openOutbox(folder, clock.now(), health.failed);
    switch (opened.outcome) {
      case 'newer-schema':
        readOnly = 'This workspace was written by a newer version of the app. Please update.';
        log.error('outbox: cannot be opened', { schema: opened.version });
        deps.notices.stand(NEWER_NOTICE, words('files.newer'));
        return null;
      case 'unusable':
        return { kind: opened.why, detail: opened.detail };
      case 'opened':
        break;
    }
    const { outbox, salvaged } = opened;
    writable = useOutbox(outbox);
    const now = clock.now();
    outbox.commands.forget(KEEP_COMMANDS);
    outbox.alerts.forget(KEEP_ALERTS);
    outbox.activity.forget(now - DAY_MS);
    outbox.drafts.forget(now - KEEP_DRAFTS_MS);
    const found = outbox.commands.open();
    takeOver(outbox, found.commands);
    writable.gestures.put(outbox.commands.newest(KEEP_COMMANDS).toReversed());
    forgetOldLost(outbox);
    // Between a command's end and the line in the ledger the app may have died.
    writable.desk.settled([...book.parked.values()]);
    const lost = (salvaged?.lost ?? 0) + found.damaged + writable.damagedNotes;
    if (salvaged || lost > 0) {
      log.warn('outbox: damaged', { kept: salvaged?.kept, lost, setAside: salvaged?.setAside });
      const said = words('trouble.salvaged', { kept: salvaged?.kept ?? found.commands.length, lost });
      writable.desk.note(words('trouble.salvaged.title'), said);
      deps.notices.tell('outbox-salvaged', words('files.outbox-salvaged', said.params));
    }
    const confirmed = outbox.commands
      .confirmed(now - DAY_MS)
      .flatMap(({ conversation, result, commit }) =>
        result && commit !== null
          ? [{ id: conversation, assignee: result.assignee, team: result.team, commit }]
          : [],
      );
    // The newest word about a conversation only.
    const newest = [...new Map(confirmed.map((one) => [one.id, one])).values()];
    if (newest.length === 0) return null;
    confirming = true;
    void requests.ask({ kind: 'confirmed', truths: newest }).then(() => {
      confirming = false;
    });
    return null;
  };

  /** Access is lost for good: what waits will not be sent, and stays to be read for a week. */
  const parkWaiting = () => {
    if (!writable) return;
    const waiting = [...book.strands.values()].flatMap((strand) => strand.commands).filter(isPending);
    const parked = waiting.map((command) => ({
      ...command,
      state: 'refused' as const,
      settledAt: clock.now(),
      reason: words(ACCESS_LOST),
    }));
    writable.outbox.commands.save({ change: parked });
    book.put(parked);
    redrawAll();
    topics.add(['outbox']);
  };

  const forgetOldLost = (outbox: Outbox) => {
    const old = [...book.parked.values()].filter(
      ({ reason, settledAt }) => reason?.key === ACCESS_LOST && clock.now() - (settledAt ?? 0) > KEEP_LOST_MS,
    );
    outbox.commands.remove(old.map((one) => one.id));
    for (const { id } of old) book.parked.delete(id);
  };

  const putDown = () => {
    const half = writable;
    writable = null;
    half?.pump.stop();
    half?.notes.stop();
    half?.desk.stop();
    half?.outbox.close();
  };

  /** Opens the outbox where it is not open, or writes to it. Null = it is well, or nothing can be done about it. */
  const attempt = (met: Trouble | null): Trouble | null => {
    const open = writable;
    if (open) {
      const trouble = met?.kind === 'damaged' ? met : troubleOn(open.outbox.probe);
      if (trouble === null) return null;
      if (trouble.kind === 'gone') {
        // What is still open is all that is left of it: not let go before it is back.
        const inTheWay = troubleOn(() => open.outbox.putBack(clock.now()));
        if (inTheWay) return inTheWay;
        log.warn('outbox: was gone and is put back', { folder });
        deps.notices.tell('files-put-back', words('files.put-back', { folder }));
      } else if (!MENDED_BY_OPENING.has(trouble.kind)) return trouble;
      putDown();
    }
    let refused: Trouble | null = null;
    const thrown = troubleOn(() => {
      refused = openOwn();
    });
    // What was not all read is read again from the beginning.
    if (thrown) putDown();
    const trouble = thrown ?? refused;
    if (trouble) readOnly = `The outbox cannot be written: ${trouble.detail}`;
    return trouble;
  };

  const health = createHealth({
    clock,
    log,
    notices: deps.notices,
    folder,
    attempt,
    turned: (well) => {
      writable?.pump.storable(well);
      writable?.notes.storable(well);
      if (!well || !writable) return;
      const { desk } = writable;
      // Ill again in the very next write: that is known, and tried again.
      troubleOn(() => {
        deps.begin(desk);
        if (!catchingUp) desk.review();
      });
      redrawAll();
      topics.add(['outbox', 'alerts']);
      tellReachable();
    },
  });

  const tellReachable = () => {
    writable?.pump.reachable(reachable);
    writable?.notes.reachable(reachable);
  };

  const redrawAll = () => {
    const all = new Set<number>([
      ...book.strands.keys(),
      ...[...book.parked.values()].map((one) => one.conversation),
      ...book.overlay.keys(),
    ]);
    topics.add(book.redraw(all));
  };

  const first = attempt(null);
  if (first) health.failed(first);
  if (writable) deps.begin((writable as Writable).desk);

  /** Nobody writes for a while: that the folder was deleted would be noticed too late. */
  const look = (): Timer =>
    clock.after(LOOK_MS, () => {
      if (writable) troubleOn(writable.outbox.stands);
      looking = look();
    });
  let looking = look();

  const openCache = () => {
    reader?.close();
    reader = null;
    lost = false;
    known = null;
    const opened = deps.openReader(folder, { clock, log });
    if (opened.outcome !== 'opened') {
      log.error('cache: cannot be read', { outcome: opened.outcome });
      return;
    }
    reader = watched(opened.store, ({ kind }) => {
      // The writer sets it aside and begins a new one; until then what can be read is shown.
      if (kind === 'damaged') deps.end.post({ kind: 'damaged' });
    });
    for (const resolve of readerWaits) resolve(reader);
    readerWaits.clear();
    redrawAll();
    topics.add(['directory', 'counts', 'outbox', 'alerts']);
    writable?.pump.kick();
    writable?.notes.kick();
  };

  /** What the first load has not come to yet may have been there all along: first hearing of it is no news. */
  const firstLoad = (): boolean => {
    const state = safely((from) => from.state('first-load'), null);
    return !(typeof state === 'object' && state !== null && 'done' in state && state.done === true);
  };

  const committed = (message: Extract<ToData, { kind: 'committed' }>) => {
    heldNow = null;
    if (message.topics.includes('directory')) known = null;
    const ids = message.changes.flatMap(({ before, after }) => after?.id ?? before?.id ?? []);
    const drawn: Topic[] = book.redraw(ids.filter((id) => book.overlay.has(id)));
    topics.add(message.topics);
    topics.add(drawn);
    // What we remember ourselves is no news.
    if (confirming) return;
    const unseen = message.changes.some(({ before }) => before === null);
    const news =
      unseen && firstLoad() ? message.changes.filter(({ before }) => before !== null) : message.changes;
    writable?.desk.changes(news, { catchUp: catchingUp });
  };

  return {
    workspace,
    folder,
    book,
    visible,
    directory,
    card,
    held,
    reader: () =>
      new Promise((resolve, reject) => {
        if (reader) {
          resolve(reader);
          return;
        }
        const timer = clock.after(READER_WAIT_MS, () => opened(null));
        const opened = (now: CacheReader | null) => {
          timer.cancel();
          readerWaits.delete(opened);
          if (now) resolve(now);
          else
            reject(
              lost
                ? new CallProblem('signed-out', 'You have no access to this account any more.')
                : new CallProblem('internal', 'The saved queue cannot be read.'),
            );
        };
        readerWaits.add(opened);
        if (stopped || lost) opened(null);
      }),
    writable: () => {
      if (!writable) throw new CallProblem('read-only', readOnly ?? 'The outbox cannot be written.');
      return writable;
    },
    desk: () => writable?.desk ?? null,
    noteCounts: () => writable?.notes.counts() ?? { waiting: 0, sending: 0, refused: 0 },
    hear: (message) => {
      switch (message.kind) {
        case 'opening':
          return;
        case 'opened':
          if (message.setAside !== null) deps.notices.tell('cache-rebuilt', words('files.cache-rebuilt'));
          openCache();
          return;
        case 'storage':
          if (message.trouble === null) deps.notices.end(CACHE_NOTICE);
          else deps.notices.stand(CACHE_NOTICE, wordsOfTrouble(troubleIn(folder, message.trouble), folder));
          return;
        case 'connection': {
          const { state } = message.connection;
          if (state === 'live' && catchingUp) {
            catchingUp = false;
            troubleOn(() => writable?.desk.review());
          } else if (state !== 'live') catchingUp = true;
          if (REACHABLE.has(state) && !reachable) {
            reachableSince = clock.now();
            membersRead.clear();
          }
          reachable = REACHABLE.has(state);
          tellReachable();
          return;
        }
        case 'committed':
          committed(message);
          return;
        case 'notifications':
          if (!writable) return;
          // Not said to be in the ledger unless it is: rows that a full disk refused are asked for again.
          try {
            writable.desk.notifications(message.rows, message);
          } catch (error) {
            log.error('alerts: the ledger cannot be written', { error: String(error) });
            return;
          }
          if (message.newest !== undefined) void requests.ask({ kind: 'notified', newest: message.newest });
          return;
        case 'closed':
          // The ingest half let go of the cache by itself: access to the account is lost.
          lost = true;
          troubleOn(parkWaiting);
          reader?.close();
          reader = null;
          for (const resolve of readerWaits) resolve(null);
          topics.add(['directory', 'counts']);
          return;
        case 'echo':
          // On a disk that cannot be written it is found again later.
          troubleOn(() => writable?.notes.echo(message.note, message.message));
          return;
        case 'answer':
          return;
      }
    },
    stop: () => {
      stopped = true;
      visible.stop();
      looking.cancel();
      health.stop();
      for (const notice of [NEWER_NOTICE, CACHE_NOTICE]) deps.notices.end(notice);
      putDown();
      readOnly = 'The workspace is closed.';
      reader?.close();
      reader = null;
      for (const resolve of readerWaits) resolve(null);
    },
  };
};

/** Where the files of a workspace live: one folder for each (server, account, user). */
export const workspaceFolder = (root: string, workspace: Workspace, hash: string): string =>
  join(root, 'workspaces', `${hash}-${workspace.accountId}-${workspace.userId}`);

/** What the question before signing out is about: commands that wait, and notes that are nowhere else. */
export const waitingCount = (session: Session): number => {
  const commands = [...session.book.strands.values()].flatMap((strand) => strand.commands).filter(isPending);
  const notes = session.noteCounts();
  return commands.length + notes.waiting + notes.sending + notes.refused;
};
