/** For tests: a cache in a temporary folder, and facts with everything filled in. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message } from '../../../contract/model.ts';
import type { ConversationFact, ConversationFields, Heard, MessageFact } from '../facts.ts';
import type { Log } from '../ports.ts';
import { openCacheReader } from './cache-reader.ts';
import { openCacheWriter } from './cache-writer.ts';
import type { CacheReader, CacheWriter, OpenOutcome } from './types.ts';

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** ms since 1970 of the fixture's clock, and the same in seconds. */
export const NOW = Date.UTC(2026, 4, 12, 12, 0, 0);
export const NOW_SECONDS = NOW / 1000;

export const deps = { clock: { now: () => NOW }, log: silentLog };

export const opened = <T>(outcome: OpenOutcome<T>): T => {
  if (outcome.outcome !== 'opened') throw new Error(JSON.stringify(outcome));
  return outcome.store;
};

export type Cache = { folder: string; writer: CacheWriter; reader: CacheReader; close: () => void };

/** A new empty cache with its writer and its reader. */
export const createCache = (): Cache => {
  const folder = mkdtempSync(join(tmpdir(), 'cache-'));
  const writer = opened(openCacheWriter(folder, deps));
  const reader = opened(openCacheReader(folder, deps));
  return {
    folder,
    writer,
    reader,
    close: () => {
      reader.close();
      writer.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

export const rest = (since: number): Heard => ({ via: 'rest', since });
export const socket = (since: number): Heard => ({ via: 'socket', since });

const complete: ConversationFields = {
  inbox: 1,
  channel: 'Channel::Api',
  status: 'open',
  priority: null,
  assignee: null,
  assigneeName: null,
  team: null,
  teamName: null,
  contactId: 7,
  contactName: 'Ivo Brandt',
  contactEmail: 'ivo@example.test',
  contactPhone: null,
  contactIdentifier: null,
  labels: [],
  unread: 0,
  createdAt: NOW_SECONDS - 3600,
  lastActivityAt: NOW_SECONDS - 600,
  firstReplyAt: null,
  snoozedUntil: null,
  wireWaitingSince: null,
  lastMessage: null,
};

/** A conversation fact with every key, changed by `fields`. */
export const conversation = (
  id: number,
  fields: Partial<ConversationFields> = {},
  how: { heard?: Heard; serverUpdatedAt?: number | null } = {},
): ConversationFact => ({
  kind: 'conversation',
  id,
  heard: how.heard ?? rest(1),
  serverUpdatedAt: how.serverUpdatedAt ?? null,
  fields: { ...complete, ...fields },
});

export const message = (id: number, fields: Partial<Message> = {}): Message => ({
  id,
  kind: 'incoming',
  text: `Message ${id}`,
  sender: 'Ivo Brandt',
  senderType: 'contact',
  at: NOW_SECONDS - 1000 + id,
  status: 'sent',
  attachments: [],
  ...fields,
});

export const messageFact = (
  conversationId: number,
  said: Message,
  heard: Heard = socket(2),
): MessageFact => ({
  kind: 'message',
  conversation: conversationId,
  heard,
  message: said,
});
