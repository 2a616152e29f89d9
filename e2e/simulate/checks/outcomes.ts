/** R3 and R9: no stored command is lost or left hanging, none blocks another, none is confirmed before the server had it. */
import { sameAssignee } from '../../../contract/model.ts';
import type { Action, OutboxEntry } from '../../../contract/model.ts';
import type { Standing } from '../model/records.ts';
import type { Checker, Finding, TraceEvent, WireWrite } from '../trace.ts';
import { stepsOf } from './strands.ts';
import { askedInVain } from './went-back.ts';

/** With a network that lets everything through, a command has settled after this long (ms). */
export const SETTLED_WITHIN_MS = 240_000;

const ends = new Set(['confirmed', 'refused', 'conflict', 'superseded', 'cancelled']);

/** Whether a state of the server is what the action asked for. */
export const fulfils = (action: Action, standing: Standing): boolean => {
  const agent = standing.assignee?.type === 'agent' ? standing.assignee.id : null;
  switch (action.kind) {
    case 'assign-agent':
    case 'assign-agent-without-team':
      // Where he is a member, the team stays.
      return agent === action.agent;
    case 'assign-team':
    case 'queue':
      return standing.team === action.team;
    case 'assign-both':
      return agent === action.agent && standing.team === action.team;
    case 'unassign-agent':
      return standing.assignee === null;
    case 'unassign-team':
      return standing.team === null;
    case 'unassign-both':
      return standing.assignee === null && standing.team === null;
    case 'restore':
      // Into the queue of a team, the server may pick somebody.
      return (
        standing.team === action.to.team &&
        (action.to.assignee === null || sameAssignee(standing.assignee, action.to.assignee))
      );
  }
};

/** Whether one half of the action was what the server had: enough for "confirmed, changed since", where the server may undo one half with the other. */
const fulfilsHalf = (step: WireWrite, standing: Standing): boolean =>
  step.half === 'team'
    ? standing.team === step.to
    : step.to === null
      ? standing.assignee === null
      : standing.assignee?.type === (step.bot ? 'bot' : 'agent') && standing.assignee.id === step.to;

/** Every state a conversation had on the server, with when it began. */
const histories = (
  events: readonly TraceEvent[],
): Map<number, { from: number; standing: Standing | null }[]> => {
  const byConversation = new Map<number, { from: number; standing: Standing | null }[]>();
  for (const event of events) {
    if (event.kind !== 'truth') continue;
    const list = byConversation.get(event.change.conversation) ?? [];
    if (list.length === 0) list.push({ from: Number.NEGATIVE_INFINITY, standing: event.change.before });
    list.push({ from: event.t, standing: event.change.after });
    byConversation.set(event.change.conversation, list);
  }
  return byConversation;
};

/** A confirmed command's result was true on the server at some moment between the move and the confirmation. */
export const checkConfirmed: Checker = (events) => {
  const findings: Finding[] = [];
  const history = histories(events);
  const storedAt = new Map<string, number>();
  const judged = new Set<string>();
  const judge = (t: number, entry: OutboxEntry) => {
    if (entry.state !== 'confirmed' || judged.has(entry.id)) return;
    judged.add(entry.id);
    const since = storedAt.get(entry.id) ?? Number.NEGATIVE_INFINITY;
    const states = history.get(entry.conversation) ?? [];
    const during = states.filter(
      ({ from }, index) => from <= t && (states[index + 1]?.from ?? Number.POSITIVE_INFINITY) >= since,
    );
    const had = during.flatMap(({ standing }) => standing ?? []);
    const steps =
      entry.action.kind === 'queue' || entry.action.kind === 'assign-agent-without-team'
        ? stepsOf(entry.action).slice(0, 1)
        : stepsOf(entry.action);
    const so =
      had.some((standing) => fulfils(entry.action, standing)) ||
      (entry.reason !== null && steps.every((step) => had.some((standing) => fulfilsHalf(step, standing))));
    if (!so)
      findings.push({
        rule: 'R9 confirmed',
        t,
        what: `${entry.action.kind} of ${entry.conversation} is called confirmed, but the server never had it`,
      });
  };
  for (const event of events) {
    if (event.kind === 'stored') storedAt.set(event.command, event.t);
    if (event.kind === 'settled-event') judge(event.t, event.entry);
    if (event.kind === 'outbox') for (const entry of event.entries) judge(event.t, entry);
  }
  return findings;
};

