/** Writes conversations: loads each one a batch touches once, merges its facts, and writes it once. */
import type { Database } from 'better-sqlite3';
import { sameAssignment, type Topic } from '../../../contract/model.ts';
import type { ConversationFact, GoneFact, MessageFact, TranscriptFact } from '../facts.ts';
import type { Truth, TruthChange } from '../link.ts';
import { merge, mergeTranscript } from '../sync/merge.ts';
import { sameContent, truthOf, type StoredConversation } from '../sync/stored-conversation.ts';
import { addLaneTopics, type Counters } from './counters.ts';
import {
  epochOf,
  insertSql,
  quietUpdateSql,
  quietValues,
  readRow,
  rowValues,
  selectSql,
  stampSql,
  updateSql,
  type RawRow,
} from './row.ts';

type Entry = {
  readonly before: StoredConversation | null;
  readonly epochBefore: number;
  row: StoredConversation | null;
  epoch: number;
};

export type ConversationWriter = {
  /** Merges a fact into the batch; false = the conversation must be read before more can be said. */
  merge: (fact: ConversationFact | MessageFact | GoneFact, epoch: number) => boolean;
  /** Merges a page of a transcript; false = the conversation is not in the cache. */
  mergeTranscript: (fact: TranscriptFact) => boolean;
  /** Writes the rows that were merged; adds topics and changes of truth. `bulk`: what is seen for the first time is no change. */
  flush: (topics: Set<Topic>, changes: TruthChange[], bulk: boolean) => void;
  /** Makes the names of what was written searchable; call once before the commit. */
  finish: () => void;
  truth: (id: number) => Truth | null;
  reset: () => void;
};

const sameTruth = (a: Truth, b: Truth): boolean =>
  sameAssignment(a, b) && a.status === b.status && a.contact === b.contact && a.createdAt === b.createdAt;

const changeOf = ({ before, row }: Entry): TruthChange | null => {
  const [old, now] = [truthOf(before), truthOf(row)];
  if (old === null && now === null) return null;
  if (old !== null && now !== null && sameTruth(old, now)) return null;
  return now === null && row !== null && row.gone !== null
    ? { before: old, after: null, gone: row.gone }
    : { before: old, after: now };
};

export const createConversationWriter = (
  db: Database,
  counters: Counters,
  run: number,
): ConversationWriter => {
  const select = db.prepare<[number], RawRow>(selectSql).raw();
  const insert = db.prepare<unknown[]>(insertSql);
  const update = db.prepare<unknown[]>(updateSql);
  const quietUpdate = db.prepare<unknown[]>(quietUpdateSql);
  const stamp = db.prepare<unknown[]>(stampSql);
  const addName = db.prepare<[number, string]>('INSERT INTO name_search (rowid, name) VALUES (?, ?)');
  const removeName = db.prepare<[number]>('DELETE FROM name_search WHERE rowid = ?');
  const backlog = db.prepare<[number]>('INSERT OR IGNORE INTO text_backlog (conversation_id) VALUES (?)');

  let batch = new Map<number, Entry>();
  /** Names to index with this transaction: as they were before it, and as they are. */
  let named = new Map<number, { before: string; after: string }>();

  const load = (id: number): Entry => {
    const loaded = batch.get(id);
    if (loaded) return loaded;
    const raw = select.get(id);
    const before = raw === undefined ? null : readRow(raw, run);
    const epochBefore = raw === undefined ? 0 : epochOf(raw);
    const entry: Entry = { before, epochBefore, row: before, epoch: epochBefore };
    batch.set(id, entry);
    return entry;
  };

  const index = (before: StoredConversation | null, row: StoredConversation): void => {
    const name = before?.contactName ?? '';
    if (name !== row.contactName) {
      named.set(row.id, { before: named.get(row.id)?.before ?? name, after: row.contactName });
    }
    if (row.lastMessage !== null && row.lastMessage.text !== before?.lastMessage?.text) backlog.run(row.id);
  };

  const write = ({ before, row, epoch }: Entry): void => {
    if (row === null) return;
    const values = rowValues(row, run, epoch);
    if (before === null) {
      insert.run(values);
    } else if (sameContent(before, row)) {
      const { serverUpdatedAt, heard, doubt } = row;
      stamp.run(
        serverUpdatedAt,
        heard?.via ?? '',
        heard?.since ?? 0,
        heard ? run : 0,
        epoch,
        doubt ? 1 : 0,
        row.id,
      );
      return;
    } else {
      const quiet = quietValues(rowValues(before, run, epoch), values);
      if (quiet) quietUpdate.run(quiet);
      else update.run([...values.slice(1), row.id]);
    }
    index(before, row);
    counters.move(before, row);
  };

  /** In the order of ids: the index writes out what it holds in memory whenever an id is not larger than the last. */
  const indexNames = (): void => {
    const inOrder = [...named].sort(([a], [b]) => a - b);
    for (const [id, { before }] of inOrder) if (before !== '') removeName.run(id);
    for (const [id, { after }] of inOrder) if (after !== '') addName.run(id, after);
    named = new Map();
  };

  return {
    merge: (fact, epoch) => {
      const entry = load(fact.kind === 'message' ? fact.conversation : fact.id);
      const merged = merge(entry.row, fact);
      switch (merged.outcome) {
        case 'stale':
          break;
        case 'refetch':
          entry.row = merged.row;
          return false;
        case 'created':
        case 'merged':
        case 'confirmed':
        case 'gone':
          entry.row = merged.row;
          break;
      }
      // A message proves nothing about assignee or status, so it confirms nothing.
      if (fact.kind !== 'message' && entry.row !== null) entry.epoch = Math.max(entry.epoch, epoch);
      return merged.outcome !== 'merged' || !merged.refetch;
    },
    mergeTranscript: (fact) => {
      const entry = load(fact.conversation);
      if (entry.row === null || entry.row.gone !== null) return false;
      entry.row = mergeTranscript(entry.row, fact.messages);
      return true;
    },
    flush: (topics, changes, bulk) => {
      for (const [id, entry] of batch) {
        const { before, row } = entry;
        const confirmed = entry.epoch !== entry.epochBefore;
        if (before === row && !confirmed) continue;
        write(entry);
        const doubted = before?.doubt !== row?.doubt;
        if (confirmed || doubted || before === null || row === null || !sameContent(before, row)) {
          topics.add(`conversation:${id}`);
          addLaneTopics(topics, before);
          addLaneTopics(topics, row);
        }
        const change = bulk && before === null ? null : changeOf(entry);
        if (change !== null) changes.push(change);
      }
      batch = new Map();
    },
    finish: indexNames,
    truth: (id) => {
      const raw = select.get(id);
      return raw === undefined ? null : truthOf(readRow(raw, run));
    },
    reset: () => {
      batch = new Map();
      named = new Map();
    },
  };
};
