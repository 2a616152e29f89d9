/** Where alerts come together: the server's notifications, arrivals in teams, and what became of commands. */
import type { NotificationFact } from '../facts.ts';
import type { Command } from '../commands/types.ts';
import { createArrivals, type Arrivals, type ArrivalsDeps } from './arrivals.ts';
import { fromCommand, fromNotification, type Keyed } from './candidates.ts';
import { createTeller, type Teller, type TellerDeps } from './teller.ts';

export type DeskDeps = TellerDeps & Omit<ArrivalsDeps, 'tell'>;

export type Desk = Arrivals &
  Pick<Teller, 'focus' | 'note' | 'clicked'> & {
    /** `baseline`: they are from before the sign-in, and old. `catchUp`: they came while nobody listened. */
    notifications: (rows: readonly NotificationFact[], how: { baseline: boolean; catchUp: boolean }) => void;
    /** Commands have their outcome. */
    settled: (commands: readonly Command[]) => void;
  };

/** Each alert is told once, with an answer to why it was silent; what was told is known to the ledger, also of earlier runs. */
export const createDesk = (deps: DeskDeps): Desk => {
  const teller = createTeller(deps);
  const arrivals = createArrivals({ ...deps, tell: teller.tell });
  const tellNew = (found: readonly (Keyed | null)[], catchUp: boolean) => {
    const news = found.map((one) => one && teller.once(one.id, one.candidate));
    teller.tell(
      news.filter((one) => one !== null),
      catchUp,
    );
  };

  return {
    ...arrivals,
    focus: teller.focus,
    note: teller.note,
    clicked: teller.clicked,
    notifications: (rows, { baseline, catchUp }) => {
      const keyed = rows
        .map((row) => fromNotification(row, { baseline, me: deps.me, truth: deps.truth(row.conversation) }))
        .filter((one) => one !== null);
      // The same row may come by socket and by list in one message.
      tellNew([...new Map(keyed.map((one) => [one.id, one])).values()], catchUp);
    },
    settled: (commands) => tellNew(commands.map(fromCommand), false),
    stop: () => {
      arrivals.stop();
      teller.stop();
    },
  };
};
