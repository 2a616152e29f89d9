/** One open workspace in the data half: what the ingest half says of it comes in here, and calls find its parts here. */
import type { EventName, EventPayload, Workspace } from '../../../contract/ipc.ts';
import type { Card, Directory } from '../../../contract/model.ts';
import type { Desk } from '../alerts/desk.ts';
import type { DataEnd, ToData } from '../link.ts';
import type { Ports } from '../ports.ts';
import { words } from '../rules/names.ts';
import { troubleIn, troubleOn } from '../trouble.ts';
import type { CacheReader } from '../store/types.ts';
import { createBook, type Book } from './book.ts';
import { createHeld } from './held.ts';
import { parkForGood, parkToAskAgain } from './parking.ts';
import { wordsOfTrouble, type Notices } from './notices.ts';
import { createOutboxFile } from './outbox-file.ts';
import { createReach } from './reach.ts';
import { createReading, type OpenReader } from './reading.ts';
import type { Requests } from './requests.ts';
import type { Topics } from './topics.ts';
import { createUnheard } from './unheard.ts';
import { createVisible, type Visible } from './visible.ts';
import { createWritables, type Writable } from './writable.ts';

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
  folder: string;
  workspace: Workspace;
};

export type Session = {
  workspace: Workspace;
  folder: string;
  book: Book;
  visible: Visible;
  /** Rejects with a CallProblem when the cache cannot be read. */
  reader: () => Promise<CacheReader>;
  directory: () => Directory | null;
  /** What works on the outbox; throws a CallProblem when that cannot be written. */
  writable: () => Writable;
  /** The same where the board may as well be read-only: null = the outbox cannot be written. */
  writableNow: () => Writable | null;
  /** A conversation as the board shows it; null = not saved here, or nothing can be read. */
  card: (conversation: number) => Card | null;
  /** Conversations an agent holds now, overlay included; null = not counted. */
  held: (agent: number) => number | null;
  /** What the question before signing out is about: commands that wait, and notes that are nowhere else. */
  waiting: () => number;
  hear: (message: ToData) => void;
  stop: () => void;
};

const CACHE_NOTICE = 'cache-file';

