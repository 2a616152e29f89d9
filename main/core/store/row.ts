/** Turns a conversation into a row of cache.db and back; the only place that knows the columns. */
import { isLive, type AssigneeKey } from '../../../contract/model.ts';
import type { StoredConversation } from '../sync/stored-conversation.ts';
import { shownWait } from '../sync/waiting.ts';

/** Columns that merge knows, in the order of `rowValues` and `readRow`. */
const COLUMNS = [
  'id',
  'inbox_id',
  'channel',
  'status',
  'live',
  'bucket',
  'priority',
  'priority_order',
  'assignee_type',
  'assignee_id',
  'team_id',
  'contact_id',
  'contact_name',
  'contact_email',
  'contact_phone',
  'contact_identifier',
  'labels',
  'unread',
  'created_at',
  'last_activity_at',
  'first_reply_at',
  'snoozed_until',
  'waiting_since',
  'waiting_raw',
  'waiting_message',
  'waiting_newest',
  'waiting_newest_at',
  'waiting_settled',
  'waiting_at_least',
  'wire_waiting',
  'last_message_id',
  'last_message_text',
  'last_message_from',
  'last_message_at',
  'server_updated_at',
  'heard_via',
  'heard_since',
  'run',
  'epoch',
  'doubt',
  'gone',
] as const;

/** The columns that no index holds: changing only these is ten times cheaper. */
const QUIET = new Set<string>([
  'channel',
  'contact_id',
  'contact_name',
  'contact_email',
  'contact_phone',
  'contact_identifier',
  'unread',
  'snoozed_until',
  'waiting_raw',
  'waiting_message',
  'waiting_newest',
  'waiting_newest_at',
  'waiting_settled',
  'waiting_at_least',
  'wire_waiting',
  'last_message_id',
  'last_message_text',
  'last_message_from',
  'last_message_at',
  'server_updated_at',
  'heard_via',
  'heard_since',
  'run',
  'epoch',
  'doubt',
]);
const quietIndexes = COLUMNS.flatMap((column, index) => (QUIET.has(column) ? [index] : []));

type Value = string | number | null;

/** Where a conversation stands for the board: its statuses fall into four, an unknown live one counts as open. */
export const bucketOf = (row: { status: string; gone: unknown }): 0 | 1 | 2 | 3 => {
  if (row.gone !== null || !isLive(row.status)) return 3;
  if (row.status === 'pending') return 1;
  return row.status === 'snoozed' ? 2 : 0;
};

/** Most urgent first; an unknown priority stands in the middle. */
export const priorityOrder = (priority: string | null): number => {
  switch (priority) {
    case 'escalation':
      return 0;
    case 'urgent':
      return 1;
    case 'high':
      return 2;
    case 'low':
      return 4;
    case null:
      return 5;
    default:
      return 3;
  }
};

const SEPARATOR = '\u001f';

/** Labels as one text in which each can be found as `labelMark(title)`. */
const joinLabels = (labels: readonly string[]): string =>
  labels.length === 0 ? '' : SEPARATOR + labels.join(SEPARATOR) + SEPARATOR;

export const splitLabels = (text: string): string[] =>
  text === '' ? [] : text.slice(1, -1).split(SEPARATOR);

/** What to look for in the column `labels`. */
export const labelMark = (title: string): string => SEPARATOR + title + SEPARATOR;

const whole = (seconds: number | null): number | null => (seconds === null ? null : Math.trunc(seconds));

/** The values of a row, for `insertSql` as they are, for `updateSql` without the id in front and with it last. */
export const rowValues = (row: StoredConversation, run: number, epoch: number): Value[] => {
  const bucket = bucketOf(row);
  const message = row.lastMessage;
  return [
    row.id,
    row.inbox,
    row.channel,
    row.status,
    bucket === 3 ? 0 : 1,
    bucket,
    row.priority,
    priorityOrder(row.priority),
    row.assignee?.type ?? null,
    row.assignee?.id ?? null,
    row.team,
    row.contactId,
    row.contactName,
    row.contactEmail,
    row.contactPhone,
    row.contactIdentifier,
    joinLabels(row.labels),
    row.unread,
    Math.trunc(row.createdAt),
    Math.trunc(row.lastActivityAt),
    whole(row.firstReplyAt),
    whole(row.snoozedUntil),
    bucket === 3 ? null : whole(shownWait(row.wait, row.status).since),
    whole(row.wait.since),
    row.wait.message,
    row.wait.newest === null ? null : row.wait.newest.id,
    row.wait.newest === null ? null : Math.trunc(row.wait.newest.at),
    row.wait.settled,
    row.wait.atLeast ? 1 : 0,
    row.wait.wire ? 1 : 0,
    message === null ? null : message.id,
    message === null ? null : message.text,
    message === null ? null : message.from,
    message === null ? null : Math.trunc(message.at),
    row.serverUpdatedAt,
    row.heard === null ? '' : row.heard.via,
    row.heard === null ? 0 : row.heard.since,
    row.heard === null ? 0 : run,
    epoch,
    row.doubt ? 1 : 0,
    row.gone,
  ];
};

