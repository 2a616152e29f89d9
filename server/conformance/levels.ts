/** Runs the suite against the embedded server at every level, and proves that it can fail. */
import { createControlClient } from '../control-client.ts';
import type { ControlClient } from '../control-client.ts';
import { levelNames } from '../levels.ts';
import type { Level } from '../levels.ts';
import { startServer } from '../server.ts';
import { runSuite, summary } from './run.ts';
import type { Tally } from './run.ts';

const patience = 5000;

async function runLevel(level: Level, only: RegExp | undefined): Promise<{ lines: string[]; tally: Tally }> {
  const server = await startServer({ compat: level, conversations: 40 });
  const lines: string[] = [];
  try {
    const tally = await runSuite(
      {
        url: server.url,
        accountId: server.accountId,
        token: server.tokens.administrator,
        controlUrl: server.controlUrl,
        only,
        patience,
      },
      (line) => lines.push(line),
    );
    return { lines, tally };
  } finally {
    await server.stop();
  }
}

/** A way in which the server is wrong on purpose, and the cases that must notice it, every one. */
interface Breakage {
  name: string;
  only: RegExp;
  /** Done before the suite starts. */
  break(control: ControlClient): Promise<unknown>;
}

const breakages: readonly Breakage[] = [
  {
    name: 'the team rule keeps agents who are no members',
    only: /^team rule: .*(dropped|replaced|becomes)/,
    break: (control) => control.call('switches.set', { brokenTeamRule: true }),
  },
  {
    name: 'assignments are answered but not made',
    only: /^assignments: .*(sets|accepted|last writer)/,
    break: (control) =>
      control.call('fault.add', {
        method: 'POST',
        path: '/assignments$',
        times: null,
        effect: { kind: 'answer', status: 200, body: {} },
      }),
  },
  {
    name: 'what is missing is answered with 400',
    only: /^errors: 404/,
    break: (control) =>
      control.call('fault.add', {
        path: '2000000000|assignable_agents$',
        times: null,
        effect: { kind: 'answer', status: 400, body: { error: 'Resource could not be found' } },
      }),
  },
  {
    name: 'pings stop',
    only: /^frames: ping/,
    break: (control) => control.call('cable.faults', { stopPings: true }),
  },
  {
    name: 'events are lost',
    only: /^events: (assigning|unassigning|a message sends)/,
    break: (control) => control.call('cable.faults', { drop: 1 }),
  },
  {
    name: 'events come twice',
    only: /^frames: the same identifier twice/,
    break: (control) => control.call('cable.faults', { duplicate: 1 }),
  },
];

async function runBreakage(breakage: Breakage, print: (line: string) => void): Promise<Tally> {
  const server = await startServer({ conversations: 40 });
  try {
    await breakage.break(createControlClient(server.controlUrl));
    return await runSuite(
      {
        url: server.url,
        accountId: server.accountId,
        token: server.tokens.administrator,
        controlUrl: server.controlUrl,
        only: breakage.only,
        patience: 1500,
      },
      print,
    );
  } finally {
    await server.stop();
  }
}

/** Runs fitting cases against servers that are wrong on purpose; a breakage that a case does not notice fails. */
export async function runBroken(print: (line: string) => void): Promise<Tally> {
  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  print('== control: servers that are wrong on purpose');
  const runs = breakages.map((breakage) => {
    const lines: string[] = [];
    return { name: breakage.name, lines, tally: runBreakage(breakage, (line) => lines.push(line)) };
  });
  for (const { name, lines, tally } of runs) {
    const { passed, failed } = await tally;
    if (failed > 0 && passed === 0) {
      total.passed++;
      print(`pass  control: ${name}: noticed by ${failed} of ${failed} cases`);
    } else {
      total.failed++;
      print(`FAIL  control: ${name}: noticed by ${failed} of ${failed + passed} cases`);
      for (const line of lines) print(`      ${line}`);
    }
  }
  return total;
}

function add(total: Tally, more: Tally): void {
  total.passed += more.passed;
  total.failed += more.failed;
  total.skipped += more.skipped;
}

/** All levels at once, reported one after another; then the control. */
export async function runAllLevels(only: RegExp | undefined, print: (line: string) => void): Promise<Tally> {
  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  const runs = levelNames.map((level) => runLevel(level, only));
  for (const [index, run] of runs.entries()) {
    const { lines, tally } = await run;
    print(`== embedded server at level ${levelNames[index]}`);
    for (const line of lines) print(line);
    print(`   ${summary(tally)}\n`);
    add(total, tally);
  }
  add(total, await runBroken(print));
  return total;
}
