/** What a supervisor waits for, as often as asked: a lane is read, a card is moved and taken back. */
import type { BuiltCore } from './built-core.ts';
import { USER } from './page-server-people.ts';

export type Samples = { read: number[]; move: number[] };

const board = {
  grouping: 'agents' as const,
  filter: { statuses: ['open' as const], inboxes: [], labels: [], priorities: [], waitingLongerThan: 0 },
  sort: 'waiting' as const,
};

const TIDY_EVERY = 20;

/** Some are on their way before they are taken back, and the fake server obeys nobody: their cards would stay marked. */
const tidy = async (core: BuiltCore): Promise<void> => {
  const { entries } = await core.call('outbox.list', { limit: 100 });
  const items = entries
    .filter(({ state }) => state === 'refused' || state === 'conflict')
    .map(({ id, now }) => ({ command: id, seen: now }));
  if (items.length > 0) await core.call('outbox.settle', { items, choice: 'discard' });
};

/** ms of every read and of every move until its answer, which says that it is on disk. Ends early when `ended`. */
export const sample = async (core: BuiltCore, turns: number, ended: () => boolean): Promise<Samples> => {
  const samples: Samples = { read: [], move: [] };
  for (let turn = 0; turn < turns && !ended(); turn += 1) {
    if (turn % TIDY_EVERY === TIDY_EVERY - 1) await tidy(core);
    const readFrom = performance.now();
    const page = await core.call('board.cards', { ...board, lane: 'unassigned', after: null, limit: 50 });
    samples.read.push(performance.now() - readFrom);
    const free = page.cards.filter(({ pending }) => pending === 'none');
    const card = free[turn % Math.max(1, free.length)];
    if (card === undefined) continue;
    const base = { assignee: card.assignee, team: card.team, live: true };
    const moveFrom = performance.now();
    const { stored } = await core.call('move.submit', {
      action: { kind: 'assign-agent-without-team', agent: USER },
      items: [{ conversation: card.id, base }],
    });
    if (stored.length === 0) continue;
    samples.move.push(performance.now() - moveFrom);
    await core.call('outbox.cancel', { commands: stored.map(({ command }) => command) });
  }
  return samples;
};

/** Waits until the first cards can be moved. */
export const untilCards = async (core: BuiltCore): Promise<void> => {
  for (;;) {
    const page = await core
      .call('board.cards', { ...board, lane: 'unassigned', after: null, limit: 50 })
      .catch(() => ({ cards: [] }));
    if (page.cards.length > 0 && (await core.call('directory.get', {})) !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
