/** The only writer of cache.db: applies facts with their cursors in one transaction and says what changed. */
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Grouping, Topic } from '../../../contract/model.ts';
import type { Fact, MessageFact, TranscriptFact } from '../facts.ts';
import type { TruthChange } from '../link.ts';
import type { Clock, Log } from '../ports.ts';
import { BOUND_INTEGER } from './bound.ts';
import { createConversationWriter } from './conversations.ts';
import { createCounters } from './counters.ts';
import { createDirectoryWriter } from './directory.ts';
import { inspect } from './inspect.ts';
import { createLogKeeper } from './log.ts';
import { createMessageWriter, UNSAVED } from './messages.ts';
import { openDatabase, setAside, standsAt, type OpenedDatabase } from './open.ts';
import { createPruner } from './prune.ts';
import { createReconciler } from './reconcile.ts';
import { createSearchIndexer } from './search-index.ts';
import { createState } from './state.ts';
import { troubleOf } from '../trouble.ts';
import type { Applied, CacheWriter, Checkpointer, OpenOutcome } from './types.ts';

/** Name of the file in the folder of a workspace. */
export const CACHE_FILE = 'cache.db';

/** Pages in the WAL at which a commit checkpoints: about 16 MB. */
const AUTOCHECKPOINT = 4000;
/** The same where another thread does it: 40 MB, in case that one does not keep up. */
const LATE_AUTOCHECKPOINT = 10_000;
/** Facts written before the other thread is told: a commit of a load. */
const CHECKPOINT_AFTER = 1000;

export type WriterDeps = {
  clock: Pick<Clock, 'now'>;
  log: Log;
  /** Where there is none, the writer does it with the commit that filled the log. */
  checkpointer?: Checkpointer;
  /** Called when a file of an older version is about to be brought to this one's schema, which may take seconds. */
  migrating?: () => void;
};

/** What the transaction under way has done so far. */
type Batch = { topics: Set<Topic>; changes: TruthChange[]; refetch: Set<number> };

/** Rows were written and not committed when another statement met the disk: SQLite has undone them with it. */
class HeldLost extends Error {
  readonly code = 'SQLITE_ABORT_ROLLBACK';
  constructor() {
    super('What was held is lost');
  }
}

const emptyBatch = (): Batch => ({ topics: new Set(), changes: [], refetch: new Set() });

