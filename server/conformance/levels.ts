/** Runs the suite against the embedded server at every level, and proves that it can fail. */
import { createControlClient } from '../control-client.ts';
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

/** Runs the team rule's cases against a server that breaks the rule; how many of them failed. */
export async function runBroken(print: (line: string) => void): Promise<Tally> {
  const server = await startServer({ conversations: 40 });
  try {
    await createControlClient(server.controlUrl).call('switches.set', { brokenTeamRule: true });
    return await runSuite(
      {
        url: server.url,
        accountId: server.accountId,
        token: server.tokens.administrator,
        controlUrl: server.controlUrl,
        only: /^team rule: .*(dropped|replaced|becomes)/,
        patience,
      },
      print,
    );
  } finally {
    await server.stop();
  }
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
    total.passed += tally.passed;
    total.failed += tally.failed;
    total.skipped += tally.skipped;
  }
  print('== control: a server whose team rule is wrong on purpose');
  const broken = await runBroken(() => undefined);
  if (broken.failed > 0 && broken.passed === 0) {
    total.passed++;
    print(`pass  control: the suite notices (${broken.failed} of ${broken.failed} cases of the rule fail)`);
  } else {
    total.failed++;
    print(`FAIL  control: the suite does not notice (${summary(broken)})`);
  }
  return total;
}
