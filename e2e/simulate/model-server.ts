/** The modelled server: a small in-memory truth behind the wire of one compatibility level, independent of the embedded server. */
import { createActs } from './model/acts.ts';
import type { Acts } from './model/acts.ts';
import { createCable } from './model/cable.ts';
import type { Cable } from './model/cable.ts';
import type { Level } from './model/levels.ts';
import { abilitiesOf } from './model/levels.ts';
import type { Backup, Restored } from './model/backup.ts';
import { restoreBackup, takeBackup } from './model/backup.ts';
import type { Surroundings, Truth } from './model/records.ts';
import { createRoutes } from './model/routes.ts';
import type { Routes } from './model/routes.ts';

export type ModelServer = {
  truth: Truth;
  acts: Acts;
  routes: Routes;
  cable: Cable;
  snapshot: () => Backup;
  /** Puts everything that is stored back to what it was. What the old process had yet to do or to say is for the run to drop. */
  restore: (backup: Backup) => Restored;
  /** How often it was restored: what belongs to an older number is over. */
  restores: () => number;
};

/** An empty account at a level. The surroundings decide about time, jobs, delivery and chance. */
export const createModelServer = (
  level: Level,
  around: Surroundings,
  options: { accountId: number; pageSize: number; limit: number | null },
): ModelServer => {
  const truth: Truth = {
    abilities: abilitiesOf(level),
    accountId: options.accountId,
    accountName: 'Nordlicht Support',
    users: new Map(),
    teams: new Map(),
    inboxes: new Map(),
    bots: new Map(),
    labels: ['refund', 'vip'],
    conversations: new Map(),
    notifications: [],
    limit: options.limit,
    pageSize: options.pageSize,
    presence: new Map(),
    ids: { row: 1000, conversation: 100 },
  };
  let restores = 0;
  const acts = createActs(truth, around);
  return {
    truth,
    acts,
    routes: createRoutes(truth, acts, around.now),
    cable: createCable(truth, around, level),
    snapshot: () => takeBackup(truth),
    restore: (backup) => {
      restores += 1;
      return restoreBackup(truth, around, backup);
    },
    restores: () => restores,
  };
};