const createWriter = (db: Database, deps: WriterDeps): CacheWriter => {
  const state = createState(db);
  const stands = standsAt(db.name);
  const log = createLogKeeper(db, () => deps.checkpointer?.settle());
  // Monotonic times of another run of the process mean nothing in this one.
  const run = Number(state.get('run') ?? 0) + 1;
  state.set('run', run);
  const counters = createCounters(db);
  const directory = createDirectoryWriter(db, state);
  const messages = createMessageWriter(db, run);
  const conversations = createConversationWriter(db, counters, run);
  const indexer = createSearchIndexer(db);
  const pruner = createPruner(db, state, log);
  /** The look through the file that is under way. */
  let look: ReturnType<typeof inspect> | null = null;

  const missing = db
    .prepare<[string], number>(
      `SELECT value FROM json_each(?) AS asked LEFT JOIN conversation ON conversation.id = asked.value
       WHERE conversation.id IS NULL OR conversation.doubt = 1`,
    )
    .pluck();
  const unsaved = db
    .prepare<[number], number>(
      `SELECT id FROM conversation INDEXED BY unsaved WHERE live = 1 AND ${UNSAVED}
       ORDER BY save_order, bucket, waiting_order LIMIT ${BOUND_INTEGER}`,
    )
    .pluck();
  const covered = db.prepare<[], number>('SELECT saved FROM coverage WHERE one = 1').pluck();
  let coverage = covered.get();
  const lanes = db.prepare<[], { grouping: Grouping; lane: string }>('SELECT grouping, lane FROM counter');

  /** `said` = messages to write once their conversations are. */
  const applyOne = (fact: Fact, epoch: number, said: (MessageFact | TranscriptFact)[]): void => {
    const { topics, refetch } = batch;
    switch (fact.kind) {
      case 'conversation':
        directory.mention(fact.fields, topics);
        if (!conversations.merge(fact, epoch)) refetch.add(fact.id);
        break;
      case 'gone':
        if (!conversations.merge(fact, epoch)) refetch.add(fact.id);
        break;
      case 'message':
        if (conversations.merge(fact, epoch)) said.push(fact);
        else refetch.add(fact.conversation);
        break;
      case 'transcript':
        if (conversations.mergeTranscript(fact)) said.push(fact);
        else refetch.add(fact.conversation);
        break;
      case 'notification':
      case 'counts':
        // Of the server's notifications and counts nothing is kept here.
        break;
      case 'me':
      case 'agents':
      case 'teams':
      case 'team-members':
      case 'inboxes':
      case 'assignable':
      case 'labels':
      case 'presence':
        directory.apply(fact, topics);
        break;
    }
  };

  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const rollback = db.prepare('ROLLBACK');
  let batch = emptyBatch();
  /** Rows are written that the next call commits. */
  let holding = false;
  /** Facts since the log was last put into the cache. */
  let written = 0;

  const work = (facts: readonly Fact[], options: Parameters<CacheWriter['apply']>[1]): void => {
    const { topics } = batch;
    const said: (MessageFact | TranscriptFact)[] = [];
    // Until everything is confirmed, an event may have others before it that nobody heard.
    const confirmed = state.get('epoch') === 0;
    for (const fact of facts) applyOne(fact, options.epoch, said);
    written += facts.length;
    conversations.flush(topics, batch.changes, options.bulk === true);
    if (options.bulk !== true && (!confirmed || options.gap === true))
      for (const fact of facts)
        if (
          fact.kind === 'conversation' &&
          fact.heard.via === 'rest' &&
          fact.fields.lastActivityAt !== undefined
        )
          messages.heardActivity(fact.id, fact.fields.lastActivityAt);
    for (const fact of said) {
      if (fact.kind === 'message')
        messages.add(fact.conversation, fact.message, confirmed && fact.heard.via === 'socket');
      else messages.addPage(fact, deps.clock.now());
      topics.add(`conversation:${fact.conversation}`);
    }
    const changed = options.state ?? {};
    // Every card says whether it is confirmed since the epoch in the state.
    if ('epoch' in changed && changed['epoch'] !== state.get('epoch')) {
      for (const { grouping, lane } of lanes.all()) topics.add(`lane:${grouping}:${lane}`);
    }
    for (const [name, value] of Object.entries(changed)) state.set(name, value);
  };

  const finish = (): Applied => {
    conversations.finish();
    if (counters.flush()) batch.topics.add('counts');
    messages.trim();
    const before = coverage;
    coverage = covered.get();
    if (coverage !== before) batch.topics.add('coverage');
    commit.run();
    state.kept();
    holding = false;
    if (deps.checkpointer && written >= CHECKPOINT_AFTER) {
      written = 0;
      deps.checkpointer.start(db.name);
    }
    const { topics, changes, refetch } = batch;
    batch = emptyBatch();
    return { topics: [...topics], changes, refetch: [...refetch] };
  };

  /** The transaction is undone; so is what the parts remembered of it. */
  const undo = (): void => {
    batch = emptyBatch();
    holding = false;
    for (const part of [state, conversations, counters, directory, messages]) part.reset();
    // Some failures have undone it already.
    if (db.inTransaction) rollback.run();
  };

  /** Whether held rows are gone without a word; then nothing remembers them any more. */
  const lostHeld = (): boolean => {
    const lost = holding && !db.inTransaction;
    if (lost) undo();
    return lost;
  };

  const undoing = <T>(run: () => T): T => {
    try {
      return run();
    } catch (error) {
      undo();
      throw error;
    }
  };

  return {
    apply: (facts, options) =>
      undoing(() => {
        stands();
        // A load does not go on from what is not there; anything else does not depend on it.
        if (lostHeld() && options.hold === true) throw new HeldLost();
        if (!db.inTransaction) {
          log.makeRoom();
          begin.run();
        }
        work(facts, options);
        if (options.hold !== true) return finish();
        holding = true;
        return { topics: [], changes: [], refetch: [] };
      }),
    state: (name) => {
      lostHeld();
      return state.get(name);
    },
    truth: conversations.truth,
    ...createReconciler(db),
    missing: (ids) => missing.all(JSON.stringify(ids)),
    unsaved: (limit) => unsaved.all(limit),
    transcript: messages.span,
    // A transaction that is held open ends soon; what it wrote is not made searchable yet, so it cannot be pruned.
    prune: (options) =>
      db.inTransaction
        ? { topics: [], changes: [], refetch: [], more: true }
        : { ...pruner.prune(options), changes: [], refetch: [] },
    scrub: (now) => db.inTransaction || pruner.scrub(now),
    inspectSlice: () => {
      // Rows that are held are written without their counts.
      if (db.inTransaction) return true;
      look ??= inspect(db);
      const { done } = look.next();
      if (done === true) look = null;
      return done !== true;
    },
    indexSlice: (limit = 200) => indexer.indexSlice(limit),
    checkpoint: () => {
      // The next commit does it.
      if (db.inTransaction) return;
      try {
        db.pragma('wal_checkpoint(PASSIVE)');
      } catch (error) {
        // Nothing is lost: the log stays as it is until the disk is well.
        if (troubleOf(error) === null) throw error;
        deps.log.warn('The log of the cache could not be put into it', { error: String(error) });
      }
    },
    room: async () => {
      if (!db.inTransaction) await deps.checkpointer?.idle();
    },
    probe: () => {
      stands();
      if (!db.inTransaction) log.makeRoom();
      state.set('run', run);
    },
    close: () => {
      try {
        if (db.inTransaction) undoing(finish);
      } catch (error) {
        // It is fetched again. Nobody who closes a file can do anything about it.
        if (troubleOf(error) === null) throw error;
        deps.log.warn('What was held of the cache could not be stored', { error: String(error) });
      } finally {
        deps.checkpointer?.settle();
        db.close();
      }
    },
  };
};

