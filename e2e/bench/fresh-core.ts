/** One fresh core against one fresh fake server, both gone afterwards. */
import type { Pace } from '../../main/core/liveagent/buckets.ts';
import { newFolder, removeFolder, startBuiltCore, type BuiltCore } from './built-core.ts';
import { ACCOUNT, TOKEN, USER } from './page-server-people.ts';
import { startPageServer, type PageServer } from './page-server-process.ts';
import { ALL_LIVE, type Mix } from './page-server-rows.ts';
import type { PageServerOptions } from './page-server.ts';

export type Fresh = {
  server: PageServer;
  core: BuiltCore;
  /** ms since 1970 when the connection first said that it is live. */
  liveAt: () => number | null;
};

export type FreshOptions = Omit<PageServerOptions, 'bumps' | 'mix'> & {
  mix?: Mix;
  historyDays?: number;
  pace: Pace;
  /** Another build of the two threads. */
  chunks?: string;
};

export const withFresh = async <T>(
  { pace, historyDays = 0, chunks, ...server }: FreshOptions,
  run: (fresh: Fresh) => Promise<T>,
): Promise<T> => {
  const started = await startPageServer({ bumps: 0, mix: ALL_LIVE, ...server });
  const folder = newFolder();
  let liveAt: number | null = null;
  const core = startBuiltCore({
    origin: started.origin,
    token: TOKEN,
    accountId: ACCOUNT,
    userId: USER,
    historyDays,
    pace,
    folder,
    ...(chunks === undefined ? {} : { chunks }),
    onEvent: (name, payload) => {
      if (name === 'connection' && (payload as { state: string }).state === 'live') liveAt ??= Date.now();
    },
  });
  try {
    return await run({ server: started, core, liveAt: () => liveAt });
  } finally {
    await core.stop();
    await started.stop();
    removeFolder(folder);
  }
};
