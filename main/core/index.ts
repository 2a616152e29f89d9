/** Both halves of the core in one thread, joined by the in-memory link: for tests, benches and the simulator. */
import { createData } from './data/create-data.ts';
import { createMemoryLink } from './memory-link.ts';
import type { Ports } from './ports.ts';
import { openCacheReader } from './store/cache-reader.ts';
import { openCacheWriter } from './store/cache-writer.ts';
import { createIngest } from './sync/engine.ts';

/** A core that keeps its workspaces under `folder`. */
export const createCore = (ports: Ports, options: { folder: string }): ReturnType<typeof createData> => {
  const { ingest, data } = createMemoryLink();
  createIngest(ports, ingest, { openCacheWriter });
  return createData(ports, data, { folder: options.folder, openCacheReader });
};
