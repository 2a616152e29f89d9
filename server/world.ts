/** The tables in memory with the few indexes that requests need; every change goes through insert, touch or remove. */
import type { Account, Conversation, Inbox, Kind, Membership, Message, Tables, Team, User } from './model.ts';
import { kinds } from './model.ts';

/** Told about every changed row; `row` is null when it was removed. */
export type ChangeListener = (kind: Kind, id: number, row: object | null) => void;

export type Rows = { [K in Kind]: Map<number, Tables[K]> };

/** A whole world as plain data. */
export type WorldDump = { [K in Kind]: Tables[K][] } & { sequences: Record<string, number> };

export interface World {
  readonly rows: Readonly<Rows>;
  nextId(kind: Kind): number;
  /** The last id that was given out. */
  peekId(kind: Kind): number;
  /** The next id of a kind is at least this. */
  reserveIds(kind: Kind, from: number): void;
  insert<K extends Kind>(kind: K, row: Tables[K]): Tables[K];
  /** Says that a row was changed in place. */
  touch(kind: Kind, id: number): void;
  remove(kind: Kind, id: number): void;
  account(id: number): Account | undefined;
  membership(accountId: number, userId: number | null): Membership | undefined;
  membershipsOf(accountId: number): Membership[];
  userByToken(token: string): User | undefined;
  conversation(accountId: number, displayId: number): Conversation | undefined;
  /** In the order of internal ids; do not change it. */
  conversationsOf(accountId: number): readonly Conversation[];
  /** Oldest first; do not change it. */
  messagesOf(conversationId: number): readonly Message[];
  inboxesOf(accountId: number): Inbox[];
  teamsOf(accountId: number): Team[];
  /** Goes up with every change of a conversation; sorted lists are kept by it. */
  conversationsVersion(): number;
  /** Goes up when conversations come or go. */
  membershipVersion(): number;
  onChange(listener: ChangeListener | null): void;
  dump(): WorldDump;
  /** Replaces everything. */
  load(dump: WorldDump): void;
}

const noMessages: readonly Message[] = [];

