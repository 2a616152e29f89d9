/** The built core in a process of its own, to be killed. Says once that it is live; ends in order when nobody listens any more. */
import { startBuiltCore } from './built-core.ts';
import { LIFTED } from './lifted-pace.ts';
import { ACCOUNT, TOKEN, USER } from './page-server-people.ts';

export type ChildOptions = { origin: string; folder: string };

const { origin, folder } = JSON.parse(process.argv[2] ?? 'null') as ChildOptions;
const core = startBuiltCore({
  origin,
  token: TOKEN,
  accountId: ACCOUNT,
  userId: USER,
  historyDays: 0,
  pace: LIFTED,
  folder,
  onEvent: (name, payload) => {
    if (name === 'connection' && (payload as { state: string }).state === 'live') process.send?.('live');
  },
});
process.on('disconnect', () => {
  void core.stop().then(() => process.exit(0));
});
