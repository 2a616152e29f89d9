/** A backup of the modelled server: what it stores, as it was, and what is lost when it is put back. */
import type { Change, Conversation, Notification, Standing, Surroundings, Truth, User } from './records.ts';
import { standingOf } from './records.ts';

const stored = [
  'teams',
  'inboxes',
  'bots',
  'labels',
  'conversations',
  'notifications',
  'ids',
] as const satisfies readonly (keyof Truth)[];
type Stored = Pick<Truth, (typeof stored)[number]>;

/**
 * Rows and the counters of their ids. Of people it holds who was in the account and how available: their tokens, streams
 * and presence stay as they are now, like the switches of the installation (limit, size of a page).
 */
export type Backup = Stored & { people: Map<number, Pick<User, 'left' | 'availability'>> };

/** A conversation that is there before and after, and says less of itself than it did. */
export type Younger = {
  conversation: number;
  /** Server seconds of what it said last before. */
  said: number;
};

/** What putting a backup back did. */
export type Restored = {
  /** Conversations that are there no more: their ids will be given once more. */
  gone: number[];
  /** Those that are there again. */
  back: number[];
  /** Those that hold something else than before. */
  differ: number[];
  /** Of `differ` those that anybody can tell by what only ever grows: last activity and last change, or when it began. */
  younger: Younger[];
  /** Notifications that are there no more. */
  notifications: Notification[];
  /** Private notes that are there no more. */
  notes: { conversation: number; user: number; text: string }[];
  /** Teams and inboxes with other members than before, or none any more. */
  teams: number[];
  inboxes: number[];
};

/** Clocks of one server's processes differ; what is no older than this (seconds) may pass for an error of theirs. */
const TELLING_S = 11;
/** Where a change leaves no time of its own, an activity alone must be so much older. */
const TELLING_ALONE_S = 61;

const storedOf = (truth: Truth): Stored =>
  structuredClone({
    teams: truth.teams,
    inboxes: truth.inboxes,
    bots: truth.bots,
    labels: truth.labels,
    conversations: truth.conversations,
    notifications: truth.notifications,
    ids: truth.ids,
  });

/** A copy that nothing changes any more. */
export const takeBackup = (truth: Truth): Backup => ({
  ...storedOf(truth),
  people: new Map(
    [...truth.users.values()].map(({ id, left, availability }) => [id, { left, availability }]),
  ),
});

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const notesOf = (conversations: Iterable<Conversation>): Restored['notes'] =>
  [...conversations].flatMap((c) =>
    c.messages.flatMap((message) =>
      message.private && message.sender?.kind === 'user'
        ? [{ conversation: c.id, user: message.sender.id, text: message.text }]
        : [],
    ),
  );

/** Those of `before` that `after` lacks, each as often as it is missing. */
const missing = (before: Restored['notes'], after: Restored['notes']): Restored['notes'] => {
  const left = after.map((note) => JSON.stringify(note));
  return before.filter((note) => {
    const at = left.indexOf(JSON.stringify(note));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
};

const isYounger = (before: Conversation, after: Conversation, tellsChanges: boolean): boolean =>
  after.createdAt < before.createdAt - TELLING_S ||
  (tellsChanges
    ? after.activityAt < before.activityAt - TELLING_S && after.updatedAt < before.updatedAt - TELLING_S
    : after.activityAt < before.activityAt - TELLING_ALONE_S);

const members = (group: { members: number[] } | undefined): string =>
  JSON.stringify(group?.members.toSorted((a, b) => a - b) ?? null);
const otherMembers = (
  before: ReadonlyMap<number, { members: number[] }>,
  after: ReadonlyMap<number, { members: number[] }>,
): number[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter(
    (id) => members(before.get(id)) !== members(after.get(id)),
  );

/** Puts a backup back and tells the run of each conversation that stands elsewhere, or is there no more. Nobody else is told. */
export const restoreBackup = (truth: Truth, around: Surroundings, backup: Backup): Restored => {
  const before = storedOf(truth);
  // Copied once more: it may be put back again.
  const after = structuredClone(backup);
  truth.teams = after.teams;
  truth.inboxes = after.inboxes;
  truth.bots = after.bots;
  truth.labels = after.labels;
  truth.conversations = after.conversations;
  truth.notifications = after.notifications;
  truth.ids = after.ids;
  for (const [id, { left, availability }] of after.people) {
    const user = truth.users.get(id);
    if (user) Object.assign(user, { left, availability });
  }
  const both = [...before.conversations.values()].flatMap((was) => {
    const is = after.conversations.get(was.id);
    return is && !same(was, is) ? [{ was, is }] : [];
  });
  const actor: Change['actor'] = { user: null, request: null };
  const changed = (conversation: number, from: Standing | null, to: Standing | null) => {
    if (!same(from, to)) around.onChange({ conversation, actor, before: from, after: to, restored: true });
  };
  const gone = [...before.conversations.values()].filter((c) => !after.conversations.has(c.id));
  const back = [...after.conversations.values()].filter((c) => !before.conversations.has(c.id));
  for (const c of gone) changed(c.id, standingOf(c), null);
  for (const c of back) changed(c.id, null, standingOf(c));
  for (const { was, is } of both) changed(was.id, standingOf(was), standingOf(is));
  const kept = new Set(after.notifications.map(({ id }) => id));
  return {
    gone: gone.map(({ id }) => id),
    back: back.map(({ id }) => id),
    differ: both.map(({ was }) => was.id),
    younger: both
      .filter(({ was, is }) => isYounger(was, is, truth.abilities.updatedAt))
      .map(({ was }) => ({ conversation: was.id, said: Math.max(was.activityAt, was.updatedAt) })),
    notifications: before.notifications.filter(({ id }) => !kept.has(id)),
    notes: missing(notesOf(before.conversations.values()), notesOf(after.conversations.values())),
    teams: otherMembers(before.teams, after.teams),
    inboxes: otherMembers(before.inboxes, after.inboxes),
  };
};