export function createWorld(): World {
  const rows: Rows = {
    account: new Map(),
    user: new Map(),
    membership: new Map(),
    team: new Map(),
    inbox: new Map(),
    bot: new Map(),
    label: new Map(),
    contact: new Map(),
    contactInbox: new Map(),
    conversation: new Map(),
    message: new Map(),
    notification: new Map(),
  };
  const sequences = new Map<Kind, number>();
  let memberships = new Map<string, Membership>();
  let tokens = new Map<string, User>();
  let byDisplay = new Map<number, Map<number, Conversation>>();
  let byAccount = new Map<number, Conversation[]>();
  let messages = new Map<number, Message[]>();
  let version = 0;
  let structure = 0;
  let listener: ChangeListener | null = null;

  const index = (kind: Kind, row: object): void => {
    switch (kind) {
      case 'membership': {
        const membership = row as Membership;
        memberships.set(`${membership.accountId}:${membership.userId}`, membership);
        break;
      }
      case 'user': {
        const user = row as User;
        tokens.set(user.token, user);
        break;
      }
      case 'conversation': {
        const conversation = row as Conversation;
        let displays = byDisplay.get(conversation.accountId);
        if (displays === undefined) byDisplay.set(conversation.accountId, (displays = new Map()));
        displays.set(conversation.displayId, conversation);
        let list = byAccount.get(conversation.accountId);
        if (list === undefined) byAccount.set(conversation.accountId, (list = []));
        list.push(conversation);
        version++;
        structure++;
        break;
      }
      case 'message': {
        const message = row as Message;
        const list = messages.get(message.conversationId);
        if (list === undefined) messages.set(message.conversationId, [message]);
        else list.push(message);
        break;
      }
      default:
    }
  };

  const unindex = (kind: Kind, row: object): void => {
    switch (kind) {
      case 'membership': {
        const membership = row as Membership;
        memberships.delete(`${membership.accountId}:${membership.userId}`);
        break;
      }
      case 'user':
        tokens.delete((row as User).token);
        break;
      case 'conversation': {
        const conversation = row as Conversation;
        byDisplay.get(conversation.accountId)?.delete(conversation.displayId);
        const list = byAccount.get(conversation.accountId);
        if (list !== undefined)
          byAccount.set(
            conversation.accountId,
            list.filter((other) => other !== conversation),
          );
        version++;
        structure++;
        break;
      }
      case 'message': {
        const message = row as Message;
        const list = messages.get(message.conversationId);
        if (list !== undefined)
          messages.set(
            message.conversationId,
            list.filter((other) => other !== message),
          );
        break;
      }
      default:
    }
  };

  const world: World = {
    rows,
    nextId: (kind) => {
      const id = (sequences.get(kind) ?? 0) + 1;
      sequences.set(kind, id);
      return id;
    },
    peekId: (kind) => sequences.get(kind) ?? 0,
    reserveIds: (kind, from) => {
      sequences.set(kind, Math.max(sequences.get(kind) ?? 0, from - 1));
    },
    insert: (kind, row) => {
      (rows[kind] as Map<number, typeof row>).set(row.id, row);
      sequences.set(kind, Math.max(sequences.get(kind) ?? 0, row.id));
      index(kind, row);
      listener?.(kind, row.id, row);
      return row;
    },
    touch: (kind, id) => {
      const row = rows[kind].get(id);
      if (row === undefined) return;
      if (kind === 'conversation') version++;
      if (kind === 'user') {
        // The token may be another one now.
        const user = row as User;
        for (const [token, owner] of tokens) if (owner === user && token !== user.token) tokens.delete(token);
        tokens.set(user.token, user);
      }
      listener?.(kind, id, row);
    },
    remove: (kind, id) => {
      const row = rows[kind].get(id);
      if (row === undefined) return;
      rows[kind].delete(id);
      unindex(kind, row);
      listener?.(kind, id, null);
    },
    account: (id) => rows.account.get(id),
    membership: (accountId, userId) =>
      userId === null ? undefined : memberships.get(`${accountId}:${userId}`),
    membershipsOf: (accountId) => [...rows.membership.values()].filter((row) => row.accountId === accountId),
    userByToken: (token) => tokens.get(token),
    conversation: (accountId, displayId) => byDisplay.get(accountId)?.get(displayId),
    conversationsOf: (accountId) => byAccount.get(accountId) ?? [],
    messagesOf: (conversationId) => messages.get(conversationId) ?? noMessages,
    inboxesOf: (accountId) => [...rows.inbox.values()].filter((row) => row.accountId === accountId),
    teamsOf: (accountId) => [...rows.team.values()].filter((row) => row.accountId === accountId),
    conversationsVersion: () => version,
    membershipVersion: () => structure,
    onChange: (next) => {
      listener = next;
    },
    dump: () => {
      const dump: Record<string, unknown> = {
        sequences: Object.fromEntries(kinds.map((kind) => [kind, sequences.get(kind) ?? 0])),
      };
      for (const kind of kinds) dump[kind] = structuredClone([...rows[kind].values()]);
      return dump as WorldDump;
    },
    load: (dump) => {
      const before = kinds.map((kind) => [kind, [...rows[kind].keys()]] as const);
      for (const kind of kinds) rows[kind].clear();
      memberships = new Map();
      tokens = new Map();
      byDisplay = new Map();
      byAccount = new Map();
      messages = new Map();
      sequences.clear();
      version++;
      structure++;
      const copy = structuredClone(dump);
      for (const kind of kinds) {
        for (const row of copy[kind]) {
          (rows[kind] as Map<number, object>).set(row.id, row);
          index(kind, row);
          listener?.(kind, row.id, row);
        }
        sequences.set(kind, copy.sequences[kind] ?? 0);
      }
      for (const [kind, ids] of before) {
        for (const id of ids) if (!rows[kind].has(id)) listener?.(kind, id, null);
      }
    },
  };
  return world;
}