/**
 * Opens `cache.db` in the folder of a workspace for writing. A damaged file is set aside and a new one
 * begun: what it held can be fetched again. After a method threw trouble of kind `damaged`
 * (see trouble.ts), close the writer and open again with `discard: true`.
 */
export const openCacheWriter = (
  folder: string,
  deps: WriterDeps,
  options: { discard?: boolean } = {},
): OpenOutcome<CacheWriter> => {
  const path = join(folder, CACHE_FILE);
  const open = (): OpenedDatabase =>
    openDatabase({
      path,
      kind: 'cache',
      synchronous: 'NORMAL',
      cacheKiB: 32_000,
      autocheckpoint: deps.checkpointer ? LATE_AUTOCHECKPOINT : AUTOCHECKPOINT,
      ...(deps.migrating && { migrating: deps.migrating }),
    });
  /** Prepares everything: a schema whose text was damaged shows here. */
  const begin = ():
    | Exclude<OpenedDatabase, { outcome: 'opened' }>
    | { outcome: 'begun'; writer: CacheWriter } => {
    const opened = open();
    if (opened.outcome !== 'opened') return opened;
    try {
      return { outcome: 'begun', writer: createWriter(opened.database, deps) };
    } catch (error) {
      opened.database.close();
      const trouble = troubleOf(error);
      if (trouble === null) throw error;
      // The statements are ours and the schema has our number: what does not fit is not what was written.
      const damaged = trouble.kind === 'damaged' || trouble.detail.startsWith('SQLITE_ERROR:');
      return damaged
        ? { outcome: 'damaged', detail: trouble.detail }
        : { outcome: 'unusable', detail: trouble.detail, why: trouble.kind };
    }
  };
  let aside: string | null = null;
  let begun: ReturnType<typeof begin> =
    options.discard === true ? { outcome: 'damaged', detail: 'Damage was found while reading.' } : begin();
  if (begun.outcome === 'damaged') {
    try {
      aside = setAside(path, deps.clock.now());
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble === null) throw error;
      return { outcome: 'unusable', detail: trouble.detail, why: trouble.kind };
    }
    deps.log.warn('The cache was damaged and is set aside', { detail: begun.detail, aside });
    begun = begin();
  }
  switch (begun.outcome) {
    case 'begun':
      return { outcome: 'opened', store: begun.writer, setAside: aside };
    case 'newer-schema':
      return begun;
    case 'damaged':
      return { outcome: 'unusable', detail: begun.detail, why: 'damaged' };
    case 'unusable':
      return begun;
  }
};
