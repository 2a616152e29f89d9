/** Answers what the data half asks of the server: single reads, writes of commands, transcripts, memberships, availability. */
import { isLive, sameAssignment } from '../../../contract/model.ts';
import type { Fact } from '../facts.ts';
import type {
  IngestAnswer,
  IngestRequest,
  NoteSent,
  NotesRead,
  ReadOutcome,
  Write,
  WriteOutcome,
} from '../link.ts';
import type { SingleConversation } from '../liveagent/api.ts';
import type { GateOptions } from '../liveagent/gate.ts';
import type { Failure, Outcome, Unreachable } from '../liveagent/outcome.ts';
import { meFact } from '../liveagent/wire/directory.ts';
import type { NoteOnServer } from '../liveagent/wire/message.ts';
import type { Timer } from '../ports.ts';
import { isLost } from './commits.ts';
import type { EventFlow } from './event-flow.ts';
import type { Life } from './life.ts';
import type { Session } from './session.ts';
import type { DirectoryTask } from './tasks/directory.ts';
import { readTranscript } from './transcript.ts';
import type { Lookups } from './tasks/lookups.ts';

const COMMAND_BACKOFF_MS = 5000;
/** A note is looked for in so many pages of a transcript; more has hardly been written since it left. */
const MOST_NOTE_PAGES = 25;
/** A write that follows a read comes within this time. */
const RESERVED_MS = 1500;
/** Of one read whose answers and the cache say different things. */
const MOST_READS_AGAIN = 2;

/** Whether somebody answered, late or with nothing usable: it may be this one request's trouble alone. */
const isAnswerOfServer = (reason: Unreachable): boolean => {
  switch (reason) {
    case 'server-error':
    case 'not-the-server':
    case 'timeout':
      return true;
    case 'unreachable':
    case 'certificate':
    case 'dns':
    case 'broken':
      return false;
  }
};

/** A read that came to nothing. A refusal of a read is no statement about the conversation. */
const failedRead = (failure: Failure): Exclude<ReadOutcome, { outcome: 'read' }> => {
  switch (failure.outcome) {
    case 'gone':
      return { outcome: 'gone', why: 'deleted' };
    case 'invisible':
      return { outcome: 'gone', why: 'invisible' };
    case 'needs-sign-in':
    case 'no-access':
      return { outcome: 'needs-sign-in' };
    case 'throttled':
      return { outcome: 'throttled', retryAfterMs: failure.retryAfterMs ?? COMMAND_BACKOFF_MS };
    case 'refused':
      return { outcome: 'failing' };
    case 'unreachable':
      return { outcome: isAnswerOfServer(failure.reason) ? 'failing' : 'unreachable' };
  }
};

/** A write that was not accepted; where the server may have acted, the answer is "no answer" and a read decides. */
const failedWrite = (failure: Failure): Exclude<WriteOutcome, { outcome: 'accepted' }> => {
  switch (failure.outcome) {
    case 'gone':
      return { outcome: 'gone', why: 'deleted' };
    case 'invisible':
      return { outcome: 'gone', why: 'invisible' };
    case 'needs-sign-in':
    case 'no-access':
      return { outcome: 'needs-sign-in' };
    case 'throttled':
      return { outcome: 'throttled', retryAfterMs: failure.retryAfterMs ?? COMMAND_BACKOFF_MS };
    case 'unreachable':
      return failure.sent === 'maybe' ? { outcome: 'no-answer' } : { outcome: 'not-sent' };
    case 'refused':
      return { outcome: 'refused', status: failure.status, serverWords: failure.serverWords };
  }
};

/** Servers before 4.0.2 have no `updated_at`; there an assignment leaves an activity message, a moment later. */
const stampOf = ({ fact, messages }: SingleConversation): string =>
  fact.serverUpdatedAt === null
    ? `${fact.fields.lastActivityAt ?? ''}/${messages.at(-1)?.message.id ?? ''}`
    : String(fact.serverUpdatedAt);

export type Requests = (request: IngestRequest) => Promise<IngestAnswer>;

