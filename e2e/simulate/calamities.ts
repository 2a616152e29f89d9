/** What seldom happens to a server and its account, from dice of its own: seeds found without them stay what they were. */
import type { ModelServer } from './model-server.ts';
import { liveStatus } from './model/records.ts';
import { ME, OTHER } from './population.ts';
import type { Dice } from './random.ts';
import type { Trace } from './trace.ts';

const weights = {
  'page-size': 2,
  'mass-deletion': 1,
  burst: 2,
  'inbox-lost': 1,
  'disconnected-for-good': 1,
  'customers-rush': 2,
} as const;

/** One of them, named in the trace. */
export const calamity = (server: ModelServer, dice: Dice, trace: Trace): void => {
  const { truth, acts } = server;
  const other = { user: OTHER, request: null };
  const live = [...truth.conversations.values()].filter((c) => liveStatus(c.status));
  const some = (count: number) => live.filter(() => dice.chance(count / Math.max(count, live.length)));
  const what = dice.weighted(weights);
  trace.fault(what);
  switch (what) {
    case 'page-size':
      truth.pageSize = dice.pick([3, 5, 10, 25]);
      return;
    case 'mass-deletion':
      for (const c of some(8)) acts.remove(c, other);
      return;
    case 'burst':
      for (const c of some(9)) acts.assignAgent(c, other, ME);
      return;
    case 'inbox-lost': {
      const inbox = dice.pick([...truth.inboxes.values()]);
      const me = !inbox.members.includes(ME);
      acts.setInboxMembers(inbox.id, me ? [...inbox.members, ME] : inbox.members.filter((id) => id !== ME));
      trace.add({ kind: 'inbox-member', inbox: inbox.id, me });
      return;
    }
    case 'disconnected-for-good':
      server.cable.disconnectAll('unauthorized', false);
      return;
    case 'customers-rush':
      // The list shifts while somebody pages through it.
      for (const c of some(10)) acts.incoming(c, 'Hello?');
      return;
  }
};
