/** R5: each assignment notifies at most once, never for own actions, and none is missed without a reason in the ledger. */
import type { Checker, Finding } from '../trace.ts';
import { liveStatus } from '../model/records.ts';
import { ME } from '../population.ts';

/** Shows against the server's own notification rows, and the ledger against both. */
export const checkAlerts: Checker = (events) => {
  const findings: Finding[] = [];
  const rows = new Map<number, { conversation: number; t: number; afterBaseline: boolean }>();
  const shownIds = new Map<string, number>();
  const assignedToMe = new Map<number, number>();
  const teamEpochs = new Map<number, number>();
  let baseline = false;
  let end = 0;
  for (const event of events) {
    switch (event.kind) {
      case 'baseline':
        baseline = true;
        break;
      case 'notification':
        if (event.row.type === 'conversation_assignment') {
          rows.set(event.row.id, {
            conversation: event.row.conversation,
            t: event.t,
            afterBaseline: baseline,
          });
          assignedToMe.set(event.row.conversation, (assignedToMe.get(event.row.conversation) ?? 0) + 1);
        }
        break;
      case 'truth': {
        const { before, after, actor, conversation } = event.change;
        // Reopened, it arrives in its team again.
        const came = before?.team !== after?.team || !liveStatus(before?.status ?? 'resolved');
        if (after && after.team !== null && liveStatus(after.status) && came && actor.user !== ME)
          teamEpochs.set(conversation, (teamEpochs.get(conversation) ?? 0) + 1);
        break;
      }
      case 'shown':
        shownIds.set(event.id, (shownIds.get(event.id) ?? 0) + 1);
        if (shownIds.get(event.id) === 2)
          findings.push({
            rule: 'R5 double',
            t: event.t,
            what: `the alert ${event.id} on ${event.conversation ?? 'several'} was shown twice`,
          });
        break;
      case 'end':
        end = event.healed;
        break;
      default:
        break;
    }
  }
  const ledger = events.findLast((event) => event.kind === 'alerts');
  if (ledger?.kind !== 'alerts') return findings;
  const mine = new Map<number, number>();
  const teams = new Map<number, number>();
  for (const alert of ledger.alerts) {
    if (alert.conversation === null) continue;
    if (alert.kind === 'assigned-to-me')
      mine.set(alert.conversation, (mine.get(alert.conversation) ?? 0) + 1);
    // Silent ones are told nobody, except those that a summary tells.
    const told = alert.reason === null || alert.reason.key === 'silent.digest';
    if (alert.kind === 'assigned-to-team' && told)
      teams.set(alert.conversation, (teams.get(alert.conversation) ?? 0) + 1);
    if (alert.state === 'suppressed' && alert.reason === null)
      findings.push({
        rule: 'R5 reason',
        t: ledger.t,
        what: `the alert ${alert.id} was suppressed without a reason`,
      });
  }
  for (const [conversation, count] of mine)
    if (count > (assignedToMe.get(conversation) ?? 0))
      findings.push({
        rule: 'R5 double',
        t: ledger.t,
        what: `${count} alerts for ${assignedToMe.get(conversation) ?? 0} assignments of ${conversation} to me by others`,
      });
  for (const [conversation, count] of teams)
    if (count > (teamEpochs.get(conversation) ?? 0))
      findings.push({
        rule: 'R5 own',
        t: ledger.t,
        what: `${count} team alerts for ${teamEpochs.get(conversation) ?? 0} arrivals of ${conversation} in a team by others`,
      });
  const last = events.findLast((event) => event.kind === 'rows-left');
  const left = last?.kind === 'rows-left' ? new Set(last.ids) : new Set<number>();
  for (const [id, row] of rows)
    if (row.afterBaseline && left.has(id) && row.t <= end && !mine.has(row.conversation))
      findings.push({
        rule: 'R5 missed',
        t: ledger.t,
        what: `the assignment of ${row.conversation} to me (notification ${id}) is not in the ledger`,
      });
  return findings;
};

/** More than this within the window is a burst, of which one summary tells. */
const MOST_AT_ONCE = 5;
const BURST_MS = 10_000;

/** In one life of the process, while nobody sets its clock, single alerts never come in bursts. */
export const checkBursts: Checker = (events) => {
  const findings: Finding[] = [];
  let lately: number[] = [];
  for (const event of events) {
    switch (event.kind) {
      case 'started':
      case 'crashed':
      case 'clock-set':
        lately = [];
        break;
      case 'shown':
        if (event.id.startsWith('digest:')) break;
        lately = [...lately.filter((t) => event.t - t < BURST_MS), event.t];
        if (lately.length === MOST_AT_ONCE + 1)
          findings.push({
            rule: 'R5 burst',
            t: event.t,
            what: `${lately.length} alerts within ${Math.round(event.t - (lately[0] ?? 0))} ms, where one summary should tell`,
          });
        break;
      default:
        break;
    }
  }
  return findings;
};