/** What `move.submit` called stored is there in every later look, until it has ended; at the end everything has. */
export const checkKept: Checker = (events) => {
  const findings: Finding[] = [];
  const open = new Map<string, { conversation: number; t: number }>();
  let last: TraceEvent | null = null;
  for (const event of events) {
    last = event;
    switch (event.kind) {
      case 'stored':
        open.set(event.command, event);
        break;
      case 'settled-event':
        if (ends.has(event.entry.state)) open.delete(event.entry.id);
        break;
      case 'cancelled-by-hand':
        open.delete(event.command);
        break;
      case 'settled-by-hand':
        open.delete(event.command);
        break;
      case 'outbox': {
        const there = new Set(event.entries.map((entry) => entry.id));
        for (const [command, { conversation }] of open)
          if (!there.has(command)) {
            findings.push({
              rule: 'R3 lost',
              t: event.t,
              what: `the stored command ${command} on ${conversation} is not there any more`,
            });
            open.delete(command);
          }
        for (const entry of event.entries) if (ends.has(entry.state)) open.delete(entry.id);
        break;
      }
      default:
        break;
    }
  }
  const over = events.findLast((event) => event.kind === 'outbox');
  if (over?.kind === 'outbox')
    for (const entry of over.entries)
      if (!ends.has(entry.state))
        findings.push({
          rule: 'R3 hanging',
          t: last?.t ?? 0,
          what: `${entry.action.kind} on ${entry.conversation} is still ${entry.state} at the end`,
        });
  return findings;
};

/** What waited on a conversation that went back with the server is asked again or refused: it is not done by itself. */
export const checkAskedAgain: Checker = (events) => {
  const findings: Finding[] = [];
  /** By command. `waited` = when its conversation went back. */
  const open = new Map<string, { conversation: number; waited: boolean }>();
  /** The server has answered since. Before that, an end that is seen now came before. */
  let answered = false;
  const judge = (t: number, { id, state, reason, conversation }: OutboxEntry) => {
    if (!ends.has(state)) {
      if (!open.has(id)) open.set(id, { conversation, waited: false });
      return;
    }
    const waited = open.get(id)?.waited === true;
    open.delete(id);
    if (waited && answered && state === 'confirmed')
      findings.push({
        rule: 'R3 went back',
        t,
        what: `a command on ${conversation} waited when the server went back, and is ${state} (${reason?.key ?? 'no reason'})`,
      });
  };
  for (const event of events)
    switch (event.kind) {
      case 'stored':
        open.set(event.command, { conversation: event.conversation, waited: false });
        break;
      case 'settled-by-hand':
      case 'cancelled-by-hand':
        open.delete(event.command);
        break;
      case 'restored': {
        const inVain = askedInVain(events, event);
        for (const one of open.values()) if (inVain.has(one.conversation)) one.waited = true;
        answered = false;
        break;
      }
      case 'truth':
        // It says more than was known again: nothing tells that it had gone back.
        if (event.change.restored !== true)
          for (const one of open.values())
            if (one.conversation === event.change.conversation) one.waited = false;
        break;
      case 'answered':
        answered = true;
        break;
      case 'settled-event':
        judge(event.t, event.entry);
        break;
      case 'outbox':
        for (const entry of event.entries) judge(event.t, entry);
        break;
      default:
        break;
    }
  return findings;
};

/** In weather that lets everything through, a command settles in time whatever other conversations do. */
export const checkUnblocked: Checker = (events) => {
  const findings: Finding[] = [];
  type Open = { conversation: number; since: number };
  const open = new Map<string, Open>();
  let clear = true;
  let asleep = false;
  let running = true;
  let signedOut = false;
  let sick = new Set<number>();
  let wentBack = false;
  const restart = (t: number) => {
    for (const command of open.values()) command.since = Math.max(command.since, t);
  };
  for (const event of events) {
    if (clear && running && !asleep && !signedOut)
      for (const [id, command] of open)
        if (!sick.has(command.conversation) && event.t - command.since > SETTLED_WITHIN_MS) {
          findings.push({
            rule: 'R3 blocked',
            t: event.t,
            what: `a command on ${command.conversation} waits ${Math.round((event.t - command.since) / 1000)} s although the network is fine`,
          });
          open.delete(id);
        }
    switch (event.kind) {
      case 'weather': {
        clear = event.clear;
        const now = new Set(event.sick);
        for (const command of open.values())
          if (sick.has(command.conversation) && !now.has(command.conversation)) command.since = event.t;
        sick = now;
        if (clear) restart(event.t);
        break;
      }
      case 'connection': {
        // Without a token nothing can be sent: the supervisor is asked.
        const now = event.state === 'needs-sign-in' || event.state === 'signed-out';
        if (signedOut && !now) restart(event.t);
        signedOut = now;
        // What waited until then is parked without an event; that it does not hang is seen at the end.
        if (wentBack && event.state === 'live') {
          open.clear();
          wentBack = false;
        }
        break;
      }
      case 'restored':
        wentBack = true;
        break;
      case 'asleep':
        asleep = true;
        break;
      case 'started':
      case 'crashed':
      case 'awake':
        if (event.kind !== 'awake') running = event.kind === 'started';
        asleep = false;
        restart(event.t);
        break;
      case 'stored':
        open.set(event.command, { conversation: event.conversation, since: event.t });
        break;
      case 'settled-event':
        if (ends.has(event.entry.state)) open.delete(event.entry.id);
        break;
      case 'cancelled-by-hand':
        open.delete(event.command);
        break;
      case 'outbox':
        for (const entry of event.entries) if (ends.has(entry.state)) open.delete(entry.id);
        break;
      default:
        break;
    }
  }
  return findings;
};
