/** R5: each assignment notifies at most once, never for own actions, and none is missed without a reason in the ledger. */
import type { Alert } from '../../../contract/model.ts';
import type { Checker, Finding } from '../trace.ts';
import { liveStatus } from '../model/records.ts';
import { ME } from '../population.ts';

/** More than this within the window is a burst, of which one summary tells at its end. */
const MOST_AT_ONCE = 5;
const BURST_MS = 10_000;
/** A summary that cannot be stored is tried again. */
const SUMMARY_MS = 1000;

/** Alerts of assignments to the supervisor, by conversation. */
const countMine = (alerts: readonly Alert[]): Map<number, number> => {
  const mine = new Map<number, number>();
  for (const { kind, conversation } of alerts)
    if (kind === 'assigned-to-me' && conversation !== null)
      mine.set(conversation, (mine.get(conversation) ?? 0) + 1);
  return mine;
};

/** Shows against the server's own notification rows, and the ledger against both. */
export const checkAlerts: Checker = (events) => {
  const findings: Finding[] = [];
  const rows = new Map<number, { conversation: number; t: number; afterBaseline: boolean }>();
  const shownIds = new Map<string, number>();
  const assignedToMe = new Map<number, number>();
  const teamEpochs = new Map<number, number>();
  /** Writes under way, with their conversation; those whose command was told as stopped meanwhile; and what own ones did. */
  const underWay = new Map<number, number>();
  const givenUp = new Set<number>();
  const ownArrivals: { conversation: number; request: number | null }[] = [];
  /** Notifications that the server lost with a backup: their ids may be another's. */
  const freed = new Set<number>();
  /** Alerts of assignments to me by conversation, when the server went back. */
  let before: ReadonlyMap<number, number> = new Map();
  let wentBackAt = Number.POSITIVE_INFINITY;
  let listed: readonly Alert[] = [];
  let baseline = false;
  let end = 0;
  /** The machine's clock less the time of the run (ms); null = not said since it was set. */
  let clock: number | null = null;
  for (const event of events) {
    switch (event.kind) {
      case 'baseline':
        baseline = true;
        break;
      case 'notification':
        if (freed.delete(event.row.id)) rows.delete(event.row.id);
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
        // Reopened, it arrives in its team again; in another inbox, it may come into sight there.
        const came =
          before?.team !== after?.team ||
          !liveStatus(before?.status ?? 'resolved') ||
          before?.inbox !== after?.inbox;
        if (!after || after.team === null || !liveStatus(after.status) || !came) break;
        if (actor.user === ME) ownArrivals.push({ conversation, request: actor.request });
        else teamEpochs.set(conversation, (teamEpochs.get(conversation) ?? 0) + 1);
        break;
      }
      case 'sent':
        if (event.write !== null && event.conversation !== null) underWay.set(event.n, event.conversation);
        break;
      case 'answered':
        underWay.delete(event.n);
        break;
      case 'settled-event':
        if (event.entry.state === 'conflict' || event.entry.state === 'refused')
          for (const [n, conversation] of underWay)
            if (conversation === event.entry.conversation) givenUp.add(n);
        break;
      case 'shown':
        shownIds.set(event.id, (shownIds.get(event.id) ?? 0) + 1);
        if (shownIds.get(event.id) === 2)
          findings.push({
            rule: 'R5 double',
            t: event.t,
            what: `the alert ${event.id} on ${event.conversation ?? 'several'} was shown twice`,
          });
        break;
      case 'connection':
        clock = event.now - event.t;
        break;
      case 'clock-set':
        clock = null;
        break;
      case 'alerts':
        listed = event.alerts;
        break;
      case 'restored':
        for (const id of event.notifications) freed.add(id);
        before = countMine(listed);
        wentBackAt = event.t;
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
  const askedAgain = new Set(
    ledger.alerts.flatMap(({ title, conversation }) =>
      title.key === 'alert.wentBack.title' && conversation !== null ? [conversation] : [],
    ),
  );
  // Its command was told as stopped before it was answered: then that it came to pass is news.
  for (const { conversation, request } of ownArrivals)
    if ((request !== null && givenUp.has(request)) || askedAgain.has(conversation))
      teamEpochs.set(conversation, (teamEpochs.get(conversation) ?? 0) + 1);
  const mine = countMine(ledger.alerts);
  const teams = new Map<number, number>();
  for (const alert of ledger.alerts) {
    if (alert.conversation === null) continue;
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
  // Newest first: what a summary is to tell stands below it.
  const summary = ledger.alerts.findIndex(({ id }) => id.startsWith('digest:'));
  const untold = ledger.alerts
    .slice(0, summary < 0 ? ledger.alerts.length : summary)
    .filter(({ reason }) => reason?.key === 'silent.digest');
  const first = untold.at(-1);
  // One that was not due yet when the run ended tells of all of them.
  const due = first === undefined || clock === null || ledger.t + clock - first.at > BURST_MS + SUMMARY_MS;
  for (const { id } of due ? untold : [])
    findings.push({ rule: 'R5 untold', t: ledger.t, what: `no summary told of the alert ${id}` });
  const last = events.findLast((event) => event.kind === 'rows-left');
  const there = last?.kind === 'rows-left' ? new Set(last.ids) : new Set<number>();
  const told = (row: { conversation: number; t: number }): boolean =>
    (mine.get(row.conversation) ?? 0) > (row.t > wentBackAt ? (before.get(row.conversation) ?? 0) : 0);
  for (const [id, row] of rows)
    if (row.afterBaseline && there.has(id) && row.t <= end && !told(row))
      findings.push({
        rule: 'R5 missed',
        t: ledger.t,
        what: `the assignment of ${row.conversation} to me (notification ${id}) is not in the ledger`,
      });
  return findings;
};

/** First arrivals in a team of the supervisor's, by others, that last to the end: each is in the ledger, whatever became of it. */
export const checkArrivals: Checker = (events) => {
  const arrived = new Map<string, { t: number; conversation: number; team: number; already: number }>();
  let listed: readonly Alert[] = [];
  /** The ledger when the server went back: a conversation of today may have the id of one of those. */
  let before: readonly Alert[] = [];
  const count = (alerts: readonly Alert[], key: string): number =>
    alerts.filter(({ id }) => id.startsWith(key)).length;
  /** Where a conversation has been before, or the supervisor has seen it or meant it to go: presence there says nothing. */
  const known = new Set<string>();
  const member = new Set<number>();
  const keyOf = (conversation: number, team: number) => `team:${conversation}:${team}:`;
  let started = false;
  let baseline = false;
  for (const event of events) {
    switch (event.kind) {
      case 'started':
        started = true;
        break;
      case 'baseline':
        baseline = true;
        break;
      case 'member':
        // Nobody tells the app who is a member since when: only teams that the supervisor was in all along.
        if (event.me && !started) member.add(event.team);
        else member.delete(event.team);
        for (const [key, { team }] of arrived) if (!member.has(team)) arrived.delete(key);
        break;
      case 'asked': {
        const { action } = event;
        const meant = 'team' in action ? action.team : action.kind === 'restore' ? action.to.team : null;
        for (const { conversation, base } of event.items)
          for (const team of [meant, base.team]) {
            if (team === null) continue;
            known.add(keyOf(conversation, team));
            arrived.delete(keyOf(conversation, team));
          }
        break;
      }
      case 'truth': {
        const { after, actor, conversation, silent, restored } = event.change;
        const team = after?.team ?? null;
        for (const [key, one] of arrived)
          if (one.conversation === conversation && (one.team !== team || !liveStatus(after?.status ?? '')))
            arrived.delete(key);
        if (team === null) break;
        const key = keyOf(conversation, team);
        if (baseline && !known.has(key) && member.has(team) && !silent && !restored && actor.user !== ME)
          if (after && liveStatus(after.status))
            arrived.set(key, { t: event.t, conversation, team, already: count(before, key) });
        known.add(key);
        break;
      }
      case 'alerts':
        listed = event.alerts;
        break;
      case 'restored':
        before = listed;
        for (const id of event.gone)
          for (const key of known) if (key.startsWith(`team:${id}:`)) known.delete(key);
        break;
      default:
        break;
    }
  }
  const ledger = events.findLast((event) => event.kind === 'alerts');
  const end = events.findLast((event) => event.kind === 'end');
  const board = events.findLast((event) => event.kind === 'board');
  if (ledger?.kind !== 'alerts' || end?.kind !== 'end' || board?.kind !== 'board') return [];
  const visible = new Set(board.truth.map(([id]) => id));
  return [...arrived].flatMap(([key, { t, conversation, team, already }]): Finding[] =>
    t > end.healed || !visible.has(conversation) || count(ledger.alerts, key) > already
      ? []
      : [
          {
            rule: 'R5 missed',
            t,
            what: `the arrival of ${conversation} in team ${team} is not in the ledger`,
          },
        ],
  );
};

/** While nobody sets the clock, single alerts never come in bursts, also over a restart. */
export const checkBursts: Checker = (events) => {
  const findings: Finding[] = [];
  let lately: number[] = [];
  for (const event of events) {
    switch (event.kind) {
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
