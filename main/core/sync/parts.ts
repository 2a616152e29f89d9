/** What fetches for a workspace, put together: each part is given those that it needs. */
import { createEventFlow } from './event-flow.ts';
import { createFetching } from './fetching.ts';
import type { Session } from './session.ts';
import { createCountsTask } from './tasks/counts.ts';
import { createDays } from './tasks/days.ts';
import { createDirectoryTask } from './tasks/directory.ts';
import { createHistoryTask } from './tasks/history.ts';
import { createJobs } from './tasks/jobs.ts';
import { createLookups } from './tasks/lookups.ts';
import { createNotificationsTask } from './tasks/notifications.ts';
import { createTranscriptsTask } from './tasks/transcripts.ts';
import { createUpkeep, type Upkeep } from './tasks/upkeep.ts';
import { createVerify } from './tasks/verify.ts';

/** `onDirectoryChanged` hears of events that tell of people, teams or inboxes. */
export const createParts = (session: Session, onDirectoryChanged: (upkeep: Upkeep) => void) => {
  const transcripts = createTranscriptsTask(session);
  const directory = createDirectoryTask(session);
  const notifications = createNotificationsTask(session);
  const lookups = createLookups(session);
  const jobs = createJobs();
  const counts = createCountsTask(session, lookups);
  const reconciles = { lookups, counts, jobs };
  const verify = createVerify(session, reconciles);
  const days = createDays(session, reconciles);
  const history = createHistoryTask(session, verify.byPages);
  const tasks = { directory, counts, verify, days, jobs, history, notifications };
  const upkeep = createUpkeep(session, { ...tasks, lookups });
  const flow = createEventFlow(session, notifications, () => onDirectoryChanged(upkeep));
  const fetching = createFetching(session, { ...tasks, lookups, transcripts, upkeep, flow });
  return { directory, lookups, transcripts, history, flow, fetching };
};

export type Parts = ReturnType<typeof createParts>;
