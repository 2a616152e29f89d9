/** The settings of somebody who has changed none. Apart from their schema, so that the page gets no validator with them. */
import type { Settings } from './ipc.ts';

export const firstSettings: Settings = {
  theme: 'system',
  density: 'comfortable',
  grouping: 'queues',
  sort: 'waiting',
  historyDays: 3,
  receiveAutomaticAssignments: false,
  watchedTeams: [],
  foldedLanes: [],
  pinnedLanes: [],
  shortcuts: true,
  firstRunDone: false,
};
