/** While 10,000 conversations load: how much slower a read and a move of the renderer get, and the longest block in *data*. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchApp } from '../fixture/app.ts';
import { launchServer } from '../fixture/server.ts';
import { expectConnection, invoke, passFirstRun, signIn } from '../pages.ts';
import { longestBlock } from './blocks.ts';
import { percentile, report, rounded } from './stats.ts';

const CONVERSATIONS = 10_000;
const SAMPLES = 2_000;
/** Ratio of p99 under load to p99 idle, and milliseconds. */
const MOST_TIMES = 4;
const LONGEST_BLOCK_MS = 50;

type Samples = { read: number[]; move: number[] };

/** Reads a lane and moves a card (taken back at once), by turns; runs in the page, times what a person would wait. */
const measure = async (
  page: Awaited<ReturnType<typeof launchApp>>['page'],
  samples: number,
  stop: 'never' | 'loaded',
): Promise<Samples> =>
  page.evaluate(
    async ([count, until]) => {
      const { bridge } = window as unknown as {
        bridge: { invoke: (name: string, input: unknown) => Promise<{ ok: boolean; value: never }> };
      };
      const call = async <T>(name: string, input: unknown): Promise<[T, number]> => {
        const from = performance.now();
        const reply = await bridge.invoke(name, input);
        const took = performance.now() - from;
        if (!reply.ok) throw new Error(`${name} failed: ${JSON.stringify(reply)}`);
        return [reply.value, took];
      };
      type Cards = {
        cards: {
          id: number;
          assignee: { type: string; id: number } | null;
          team: number | null;
          pending: string;
        }[];
      };
      const filter = { statuses: ['open'], inboxes: [], labels: [], priorities: [], waitingLongerThan: 0 };
      const out: Samples = { read: [], move: [] };
      let busyAt = performance.now();
      for (let turn = 0; turn < count; turn += 1) {
        const [page, readTook] = await call<Cards>('board.cards', {
          grouping: 'agents',
          lane: 'unassigned',
          filter,
          sort: 'waiting',
          after: null,
          limit: 50,
        });
        out.read.push(readTook);
        const [directory] = await call<{ me: { id: number } }>('directory.get', {});
        const card = page.cards.find((one) => one.pending === 'none' && one.team === null) ?? page.cards[0];
        if (card) {
          const base = { assignee: card.assignee, team: card.team, live: true };
          const action = { kind: 'assign-agent-without-team', agent: directory.me.id };
          const [answer, moveTook] = await call<{ stored: { command: string }[] }>('move.submit', {
            action,
            items: [{ conversation: card.id, base }],
          });
          const commands = answer.stored.map((one) => one.command);
          if (commands.length > 0) {
            out.move.push(moveTook);
            await call('outbox.cancel', { commands });
          }
        }
        if (until === 'loaded' && turn % 10 === 0) {
          const [now] = await call<{ progress: unknown; state: string }>('connection.get', {});
          if (now.state !== 'live' || now.progress !== null) busyAt = performance.now();
          // Between two parts of the load nothing is in progress for a moment.
          if (performance.now() - busyAt > 5_000) break;
        }
      }
      return out;
    },
    [samples, stop] as [number, 'never' | 'loaded'],
  );

/** Runs the benchmark; answers whether the figures are within their limits. */
export const benchLoad = async (): Promise<boolean> => {
  const folder = mkdtempSync(join(tmpdir(), 'supervisor-bench-'));
  const file = join(folder, 'blocks.jsonl');
  process.env['BLOCK_PROBE_FILE'] = file;
  // Every thread of the app loads the probe; only the stand-in passes this on, so blocks are measured there.
  process.env['HOST_NODE_OPTIONS'] = `--require ${join(import.meta.dirname, 'block-probe.cjs')}`;
  // 4.14: the level whose announced version lets the app load at its faster pace.
  const server = await launchServer({ conversations: CONVERSATIONS, compat: '4.14' });
  const app = await launchApp();
  const { page } = app;
  const blocksBetween = (from: number, to: number): number => longestBlock(file, 'data', from, to);
  try {
    await signIn(page, server, server.tokens.administrator);
    await passFirstRun(page);
    await invoke(page, 'settings.set', { historyDays: 90 });
    const loadFrom = Date.now();
    const loading = await measure(page, 50_000, 'loaded');
    const loadTo = Date.now();
    await expectConnection(page, 'live', 120_000);
    const idleFrom = Date.now();
    const idle = await measure(page, SAMPLES, 'never');
    const idleTo = Date.now();
    const p99 = (samples: readonly number[]): number => percentile(samples, 99);
    const ratio = (key: keyof Samples): number => rounded(p99(loading[key]) / p99(idle[key]));
    return report(
      'load',
      {
        'read p99, loading : idle': { figure: ratio('read'), floor: MOST_TIMES },
        'move p99, loading : idle': { figure: ratio('move'), floor: MOST_TIMES },
        'longest block of data while loading, ms': {
          figure: rounded(blocksBetween(loadFrom, loadTo)),
          floor: LONGEST_BLOCK_MS,
        },
      },
      {
        conversations: CONVERSATIONS,
        seconds: rounded((loadTo - loadFrom) / 1000),
        samples: {
          loading: { read: loading.read.length, move: loading.move.length },
          idle: { read: idle.read.length, move: idle.move.length },
        },
        p99: {
          loading: { read: rounded(p99(loading.read)), move: rounded(p99(loading.move)) },
          idle: { read: rounded(p99(idle.read)), move: rounded(p99(idle.move)) },
        },
        longestBlockIdle: rounded(blocksBetween(idleFrom, idleTo)),
      },
    );
  } finally {
    await app.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};
