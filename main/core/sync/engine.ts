/** The ingest half of the core: takes the messages of the data half, opens and closes workspaces, answers requests. */
import { join } from 'node:path';
import type { Connection } from '../../../contract/model.ts';
import type { IngestEnd, ToIngest } from '../link.ts';
import type { Pace } from '../liveagent/buckets.ts';
import type { Ports, Timer } from '../ports.ts';
import { CACHE_FILE, type WriterDeps } from '../store/cache-writer.ts';
import { removeDatabase } from '../store/open.ts';
import { troubleOn, type Trouble } from '../trouble.ts';
import type { CacheWriter, OpenOutcome } from '../store/types.ts';
import { unsent } from './requests.ts';
import { openWorkspace, type OpenWorkspace } from './workspace.ts';

export type IngestDeps = {
  openCacheWriter: (
    folder: string,
    deps: WriterDeps,
    options?: { discard?: boolean },
  ) => OpenOutcome<CacheWriter>;
  /** Overrides the pace that the server's version allows; by policy and in tests. */
  pace?: Pace;
};

type Open = Extract<ToIngest, { kind: 'open' }>;

/** Before a cache that could not be opened is tried again, e.g. on a full disk. */
const OPEN_AGAIN_MS = 3_000;
/** A cache that is found damaged again so soon is not begun anew each time: it is the disk, and the server would be asked for everything. */
const DISCARD_AGAIN_MS = 60_000;

const without = (key: string, detail: string, deadline: number | null): Connection => ({
  state: 'offline',
  reason: { key, params: { detail } },
  deadline,
  asOf: null,
  progress: null,
});

/** What is saved comes to a new schema: nothing can be shown until it has, and this thread does nothing else. */
const PREPARING: Connection = {
  state: 'connecting',
  reason: { key: 'connection.preparing', params: {} },
  deadline: null,
  asOf: null,
  progress: null,
};

/** Starts the ingest half on its end of the link. */
export const createIngest = (ports: Ports, end: IngestEnd, deps: IngestDeps): void => {
  const { clock, log } = ports;
  let current: { open: Open; at: OpenWorkspace } | null = null;
  let again: Timer | null = null;
  let discardedAt = Number.NEGATIVE_INFINITY;
  /** What was last said of the cache's file. */
  let said: Trouble['kind'] | null = null;

  const close = (): void => {
    again?.cancel();
    again = null;
    const closing = current;
    current = null;
    closing?.at.close();
  };

  const sayTrouble = (trouble: Trouble | null): void => {
    if (said === (trouble?.kind ?? null)) return;
    said = trouble?.kind ?? null;
    if (trouble) log.error('cache: cannot be used', { ...trouble });
    end.post({ kind: 'storage', trouble });
  };

  /** Whoever waits for the end of it is answered, whatever the disk does. */
  const closeAndRemove = (folder: string | null): void => {
    close();
    const left = folder === null ? null : troubleOn(() => removeDatabase(join(folder, CACHE_FILE)));
    if (left) log.error('cache: cannot be deleted', { ...left });
    end.post({ kind: 'closed' });
  };

  const discard = (): void => {
    if (current === null || clock.monotonic() - discardedAt < DISCARD_AGAIN_MS) return;
    discardedAt = clock.monotonic();
    open(current.open, true);
  };

  /** Nothing in it holds any more, and nobody reads it now. Until it can be deleted nothing is opened. */
  const beginAnew = (): void => {
    if (current === null) return;
    const { open: message, at } = current;
    const newsSince = at.knownUntil();
    // Said twice: it has begun anew since.
    if (newsSince === undefined) return;
    close();
    const remove = (): void => {
      const left = troubleOn(() => removeDatabase(join(message.folder, CACHE_FILE)));
      if (left) cannotOpen(left.kind, left.detail, remove);
      else open(message, false, newsSince);
    };
    remove();
  };

  /** In a later turn: whoever met the trouble is still at work. */
  const mend = (at: () => OpenWorkspace, { kind }: Trouble): void => {
    if (kind !== 'damaged' && kind !== 'gone') return;
    clock.after(0, () => {
      if (current === null || current.at !== at()) return;
      if (kind === 'damaged') discard();
      else open(current.open);
    });
  };

  const cannotOpen = (kind: Trouble['kind'], detail: string, retry: () => void): void => {
    sayTrouble({ kind, detail });
    end.post({
      kind: 'connection',
      connection: without('connection.cache-unusable', detail, clock.now() + OPEN_AGAIN_MS),
    });
    again = clock.after(OPEN_AGAIN_MS, retry);
  };

  const open = (message: Open, damaged = false, newsSince: number | null = null): void => {
    close();
    end.post({ kind: 'opening', folder: message.folder });
    const migrating = () => end.post({ kind: 'connection', connection: PREPARING });
    const opened = deps.openCacheWriter(message.folder, { clock, log, migrating }, { discard: damaged });
    switch (opened.outcome) {
      case 'newer-schema':
        end.post({
          kind: 'connection',
          connection: without('connection.newer-cache', String(opened.version), null),
        });
        return;
      case 'unusable':
        cannotOpen(opened.why, opened.detail, () => open(message, false, newsSince));
        return;
      case 'opened':
        break;
    }
    sayTrouble(null);
    end.post({ kind: 'opened', cache: join(message.folder, CACHE_FILE), setAside: opened.setAside });
    const at: OpenWorkspace = openWorkspace(ports, end, {
      workspace: message.workspace,
      token: message.token,
      writer: opened.store,
      historyDays: message.historyDays,
      receiveAutomaticAssignments: message.receiveAutomaticAssignments,
      pace: deps.pace ?? null,
      newsSince,
      onLostAccess: () => {
        // In a later turn: the machine that says so is still at work.
        clock.after(0, () => {
          if (current?.at === at) closeAndRemove(message.folder);
        });
      },
      onStorage: (trouble) => {
        sayTrouble(trouble);
        if (trouble) mend(() => at, trouble);
      },
    });
    current = { open: message, at };
  };

  const takeRequest = async ({ id, request }: Extract<ToIngest, { kind: 'request' }>): Promise<void> => {
    const answer = current === null ? unsent(request, 'closed') : await current.at.request(request);
    end.post({ kind: 'answer', id, answer });
  };

  end.listen((message) => {
    switch (message.kind) {
      case 'open':
        said = null;
        open(message);
        break;
      case 'close':
        closeAndRemove(message.wipe ? (current?.open.folder ?? null) : null);
        break;
      case 'signal':
        current?.at.signal(message.signal);
        break;
      case 'settings':
        if (current !== null) {
          current.open = { ...current.open, ...message, kind: 'open' };
          current.at.settings(message);
        }
        break;
      case 'damaged':
        discard();
        break;
      case 'begin-anew':
        beginAnew();
        break;
      case 'visible':
        current?.at.visible(message);
        break;
      case 'request':
        takeRequest(message).catch((error: unknown) => {
          log.error('sync: a request failed', { error: String(error) });
          end.post({ kind: 'answer', id: message.id, answer: unsent(message.request, 'closed') });
        });
        break;
    }
  });
};
