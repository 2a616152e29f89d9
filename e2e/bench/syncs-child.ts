/** Submits moves one after the other and says how many transactions of the outbox that were at least; runs under strace. */
import { startBuiltCore } from './built-core.ts';
import { LIFTED } from './lifted-pace.ts';
import { ACCOUNT, TOKEN, USER } from './page-server-people.ts';
import { sample, untilCards } from './samples.ts';

export type SyncsChildOptions = { origin: string; folder: string; chunks: string; moves: number };

const { moves, ...where } = JSON.parse(process.argv[2] ?? 'null') as SyncsChildOptions;
const core = startBuiltCore({
  ...where,
  token: TOKEN,
  accountId: ACCOUNT,
  userId: USER,
  historyDays: 0,
  pace: LIFTED,
});
await core.reach('live');
await untilCards(core);
const { move } = await sample(core, moves, () => false);
process.stdout.write(JSON.stringify({ commits: move.length }));
await core.stop();
process.exit(0);