const EPOCH_INDEX = COLUMNS.indexOf('epoch');
const ID_INDEX = COLUMNS.indexOf('id');

/** The values for `quietUpdateSql`; null when an indexed column differs and the whole row must be written. */
export const quietValues = (before: Value[], after: Value[]): Value[] | null => {
  for (let index = 0; index < COLUMNS.length; index += 1) {
    if (before[index] !== after[index] && !QUIET.has(COLUMNS[index] ?? '')) return null;
  }
  return [...quietIndexes.map((index) => after[index] ?? null), after[ID_INDEX] ?? null];
};

/** What to select so that `readRow` can read it. */
export const columnList = COLUMNS.join(', ');

export const selectSql = `SELECT ${columnList} FROM conversation WHERE id = ?`;
export const insertSql = `INSERT INTO conversation (${columnList})
  VALUES (${COLUMNS.map(() => '?').join(', ')})`;
export const updateSql = `UPDATE conversation SET ${COLUMNS.slice(1)
  .map((column) => `${column} = ?`)
  .join(', ')}, blanked = 0 WHERE id = ?`;
export const quietUpdateSql = `UPDATE conversation SET ${quietIndexes
  .map((index) => `${COLUMNS[index]} = ?`)
  .join(', ')}, blanked = 0 WHERE id = ?`;
/** Heard again, nothing new. */
export const stampSql = `UPDATE conversation
  SET server_updated_at = ?, heard_via = ?, heard_since = ?, run = ?, epoch = ?, doubt = ? WHERE id = ?`;

/** A row as `selectSql` gives it in raw mode. */
export type RawRow = [
  id: number,
  inbox: number,
  channel: string,
  status: string,
  live: number,
  bucket: number,
  priority: string | null,
  priorityOrder: number,
  assigneeType: AssigneeKey['type'] | null,
  assigneeId: number | null,
  team: number | null,
  contactId: number | null,
  contactName: string,
  contactEmail: string | null,
  contactPhone: string | null,
  contactIdentifier: string | null,
  labels: string,
  unread: number,
  createdAt: number,
  lastActivityAt: number,
  firstReplyAt: number | null,
  snoozedUntil: number | null,
  waitingSince: number | null,
  waitingRaw: number | null,
  waitingMessage: number | null,
  waitingNewest: number | null,
  waitingNewestAt: number | null,
  waitingSettled: number,
  waitingAtLeast: number,
  wireWaiting: number,
  lastMessageId: number | null,
  lastMessageText: string | null,
  lastMessageFrom: 'customer' | 'agent' | 'bot' | null,
  lastMessageAt: number | null,
  serverUpdatedAt: number | null,
  heardVia: 'rest' | 'socket' | '',
  heardSince: number,
  run: number,
  epoch: number,
  doubt: number,
  gone: 'deleted' | 'invisible' | null,
];

/** A row as a conversation. What another run of the process heard does not order anything in this one. */
export const readRow = (raw: RawRow, run: number): StoredConversation => {
  const [assigneeType, assigneeId] = [raw[8], raw[9]];
  const [newest, newestAt] = [raw[25], raw[26]];
  const [messageId, messageFrom] = [raw[30], raw[32]];
  const heardVia = raw[35];
  return {
    id: raw[0],
    inbox: raw[1],
    channel: raw[2],
    status: raw[3],
    priority: raw[6],
    assignee: assigneeType === null || assigneeId === null ? null : { type: assigneeType, id: assigneeId },
    team: raw[10],
    contactId: raw[11],
    contactName: raw[12],
    contactEmail: raw[13],
    contactPhone: raw[14],
    contactIdentifier: raw[15],
    labels: splitLabels(raw[16]),
    unread: raw[17],
    createdAt: raw[18],
    lastActivityAt: raw[19],
    firstReplyAt: raw[20],
    snoozedUntil: raw[21],
    lastMessage:
      messageId === null || messageFrom === null
        ? null
        : { id: messageId, text: raw[31] ?? '', from: messageFrom, at: raw[33] ?? 0 },
    wait: {
      since: raw[23],
      message: raw[24],
      newest: newest === null || newestAt === null ? null : { id: newest, at: newestAt },
      settled: raw[27],
      atLeast: raw[28] === 1,
      wire: raw[29] === 1,
    },
    serverUpdatedAt: raw[34],
    heard: heardVia === '' || raw[37] !== run ? null : { via: heardVia, since: raw[36] },
    doubt: raw[39] === 1,
    gone: raw[40],
  };
};

/** The connection that last confirmed a row. */
export const epochOf = (raw: RawRow): number => raw[EPOCH_INDEX] as number;
