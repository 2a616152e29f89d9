/** The data half of the core: answers calls, keeps commands and alerts, and speaks to the ingest half over the link. */
import { rmSync } from 'node:fs';
import type { EventName, EventPayload, Handlers, Reply, Workspace } from '../../../contract/ipc.ts';
import type { Connection } from '../../../contract/model.ts';
import { createWords } from '../../../contract/words.ts';
import { createHandlers } from '../handlers.ts';
import type { DataEnd } from '../link.ts';
import { signIn } from '../liveagent/signin.ts';
import type { Ports, Signal } from '../ports.ts';
import { createRouter } from '../router.ts';
import { words } from '../rules/names.ts';
import { troubleOn } from '../trouble.ts';
import { createNotices } from './notices.ts';
import { folderOf, secretKeyOf } from './places.ts';
import type { OpenReader } from './reading.ts';
import { createRequests } from './requests.ts';
import { openSession, type Session } from './session.ts';
import { createTopics } from './topics.ts';
import { createWatch } from './watch.ts';

export type DataOptions = {
  /** Workspaces live below it. */
  folder: string;
  openCacheReader: OpenReader;
};

export type EventListener = (name: EventName, payload: unknown) => void;

export type Data = {
  handlers: Handlers<'core'>;
  /** Answers a call by name; never rejects. */
  dispatch: (name: string, input: unknown) => Promise<Reply<unknown>>;
  onEvent: (listener: EventListener) => () => void;
  signal: (signal: Signal) => void;
  /** Opens the workspace of the last time, or none. */
  start: (workspace: Workspace | null) => Promise<void>;
  stop: () => Promise<void>;
};

const said = (state: Connection['state'], server = ''): Connection => ({
  state,
  reason: words(`connection.${state}`, { server }),
  deadline: null,
  asOf: null,
  progress: null,
});

/** How long signing out waits for the ingest half to let go of its files. */
const CLOSE_WAIT_MS = 5_000;
const KEPT_WAIT_MS = 1_000;

