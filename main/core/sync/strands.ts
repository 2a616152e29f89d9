/** One strand, that is the commands of one conversation in order, as a pure reducer: event in, commands to store and one effect out. */
import { sameAssignee, sameAssignment } from '../../../contract/model.ts';
import type { Assignment, Directory, Words } from '../../../contract/model.ts';
import { followOn } from '../commands/follow-on.ts';
import { questionedTeam, recheck } from '../commands/recheck.ts';
import type { Command } from '../commands/types.ts';
import type { ReadOutcome, Write, WriteOutcome } from '../link.ts';
import { whoParams, words } from '../rules/names.ts';
import { meaningOf } from './strand-outcome.ts';

/** What happened. `go` = look what is to be done, after a start, a pause or a new command. */
export type StrandEvent =
  | { kind: 'go' }
  | { kind: 'read'; answer: ReadOutcome }
  | { kind: 'written'; answer: WriteOutcome }
  | { kind: 'members'; answer: 'loaded' | 'unreachable' };

/** What is to be done next. Commands of the same step are stored durably before it is done. */
export type StrandEffect =
  | { kind: 'read' }
  | { kind: 'write'; write: Write }
  | { kind: 'members'; team: number }
  /** Then `go` again. */
  | { kind: 'wait'; ms: number }
  /**
   * Until the connection comes back; `go` again at the latest after `ms`. `failing` = the server answers, though
   * not for this conversation: the others need not wait.
   */
  | { kind: 'pause'; why: PauseReason; ms: number };

type PauseReason = 'unreachable' | 'failing' | 'needs-sign-in';

export type Strand = {
  /** Not settled, in order; only the first one is worked on. */
  commands: readonly Command[];
  /** Writes of the present step that had no answer. */
  silent: number;
  /** Failed attempts in a row, for the back-off. */
  failures: number;
  /** Membership loads for the head that did not help. */
  membershipLoads: number;
};

export type StrandStep = {
  strand: Strand;
  /** Store these, in one transaction, before the effect. */
  save: Command[];
  /** Of these, settled now. */
  settled: Command[];
  effect: StrandEffect | null;
};

export type StrandContext = {
  directory: Directory | null;
  /** ms since 1970. */
  now: number;
  /** The members of this team may have changed unheard since then (ms since 1970). */
  outdated: (team: number, since: number) => boolean;
  /** Words for a time of day. */
  timeOfDay: (at: number) => string;
};

export const newStrand = (commands: readonly Command[]): Strand => ({
  commands,
  silent: 0,
  failures: 0,
  membershipLoads: 0,
});

const MOST_SILENT_WRITES = 5;
const MOST_MEMBERSHIP_LOADS = 3;
/** After a write without an answer the server gets a moment before it is asked what became of it. */
const AFTER_SILENCE_MS = 500;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

const only = (strand: Strand, effect: StrandEffect | null): StrandStep => ({
  strand,
  save: [],
  settled: [],
  effect,
});

const pause = (strand: Strand, why: PauseReason, save: Command[] = []): StrandStep => {
  const ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(10, strand.failures));
  return {
    strand: { ...strand, failures: strand.failures + 1 },
    save,
    settled: [],
    effect: { kind: 'pause', why, ms },
  };
};

const withHead = (strand: Strand, head: Command): Strand => ({
  ...strand,
  commands: [head, ...strand.commands.slice(1)],
});

type Settlement = {
  state: 'confirmed' | 'refused' | 'conflict';
  result: Assignment | null;
  reason: Words | null;
  serverWords?: string | null;
  commit?: number;
};

/** Takes the head off, hands what it left to the next command, and goes on with that one. */
const settle = (strand: Strand, head: Command, how: Settlement, context: StrandContext): StrandStep => {
  const { serverWords = null, ...rest } = how;
  const done: Command = { ...head, ...rest, serverWords, settledAt: context.now };
  const [next, ...others] = strand.commands.slice(1);
  if (!next) return { strand: newStrand([]), save: [done], settled: [done], effect: null };
  if (how.state === 'conflict') {
    // One question for both: what was seen first, what was asked for last.
    const replaced: Command = { ...done, state: 'superseded', reason: words('outcome.replaced') };
    const asked: Command = { ...done, ...pickAsked(next), base: head.base };
    return {
      strand: newStrand(others),
      save: [replaced, asked],
      settled: [replaced, asked],
      effect: others.length > 0 ? { kind: 'read' } : null,
    };
  }
  const following = followOn(done, next, context.directory);
  return {
    strand: newStrand([following, ...others]),
    save: [done, following],
    settled: [done],
    effect: { kind: 'read' },
  };
};

