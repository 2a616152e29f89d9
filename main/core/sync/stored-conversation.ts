/** Truth of one conversation as the cache keeps it, and when two of them say the same. Pure. */
import { isLive, sameAssignee, type Assignment } from '../../../contract/model.ts';
import type { Heard } from '../facts.ts';
import type { Truth } from '../link.ts';
import type { LastMessage, Wait } from './waiting.ts';

/** Truth of one conversation, as cache.db keeps it. Times in seconds since 1970. */
export type StoredConversation = Assignment & {
  id: number;
  inbox: number;
  channel: string;
  status: string;
  priority: string | null;
  contactId: number | null;
  contactName: string;
  contactEmail: string | null;
  contactPhone: string | null;
  contactIdentifier: string | null;
  labels: string[];
  unread: number;
  createdAt: number;
  lastActivityAt: number;
  firstReplyAt: number | null;
  snoozedUntil: number | null;
  lastMessage: LastMessage | null;
  wait: Wait;
  /** Float seconds; null when the newest fact did not say. */
  serverUpdatedAt: number | null;
  /** How the row was last heard in this run of the process; null = in an earlier run, which blocks nothing. */
  heard: Heard | null;
  /** Something contradicting was heard: to be read again. A REST answer that is accepted clears it. */
  doubt: boolean;
  /** Set = a tombstone. */
  gone: 'deleted' | 'invisible' | null;
};

/** The truth that commands and alerts work with; a tombstone has none. */
export const truthOf = (row: StoredConversation | null): Truth | null =>
  row === null || row.gone !== null
    ? null
    : {
        id: row.id,
        assignee: row.assignee,
        team: row.team,
        status: row.status,
        live: isLive(row.status),
        contact: row.contactName,
        createdAt: row.createdAt,
      };

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);

const sameMessage = (a: LastMessage | null, b: LastMessage | null): boolean =>
  a === b ||
  (a !== null && b !== null && a.id === b.id && a.text === b.text && a.from === b.from && a.at === b.at);

const sameWait = (a: Wait, b: Wait): boolean =>
  a === b ||
  (a.since === b.since &&
    a.atLeast === b.atLeast &&
    a.message === b.message &&
    a.newest?.id === b.newest?.id &&
    a.settled === b.settled &&
    a.wire === b.wire);

/** Whether two rows say the same about the conversation, however and whenever that was heard. */
export const sameContent = (a: StoredConversation, b: StoredConversation): boolean =>
  a === b ||
  (a.status === b.status &&
    sameAssignee(a.assignee, b.assignee) &&
    a.team === b.team &&
    a.inbox === b.inbox &&
    a.channel === b.channel &&
    a.priority === b.priority &&
    a.contactId === b.contactId &&
    a.contactName === b.contactName &&
    a.contactEmail === b.contactEmail &&
    a.contactPhone === b.contactPhone &&
    a.contactIdentifier === b.contactIdentifier &&
    a.unread === b.unread &&
    a.createdAt === b.createdAt &&
    a.lastActivityAt === b.lastActivityAt &&
    a.firstReplyAt === b.firstReplyAt &&
    a.snoozedUntil === b.snoozedUntil &&
    a.gone === b.gone &&
    sameList(a.labels, b.labels) &&
    sameMessage(a.lastMessage, b.lastMessage) &&
    sameWait(a.wait, b.wait));