export const createRequests = (
  session: Session,
  parts: { life: Life; flow: EventFlow; directory: DirectoryTask; lookups: Lookups },
): Requests => {
  const { clock } = session.ports;

  /** Commands go before whatever else waits in the interactive bucket. */
  const send = async <T>(
    request: () => Promise<Outcome<T>>,
    options: GateOptions = {},
  ): Promise<Outcome<T>> => {
    const outcome = await session.gate.run('interactive', request, { first: true, ...options });
    session.tellMachine(outcome);
    return outcome;
  };

  /**
   * A command writes on what it has just read; waiting for a token in between would let the read grow old.
   * So a read takes two, and the write that follows soon finds its own.
   */
  const reserved = new Map<number, Timer>();
  const reserve = (id: number): void => {
    if (takeReserved(id)) session.gate.giveBack('interactive');
    reserved.set(
      id,
      clock.after(RESERVED_MS, () => {
        reserved.delete(id);
        session.gate.giveBack('interactive');
      }),
    );
  };
  const takeReserved = (id: number): boolean => {
    const timer = reserved.get(id);
    timer?.cancel();
    return reserved.delete(id);
  };

  const read = async (id: number, thenWrite: boolean, again = MOST_READS_AGAIN): Promise<ReadOutcome> => {
    const known = session.writer.stamps([id]);
    const answer = await send(() => session.api.conversation(id), { reserve: thenWrite, first: thenWrite });
    if (thenWrite) reserve(id);
    if (answer.outcome !== 'answered') {
      const failed = failedRead(answer);
      if (failed.outcome === 'gone') parts.lookups.notFound(id, failed.why);
      return failed;
    }
    // What was heard before the answer belongs before it.
    parts.flow.flush();
    const { fact, messages } = answer.value;
    if (session.isBack(fact, known)) return { outcome: 'unreachable' };
    session.commit([fact, ...messages]);
    const { status, assignee, team, contactName } = fact.fields;
    // What this answer says, not what the cache makes of it: a late event may put an older state over it there
    // for a moment, and a command must be compared with the server's own word.
    const merged = session.writer.truth(id);
    const truth =
      status === undefined || assignee === undefined || team === undefined
        ? merged
        : {
            id,
            status,
            assignee,
            team,
            live: isLive(status),
            contact: contactName ?? merged?.contact ?? '',
            createdAt: fact.fields.createdAt ?? merged?.createdAt ?? 0,
          };
    if (truth === null) return { outcome: 'unreachable' };
    // An answer that was overtaken says how it was. Whichever of the two is the older one, the server knows.
    if (again > 0 && merged && !(sameAssignment(merged, truth) && merged.status === truth.status))
      return read(id, thenWrite, again - 1);
    const activity = messages.findLast(({ message }) => message.kind === 'activity');
    return {
      outcome: 'read',
      truth,
      activity: activity?.message.text ?? null,
      stamp: stampOf(answer.value),
      at: clock.now(),
      commit: session.commits(),
    };
  };

  const write = async (id: number, wanted: Write): Promise<WriteOutcome> => {
    const options: GateOptions = { reserved: takeReserved(id) };
    switch (wanted.write) {
      case 'agent': {
        const answer = await send(() => session.api.assignAgent(id, wanted.to), options);
        if (answer.outcome !== 'answered') return failedWrite(answer);
        return answer.value === 'not-said'
          ? { outcome: 'no-answer' }
          : { outcome: 'accepted', named: { write: 'agent', to: answer.value.agent } };
      }
      case 'team': {
        const answer = await send(() => session.api.assignTeam(id, wanted.to), options);
        if (answer.outcome !== 'answered') return failedWrite(answer);
        return answer.value === 'not-said'
          ? { outcome: 'no-answer' }
          : { outcome: 'accepted', named: { write: 'team', to: answer.value.team } };
      }
    }
  };

  const transcript = async (id: number, older: boolean): Promise<'loaded' | 'unreachable' | 'gone'> => {
    const before = older ? session.writer.transcript(id).oldest : null;
    const wanted = { opened: true, bulk: false };
    if (before === null) {
      const read = await readTranscript(session, send, id, wanted);
      if (read === 'read') return 'loaded';
      return read?.outcome === 'gone' || read?.outcome === 'invisible' ? 'gone' : 'unreachable';
    }
    const answer = await send(() => session.api.transcript(id, before));
    if (answer.outcome === 'answered') {
      session.commit([{ ...answer.value, opened: true }]);
      return 'loaded';
    }
    return answer.outcome === 'gone' || answer.outcome === 'invisible' ? 'gone' : 'unreachable';
  };

  /** Backwards from the newest message: every server knows `before`. */
  const notes = async (
    id: number,
    since: number | null,
    so: { newest: number | null; mine: NoteOnServer[]; before: number | null; pages: number } = {
      newest: null,
      mine: [],
      before: null,
      pages: 0,
    },
  ): Promise<NotesRead> => {
    const answer = await send(() => session.api.notesBy(session.workspace.userId, id, so.before));
    if (answer.outcome !== 'answered') return failedRead(answer);
    const { messages, moreBefore, newest: isNewest } = answer.value.page;
    if (isNewest) session.commit([answer.value.page]);
    const newest = isNewest ? (messages.at(-1)?.id ?? null) : so.newest;
    const mine = [...answer.value.notes.filter((found) => found.id > (since ?? 0)), ...so.mine];
    const before = messages[0]?.id;
    const complete = since === null || !moreBefore || before === undefined || before <= since;
    return complete || so.pages + 1 >= MOST_NOTE_PAGES
      ? { outcome: 'read', newest, mine, complete }
      : notes(id, since, { newest, mine, before, pages: so.pages + 1 });
  };

  const note = async (id: number, echo: string, text: string): Promise<NoteSent> => {
    // Until it is known that the server goes on from where it was, its number may be another conversation's.
    if (!session.suspicion.cleared) {
      const first = await read(id, false);
      if (first.outcome === 'unreachable' || first.outcome === 'failing') return { outcome: 'not-sent' };
      if (first.outcome !== 'read') return first;
    }
    const answer = await send(() => session.api.addNote(id, text, echo));
    if (answer.outcome !== 'answered') return failedWrite(answer);
    parts.flow.flush();
    // Before the answer is told: the note is not to vanish between the outbox and the transcript.
    session.commit([answer.value]);
    return { outcome: 'accepted', message: answer.value.message.id };
  };

  const availability = async (
    wanted: 'online' | 'busy' | 'offline',
  ): Promise<'set' | 'unreachable' | 'refused'> => {
    const answer = await send(() => session.api.setAvailability(wanted));
    if (answer.outcome !== 'answered') return answer.outcome === 'refused' ? 'refused' : 'unreachable';
    const me = meFact(answer.value, session.workspace.accountId);
    if (me !== null) session.commit([me]);
    return 'set';
  };

  /** The cache may have lost its last commits with the power. Those it has are counted in it; one that was begun anew never had them. */
  const confirmed = (truths: Extract<IngestRequest, { kind: 'confirmed' }>['truths']): void => {
    const facts: Fact[] = truths
      .filter(({ id, commit }) => isLost(commit, session.commits()) && session.writer.truth(id) !== null)
      .map(({ id, assignee, team }) => ({
        kind: 'conversation',
        id,
        // Older than anything this run will hear.
        heard: { via: 'rest', since: Number.MIN_SAFE_INTEGER },
        serverUpdatedAt: null,
        fields: { assignee, team },
      }));
    if (facts.length > 0) session.commit(facts);
  };

  /** Until the next connection has looked into it, nothing that was asked for before is sent. */
  const mayBeBack = ({ kind }: IngestRequest): boolean =>
    session.suspicion.wentBack !== null &&
    (kind === 'read' || kind === 'write' || kind === 'notes' || kind === 'note');

  return async (request) => {
    if (mayBeBack(request)) return unsent(request, 'closed');
    switch (request.kind) {
      case 'read':
        return { kind: 'read', answer: await read(request.conversation, request.thenWrite) };
      case 'write':
        return { kind: 'write', answer: await write(request.conversation, request.write) };
      case 'transcript':
        return { kind: 'transcript', answer: await transcript(request.conversation, request.older) };
      case 'notes':
        return { kind: 'notes', answer: await notes(request.conversation, request.since) };
      case 'note':
        return { kind: 'note', answer: await note(request.conversation, request.note, request.text) };
      case 'members': {
        const loaded = await parts.directory.members(parts.life, 'interactive', request.team, true);
        return { kind: 'members', answer: loaded ? 'loaded' : 'unreachable' };
      }
      case 'availability':
        return { kind: 'availability', answer: await availability(request.availability) };
      case 'notified':
        session.commit([], {
          state: { notifications: { newest: request.newest.id, at: request.newest.at } },
        });
        return { kind: 'notified', answer: 'kept' };
      case 'confirmed':
        confirmed(request.truths);
        return { kind: 'confirmed', answer: 'merged' };
    }
  };
};

/** The answer while nothing can be sent. */
export const unsent = (request: IngestRequest, why: 'closed' | 'needs-sign-in'): IngestAnswer => {
  switch (request.kind) {
    case 'read':
      return { kind: 'read', answer: { outcome: why === 'closed' ? 'unreachable' : 'needs-sign-in' } };
    case 'write':
      return { kind: 'write', answer: { outcome: why === 'closed' ? 'not-sent' : 'needs-sign-in' } };
    case 'notes':
      return { kind: 'notes', answer: { outcome: why === 'closed' ? 'unreachable' : 'needs-sign-in' } };
    case 'note':
      return { kind: 'note', answer: { outcome: why === 'closed' ? 'not-sent' : 'needs-sign-in' } };
    case 'transcript':
      return { kind: 'transcript', answer: 'unreachable' };
    case 'members':
      return { kind: 'members', answer: 'unreachable' };
    case 'availability':
      return { kind: 'availability', answer: 'unreachable' };
    case 'notified':
      return { kind: 'notified', answer: 'kept' };
    case 'confirmed':
      return { kind: 'confirmed', answer: 'merged' };
  }
};
