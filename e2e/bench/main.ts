/** Runs one benchmark by its name; exit code 1 when a figure is outside its floor. */
import { benchCatchUp } from './catchup.ts';
import { benchContention } from './contention.ts';
import { benchLoad } from './load.ts';
import { benchMigration } from './migration.ts';
import { readOptions, type BenchOptions } from './options.ts';
import { benchOutbox } from './outbox.ts';
import { benchSync } from './sync.ts';

const benches: Record<string, (options: BenchOptions) => Promise<boolean>> = {
  load: benchLoad,
  sync: benchSync,
  contention: benchContention,
  outbox: benchOutbox,
  catchup: benchCatchUp,
  migration: benchMigration,
};

const [name = '', ...rest] = process.argv.slice(2);
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (bench) {
  process.exitCode = (await bench(readOptions(rest))) ? 0 : 1;
} else {
  console.error(`Which benchmark? One of: ${Object.keys(benches).join(', ')}`);
  process.exitCode = 1;
}