/** What makes the later command itself, when it takes the place of the earlier one. */
const pickAsked = (next: Command) => ({
  id: next.id,
  action: next.action,
  plan: next.plan,
  sure: next.sure,
  createdAt: next.createdAt,
  contact: next.contact,
  gesture: next.gesture,
});

const conflictWords = (
  head: Command,
  read: Extract<ReadOutcome, { outcome: 'read' }>,
  unclear: boolean,
  context: StrandContext,
): Words =>
  unclear
    ? words('outcome.maybeUndone', whoParams(context.directory, read.truth))
    : read.activity === null
      ? words('outcome.conflict', {
          ...whoParams(context.directory, read.truth),
          from: context.timeOfDay(head.createdAt),
          to: context.timeOfDay(read.at),
        })
      : words('outcome.conflictActivity', {
          activity: read.activity,
          ...whoParams(context.directory, read.truth),
        });

/** Sends a step: stored as sent before it leaves, with the stamp of the read that allows it. */
const write = (strand: Strand, head: Command, step: number, stamp: string): StrandStep => {
  const planned = head.plan.steps[step];
  if (!planned) return only(strand, { kind: 'read' });
  const sending: Command = {
    ...head,
    state: 'sending',
    sent: step + 1,
    answered: step,
    stamp,
    otherNamed: false,
  };
  return {
    strand: {
      ...withHead(strand, sending),
      silent: step + 1 === head.sent ? strand.silent : 0,
    },
    save: [sending],
    settled: [],
    effect: { kind: 'write', write: planned.write },
  };
};

const checkThenWrite = (
  strand: Strand,
  head: Command,
  read: Extract<ReadOutcome, { outcome: 'read' }>,
  context: StrandContext,
): StrandStep => {
  const team = questionedTeam(head);
  const mayLoad = strand.membershipLoads < MOST_MEMBERSHIP_LOADS;
  const load = (of: number): StrandStep =>
    only({ ...strand, membershipLoads: strand.membershipLoads + 1 }, { kind: 'members', team: of });
  // Asked for before a gap: the server checks no membership when an agent is set, so it is looked up again.
  if (team !== null && mayLoad && context.outdated(team, head.createdAt)) return load(team);
  const checked = recheck(head, read.truth.status, context.directory);
  switch (checked.kind) {
    case 'refused':
      return settle(strand, head, { state: 'refused', result: null, reason: checked.reason }, context);
    case 'members':
      if (mayLoad) return load(checked.team);
      return settle(
        strand,
        head,
        { state: 'refused', result: null, reason: words('outcome.membershipUnknown') },
        context,
      );
    case 'go': {
      if (checked.plan.steps.length === 0) {
        const { assignee, team } = head.base;
        return settle(
          strand,
          { ...head, plan: checked.plan },
          { state: 'confirmed', result: { assignee, team }, reason: null },
          context,
        );
      }
      return write(strand, { ...head, plan: checked.plan }, 0, read.stamp);
    }
  }
};

