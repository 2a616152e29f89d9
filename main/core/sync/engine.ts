/** The ingest half of the core: takes the messages of the data half, opens and closes workspaces, answers requests. */
import { join } from 'node:path';
import type { Connection } from '../../../contract/model.ts';
import type { IngestEnd, ToIngest } from '../link.ts';
import type { Pace } from '../liveagent/buckets.ts';
import type { Ports, Timer } from '../ports.ts';
import { CACHE_FILE, type WriterDeps } from '../store/cache-writer.ts';
import { removeDatabase } from '../store/open.ts';
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
const OPEN_AGAIN_MS = 15_000;

const without = (key: string, detail: string, deadline: number | null): Connection => ({
  state: 'offline',
  reason: { key, params: { detail } },
  deadline,
  asOf: null,
  progress: null,
});

/** Starts the ingest half on its end of the link. */
export const createIngest = (ports: Ports, end: IngestEnd, deps: IngestDeps): void => {
  const { clock, log } = ports;
  let current: { open: Open; at: OpenWorkspace } | null = null;
  let again: Timer | null = null;

  const close = (): void => {
    again?.cancel();
    again = null;
    const closing = current;
    current = null;
    closing?.at.close();
  };

  /** What SQLite says about a file whose pages contradict each other. */
  const isDamage = (error: unknown): boolean =>
    error instanceof Error && 'code' in error && /^SQLITE_(CORRUPT|NOTADB)/.test(String(error.code));

  const open = (message: Open, discard = false): void => {
    close();
    const opened = deps.openCacheWriter(message.folder, { clock, log }, { discard });
    switch (opened.outcome) {
      case 'newer-schema':
        end.post({
          kind: 'connection',
          connection: without('connection.newer-cache', String(opened.version), null),
        });
        return;
      case 'unusable':
        log.error('cache: cannot be opened', { detail: opened.detail });
        end.post({
          kind: 'connection',
          connection: without('connection.cache-unusable', opened.detail, clock.now() + OPEN_AGAIN_MS),
        });
        again = clock.after(OPEN_AGAIN_MS, () => open(message));
        return;
      case 'opened':
        break;
    }
    end.post({ kind: 'opened', cache: join(message.folder, CACHE_FILE) });
    const at = openWorkspace(ports, end, {
      workspace: message.workspace,
      token: message.token,
      writer: opened.store,
      historyDays: message.historyDays,
      receiveAutomaticAssignments: message.receiveAutomaticAssignments,
      pace: deps.pace ?? null,
      onLostAccess: () => {
        // In a later turn: the machine that says so is still at work.
        clock.after(0, () => {
          if (current?.at !== at) return;
          close();
          removeDatabase(join(message.folder, CACHE_FILE));
          end.post({ kind: 'closed' });
        });
      },
      onStorageFailed: (error) => {
        if (!isDamage(error)) return;
        clock.after(0, () => {
          if (current?.at === at) open(message, true);
        });
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
        open(message);
        break;
      case 'close': {
        const folder = current?.open.folder ?? null;
        close();
        if (message.wipe && folder !== null) removeDatabase(join(folder, CACHE_FILE));
        end.post({ kind: 'closed' });
        break;
      }
      case 'signal':
        current?.at.signal(message.signal);
        break;
      case 'settings':
        if (current !== null) {
          current.open = { ...current.open, ...message, kind: 'open' };
          current.at.settings(message);
        }
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
