/** The command `npm run conformance`: runs the suite against any Live Agent or Chatwoot server, or the embedded one at all levels. */
import { parseArgs } from 'node:util';
import { runAllLevels, runBroken } from './levels.ts';
import { Refused, runSuite, summary } from './run.ts';
import type { Tally } from './run.ts';

const usage = `Usage: npm run conformance -- --url URL --account N --token TOKEN [options]
       npm run conformance -- --all-levels
  --control URL        control port of the embedded server: runs its cases as well
  --agent-token TOKEN  token of an agent who may be used for cases that need one (repeatable)
  --yes                runs also in an account with more than 500 conversations
  --only REGEXP        only cases whose title fits
  --all-levels         starts the embedded server at all four levels
  --control-break      runs cases against servers that are wrong on purpose: each must be noticed
`;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function run(): Promise<Tally | null> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      account: { type: 'string' },
      token: { type: 'string' },
      control: { type: 'string' },
      'agent-token': { type: 'string', multiple: true },
      yes: { type: 'boolean' },
      only: { type: 'string' },
      'all-levels': { type: 'boolean' },
      'control-break': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const only = values.only === undefined ? undefined : new RegExp(values.only);
  if (values['control-break'] === true) return runBroken(print);
  if (values['all-levels'] === true) return runAllLevels(only, print);
  const { url, account, token } = values;
  if (values.help === true || url === undefined || account === undefined || token === undefined) {
    print(usage);
    return null;
  }
  return runSuite(
    {
      url,
      accountId: Number(account),
      token,
      controlUrl: values.control,
      agentTokens: values['agent-token'] ?? [],
      yes: values.yes ?? false,
      only,
    },
    print,
  );
}

try {
  const tally = await run();
  if (tally === null) process.exitCode = 2;
  else {
    print(summary(tally));
    process.exitCode = tally.failed === 0 ? 0 : 1;
  }
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