const onRead = (strand: Strand, head: Command, answer: ReadOutcome, context: StrandContext): StrandStep => {
  switch (answer.outcome) {
    case 'unreachable':
    case 'failing':
    case 'needs-sign-in':
      return pause(strand, answer.outcome);
    case 'throttled':
      return only(strand, { kind: 'wait', ms: answer.retryAfterMs });
    case 'gone':
      return settle(strand, head, gone(answer.why), context);
    case 'read':
      break;
  }
  const calm = { ...strand, failures: 0 };
  const { truth } = answer;
  const result: Assignment = { assignee: truth.assignee, team: truth.team };
  const meaning = meaningOf(head, truth, answer.stamp, context.directory);
  switch (meaning.kind) {
    case 'confirmed':
      return settle(
        calm,
        head,
        {
          state: 'confirmed',
          result,
          reason: meaning.reason,
          ...(answer.commit === undefined ? {} : { commit: answer.commit }),
        },
        context,
      );
    case 'refused':
      return settle(
        calm,
        head,
        {
          state: 'refused',
          result,
          reason:
            head.answered > 0 && head.plan.steps.length > 1 && !sameAssignment(result, head.base)
              ? words(`${meaning.reason.key}After`, {
                  ...meaning.reason.params,
                  ...whoParams(context.directory, result),
                })
              : meaning.reason,
        },
        context,
      );
    case 'conflict':
      return settle(
        calm,
        head,
        { state: 'conflict', result, reason: conflictWords(head, answer, meaning.unclear, context) },
        context,
      );
    case 'write':
      if (meaning.step === 0 && !meaning.again) return checkThenWrite(calm, head, answer, context);
      if (meaning.again && strand.silent >= MOST_SILENT_WRITES)
        return settle(calm, head, { state: 'refused', result, reason: words('outcome.noAnswer') }, context);
      return write(calm, head, meaning.step, answer.stamp);
  }
};

const gone = (why: 'deleted' | 'invisible'): Settlement => ({
  state: 'refused',
  result: null,
  reason: words(why === 'deleted' ? 'outcome.deleted' : 'outcome.invisible'),
});

/** The write certainly did not happen: as if it had not been sent, unless an earlier try of it may have. */
const unsent = (strand: Strand, head: Command): Command => {
  if (strand.silent > 0) return head;
  const sent = Math.max(0, head.sent - 1);
  return {
    ...head,
    sent,
    answered: Math.min(head.answered, sent),
    state: sent === 0 ? 'waiting' : 'sending',
  };
};

const sameWrite = (one: Write, other: Write): boolean =>
  one.write === 'agent'
    ? other.write === 'agent' && sameAssignee(one.to, other.to)
    : other.write === 'team' && one.to === other.to;

const onWritten = (
  strand: Strand,
  head: Command,
  answer: WriteOutcome,
  context: StrandContext,
): StrandStep => {
  switch (answer.outcome) {
    case 'accepted': {
      const wanted = head.plan.steps[head.sent - 1]?.write;
      const otherNamed = wanted === undefined || !sameWrite(answer.named, wanted);
      const accepted: Command = { ...head, answered: head.sent, otherNamed };
      return {
        strand: { ...withHead(strand, accepted), failures: 0, silent: 0 },
        save: [accepted],
        settled: [],
        effect: { kind: 'read' },
      };
    }
    case 'refused': {
      const applied = head.sent > 1 ? head.plan.steps[head.sent - 2]?.leaves : undefined;
      const { status } = answer;
      return settle(
        strand,
        head,
        {
          state: 'refused',
          result: applied ?? { assignee: head.base.assignee, team: head.base.team },
          reason: applied
            ? words('outcome.refusedByServerAfter', { status, ...whoParams(context.directory, applied) })
            : words('outcome.refusedByServer', { status }),
          serverWords: answer.serverWords,
        },
        context,
      );
    }
    case 'gone':
      return settle(strand, head, gone(answer.why), context);
    case 'no-answer':
      return only({ ...strand, silent: strand.silent + 1 }, { kind: 'wait', ms: AFTER_SILENCE_MS });
    case 'not-sent': {
      const back = unsent(strand, head);
      return pause(withHead(strand, back), 'unreachable', [back]);
    }
    case 'needs-sign-in': {
      const back = unsent(strand, head);
      return pause(withHead(strand, back), 'needs-sign-in', [back]);
    }
    case 'throttled': {
      const back = unsent(strand, head);
      return {
        strand: withHead(strand, back),
        save: [back],
        settled: [],
        effect: { kind: 'wait', ms: answer.retryAfterMs },
      };
    }
  }
};

/** One step of a strand. Everything begins with a read: what was seen is never taken for what is. */
export const advance = (strand: Strand, event: StrandEvent, context: StrandContext): StrandStep => {
  const [head] = strand.commands;
  if (!head) return only(strand, null);
  switch (event.kind) {
    case 'go':
      return only(strand, { kind: 'read' });
    case 'read':
      return onRead(strand, head, event.answer, context);
    case 'written':
      return onWritten(strand, head, event.answer, context);
    case 'members':
      return event.answer === 'loaded' ? only(strand, { kind: 'read' }) : pause(strand, 'failing');
  }
};
