/** Runs one benchmark by its name; exit code 1 when a figure is outside its limit. */
import { benchLoad } from './load.ts';

const benches: Record<string, () => Promise<boolean>> = { load: benchLoad };

const [name = ''] = process.argv.slice(2);
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (bench) {
  process.exitCode = (await bench()) ? 0 : 1;
} else {
  console.error(`Which benchmark? One of: ${Object.keys(benches).join(', ')}`);
  process.exitCode = 1;
}