export const createData = (ports: Ports, end: DataEnd, options: DataOptions): Data => {
  const { clock, log, main } = ports;
  const text = createWords('en');
  const listeners = new Set<EventListener>();
  const say = <N extends EventName>(name: N, payload: EventPayload<N>) => {
    for (const listener of listeners) listener(name, payload);
  };
  const topics = createTopics(clock, (payload) => say('topics', payload));
  const requests = createRequests(end);
  const notices = createNotices(() => topics.add(['notices']));
  let session: Session | null = null;
  /** The folder whose messages are still to come: what the ingest half says before is of another workspace. */
  let awaited: string | null = null;
  let connection = said('signed-out');
  let settings = { historyDays: 3, watchedTeams: [] as number[], receiveAutomaticAssignments: false };
  let focus = { focused: false, conversation: null as number | null };
  let onClosed: (() => void) | null = null;

  const showConnection = (next: Connection) => {
    connection = next;
    say('connection', next);
    topics.add(['connection']);
  };
  const watch = createWatch(clock, (next) => {
    log.error('the ingest half is silent');
    showConnection(next);
  });
  const setConnection = (next: Connection) => {
    watch.heard(next);
    showConnection(next);
  };

  const closeSession = () => {
    session?.stop();
    session = null;
  };

  const openWorkspace = (workspace: Workspace, token: string | null) => {
    closeSession();
    const folder = folderOf(options.folder, workspace);
    awaited = folder;
    // Told first: what the session asks of the ingest half must find it open.
    if (token !== null)
      end.post({
        kind: 'open',
        workspace,
        folder,
        token,
        historyDays: settings.historyDays,
        receiveAutomaticAssignments: settings.receiveAutomaticAssignments,
      });
    session = openSession({
      ports,
      end,
      requests,
      topics,
      say,
      notices,
      openReader: options.openCacheReader,
      begin: (desk) => {
        desk.watch(settings.watchedTeams);
        desk.focus(focus);
      },
      folder,
      workspace,
    });
    if (token === null) {
      // What was saved can be looked at without a token.
      session.hear({ kind: 'opened', cache: folder, setAside: null });
      setConnection(said('needs-sign-in', workspace.origin));
    } else setConnection(said('connecting', workspace.origin));
    say('workspace', { workspace });
    topics.add(['directory', 'counts', 'outbox', 'alerts']);
  };

  /** Whoever quits with changes that wait hears that they are not lost. */
  const tellWhatIsKept = async (waiting: number): Promise<void> => {
    if (waiting === 0) return;
    const told = main.call('notifier.show', {
      id: ports.random.id(),
      title: text(words('kept.title', { count: waiting })),
      body: text(words('kept.body')),
      conversation: null,
    });
    // Ending does not hang on it.
    let enough = (): void => undefined;
    const timer = clock.after(KEPT_WAIT_MS, () => enough());
    await Promise.race([
      told.then(
        () => undefined,
        (error: unknown) => log.warn('what is kept was not told', { error: String(error) }),
      ),
      new Promise<void>((resolve) => {
        enough = resolve;
      }),
    ]);
    timer.cancel();
  };
  const closeIngest = (wipe: boolean): Promise<void> =>
    new Promise((resolve) => {
      const timer = clock.after(CLOSE_WAIT_MS, () => onClosed?.());
      onClosed = () => {
        timer.cancel();
        onClosed = null;
        resolve();
      };
      end.post({ kind: 'close', wipe });
    });

  end.listen((message) => {
    if (message.kind === 'closed' && onClosed) onClosed();
    if (message.kind === 'answer') requests.answered(message.id, message.answer);
    if (message.kind === 'opening' && message.folder === awaited) awaited = null;
    if (awaited !== null || !session) return;
    if (message.kind === 'connection') setConnection(message.connection);
    session.hear(message);
  });

  const handlers = createHandlers({
    clock,
    requests,
    session: () => session,
    connection: () => connection,
    notices,
    retry: () => end.post({ kind: 'signal', signal: 'retry' }),
    revision: topics.revision,
    signIn: async ({ address, token, demo }) => {
      const answer = await signIn(ports, address, token);
      if (answer.outcome === 'failed') return answer;
      const workspace = { ...answer.workspace, demo };
      const trimmed = token.trim();
      await main.call('secrets.set', { key: secretKeyOf(workspace), value: trimmed });
      await main.call('workspace.remember', { workspace });
      openWorkspace(workspace, trimmed);
      return { outcome: 'opened', workspace };
    },
    signOut: async ({ force }) => {
      const leaving = session;
      if (!leaving) return { outcome: 'signed-out', waiting: 0 };
      const waiting = leaving.waiting();
      if (waiting > 0 && !force) return { outcome: 'commands-waiting', waiting };
      const { workspace, folder } = leaving;
      closeSession();
      await closeIngest(true);
      const kept = troubleOn(() => rmSync(folder, { recursive: true, force: true }));
      // Nobody stays signed in because of it.
      if (kept) {
        log.error('files: cannot be deleted', { folder, ...kept });
        notices.tell('files-not-deleted', words('files.not-deleted', { folder, detail: kept.detail }));
      }
      await main.call('secrets.delete', { key: secretKeyOf(workspace) });
      await main.call('workspace.remember', { workspace: null });
      setConnection(said('signed-out'));
      say('workspace', { workspace: null });
      return { outcome: 'signed-out', waiting };
    },
  });

  return {
    handlers,
    dispatch: createRouter(handlers, log),
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    signal: (signal) => {
      switch (signal.kind) {
        case 'suspend':
        case 'resume':
          end.post({ kind: 'signal', signal: signal.kind });
          return;
        case 'focus':
          focus = { focused: signal.focused, conversation: signal.conversation };
          session?.writableNow()?.desk.focus(focus);
          return;
        case 'settings': {
          const { historyDays, watchedTeams, receiveAutomaticAssignments } = signal;
          settings = { historyDays, watchedTeams, receiveAutomaticAssignments };
          session?.writableNow()?.desk.watch(watchedTeams);
          if (session) end.post({ kind: 'settings', historyDays, receiveAutomaticAssignments });
          return;
        }
        case 'notice':
          notices.tell(signal.id, signal.words);
          return;
        case 'alert-clicked': {
          const conversation = session?.writableNow()?.desk.clicked(signal.id) ?? null;
          if (conversation !== null) say('open', { conversation });
          return;
        }
      }
    },
    start: async (workspace) => {
      if (!workspace) {
        setConnection(said('signed-out'));
        return;
      }
      const { value } = await main.call('secrets.get', { key: secretKeyOf(workspace) });
      openWorkspace(workspace, value);
    },
    stop: async () => {
      const wasOpen = session !== null;
      if (session) await tellWhatIsKept(session.waiting());
      closeSession();
      watch.stop();
      topics.stop();
      if (wasOpen) await closeIngest(false);
    },
  };
};
