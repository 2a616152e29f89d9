/** Reads the options of the command `npm run server`. */
import { parseArgs } from 'node:util';
import { levelNames } from './levels.ts';
import type { Level } from './levels.ts';
import type { ServerOptions } from './server.ts';

/** What `--help` prints. */
export const usage = `Usage: npm run server -- [options]
  --port N            port of API and cable (default 4600, 0 = any)
  --control-port N    port of the control server (default any)
  --data FILE         SQLite file that keeps everything across restarts
  --seed N            seed of the demo data (default 7)
  --conversations N   (default 500)   --agents N (default 12)   --teams N (default 4)
  --live              simulate a shift   --rate N  events a minute (default 30)
  --compat LEVEL      ${levelNames.join(' | ')} (default live-agent)
  --limit N           conversation limit of an agent (default none)
  --now TIME          time at the start, unix seconds or ISO
`;

function whole(value: string | undefined, name: string): number | undefined {
  if (value === undefined) return undefined;
  const parsed = Number(value);
  if (!Number.isInteger(parsed) || parsed < 0)
    throw new Error(`--${name} must be a whole number, not ${value}`);
  return parsed;
}

function timeOf(value: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Date.parse(value) / 1000;
  if (Number.isNaN(seconds)) throw new Error(`--now must be unix seconds or an ISO time, not ${value}`);
  return seconds;
}

/** Options of a command line; throws a sentence about what is wrong. */
export function readOptions(args: readonly string[]): ServerOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string' },
      'control-port': { type: 'string' },
      data: { type: 'string' },
      seed: { type: 'string' },
      conversations: { type: 'string' },
      agents: { type: 'string' },
      teams: { type: 'string' },
      live: { type: 'boolean' },
      rate: { type: 'string' },
      compat: { type: 'string' },
      limit: { type: 'string' },
      now: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const level = values.compat ?? 'live-agent';
  if (!levelNames.includes(level as Level)) {
    throw new Error(`--compat must be one of ${levelNames.join(', ')}, not ${level}`);
  }
  const options: ServerOptions = { port: whole(values.port, 'port') ?? 4600, compat: level as Level };
  const set = <K extends keyof ServerOptions>(key: K, value: ServerOptions[K] | undefined): void => {
    if (value !== undefined) options[key] = value;
  };
  set('controlPort', whole(values['control-port'], 'control-port'));
  set('data', values.data);
  set('seed', whole(values.seed, 'seed'));
  set('conversations', whole(values.conversations, 'conversations'));
  set('agents', whole(values.agents, 'agents'));
  set('teams', whole(values.teams, 'teams'));
  set('conversationLimit', whole(values.limit, 'limit'));
  if (values.live === true) set('live', whole(values.rate, 'rate') ?? true);
  if (values.now !== undefined) set('now', timeOf(values.now));
  return options;
}