export const openSession = (deps: SessionDeps): Session => {
  const { ports, topics, workspace, requests, notices, folder } = deps;
  const { clock, log } = ports;
  let catchingUp = true;
  /** The other half takes over truth that own commands confirmed before the restart. */
  let confirming = false;

  const reading = createReading({
    clock,
    log,
    folder,
    openReader: deps.openReader,
    damaged: () => deps.end.post({ kind: 'damaged' }),
  });
  const book = createBook(reading.truth);
  const card = (conversation: number) => reading.read((from) => from.card(conversation, book.overlay), null);
  const held = createHeld({ clock, reading, overlay: book.overlay, revision: topics.revision });
  const reach = createReach(clock);
  const unheard = createUnheard();
  const visible = createVisible(clock, (seen) => deps.end.post({ kind: 'visible', ...seen }));

  const file = createOutboxFile({
    clock,
    log,
    notices,
    folder,
    book,
    writableOn: createWritables({
      ...deps,
      reading,
      reach,
      book,
      held,
      card,
      complete: () => !catchingUp && !reading.firstLoad(),
    }),
    confirm: (truths) => {
      confirming = true;
      void requests.ask({ kind: 'confirmed', truths }).then(() => {
        confirming = false;
      });
    },
    well: (writable) => {
      // Ill again in the very next write: that is known, and tried again.
      troubleOn(() => {
        // Before what is there now is taken for known.
        writable.desk.changes(unheard.take(), { catchUp: true, gap: false });
        deps.begin(writable.desk);
        writable.desk.review();
      });
      topics.add(book.redrawAll());
      topics.add(['outbox', 'alerts']);
      writable.reachable(reach.now());
    },
  });
  const opened = file.writableNow();
  if (opened) deps.begin(opened.desk);

  const openCache = () => {
    if (!reading.open()) return;
    topics.add(book.redrawAll());
    topics.add(['directory', 'counts', 'outbox', 'alerts']);
    file.writableNow()?.kick();
  };

  const committed = (message: Extract<ToData, { kind: 'committed' }>) => {
    held.forget();
    if (message.topics.includes('directory')) {
      reading.forgetDirectory();
      troubleOn(() => file.writableNow()?.desk.interests());
    }
    const ids = message.changes.flatMap(({ before, after }) => after?.id ?? before?.id ?? []);
    topics.add(message.topics);
    // A cache that was begun anew comes to what is parked without a change.
    const unplaced = catchingUp ? book.unplaced() : [];
    topics.add(book.redraw([...ids.filter((id) => book.overlay.has(id)), ...unplaced]));
    // What we remember ourselves is no news.
    if (confirming) return;
    // What the first load has not come to yet may have been there all along: first hearing of it is no news.
    const news = message.loading ? message.changes.filter(({ before }) => before !== null) : message.changes;
    const desk = file.writableNow()?.desk;
    if (desk) desk.changes(news, { catchUp: catchingUp, gap: message.gap });
    else unheard.add(news);
  };

  /** Not said to be in the ledger unless it is: rows that a full disk refused are asked for again. */
  const notifications = (message: Extract<ToData, { kind: 'notifications' }>) => {
    const writable = file.writableNow();
    if (!writable) return;
    try {
      writable.desk.notifications(message.rows, message);
    } catch (error) {
      log.error('alerts: the ledger cannot be written', { error: String(error) });
      return;
    }
    if (message.newest !== undefined) void requests.ask({ kind: 'notified', newest: message.newest });
  };

  const connected = ({ connection: { state } }: Extract<ToData, { kind: 'connection' }>) => {
    if (state === 'live' && catchingUp) {
      catchingUp = false;
      troubleOn(() => file.writableNow()?.desk.review());
    } else if (state !== 'live') catchingUp = true;
    reach.turned(state);
    file.writableNow()?.reachable(reach.now());
  };

  /** The server was restored from a backup. Where it cannot be written down, it is told again. */
  const wentBack = () => {
    const writable = file.writableNow();
    if (!writable) return;
    const { desk } = writable;
    const unwritten = troubleOn(() => {
      // First, as it reads: what is parked is told only where all of this comes about.
      desk.wentBack();
      const parked = parkToAskAgain(book, writable, clock.now());
      desk.settled(parked);
      desk.note(words('trouble.wentBack.title'), words('trouble.wentBack'));
    });
    topics.add(book.redrawAll());
    topics.add(['outbox', 'alerts']);
    if (unwritten) return;
    notices.tell('server-went-back', words('trouble.wentBack'));
    reading.letGo();
    deps.end.post({ kind: 'begin-anew' });
  };

  const loseAccess = () => {
    const writable = file.writableNow();
    if (writable) {
      troubleOn(() => {
        parkForGood(book, writable, clock.now());
        topics.add(book.redrawAll());
        topics.add(['outbox']);
      });
    }
    reading.close('access-lost');
    topics.add(['directory', 'counts']);
  };

  return {
    workspace,
    folder,
    book,
    visible,
    card,
    reader: reading.reader,
    directory: reading.directory,
    held: held.by,
    writable: file.writable,
    writableNow: file.writableNow,
    waiting: () => {
      // Also while the file cannot be opened: what signing out deletes is in it.
      const notes = file.lastKnown()?.notes.counts() ?? { waiting: 0, sending: 0, refused: 0 };
      return book.pending().length + notes.waiting + notes.sending + notes.refused;
    },
    hear: (message) => {
      switch (message.kind) {
        case 'opening':
          return;
        case 'opened':
          if (message.setAside !== null) notices.tell('cache-rebuilt', words('files.cache-rebuilt'));
          openCache();
          return;
        case 'storage':
          if (message.trouble === null) notices.end(CACHE_NOTICE);
          else notices.stand(CACHE_NOTICE, wordsOfTrouble(troubleIn(folder, message.trouble), folder));
          return;
        case 'connection':
          connected(message);
          return;
        case 'committed':
          committed(message);
          return;
        case 'notifications':
          notifications(message);
          return;
        case 'went-back':
          wentBack();
          return;
        case 'closed':
          // The ingest half let go of the cache by itself: access to the account is lost.
          loseAccess();
          return;
        case 'echo':
          // On a disk that cannot be written it is found again later.
          troubleOn(() => file.writableNow()?.notes.echo(message.note, message.message));
          return;
        case 'answer':
          return;
      }
    },
    stop: () => {
      visible.stop();
      file.stop();
      notices.end(CACHE_NOTICE);
      reading.close('stopped');
    },
  };
};
