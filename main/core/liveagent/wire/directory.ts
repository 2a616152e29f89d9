/** Agents, teams, inboxes, labels and the profile as the server writes them, into facts. */
import type { Presence } from '../../../../contract/model.ts';
import type { AgentFact, DirectoryFact, InboxFact, TeamFact } from '../../facts.ts';
import { arrayOf, clip, countOf, has, idOf, objectOf, textOf, type Json } from './json.ts';

/** Codes of the database, in case a fork sends them instead of names. */
const PRESENCE_CODES: readonly Presence[] = ['online', 'offline', 'busy', 'away'];

/** An availability; anything new is `unknown`, nothing is null. */
export const presenceOf = (value: unknown): Presence | null => {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return PRESENCE_CODES[value] ?? 'unknown';
  return PRESENCE_CODES.find((known) => known === value) ?? 'unknown';
};

const nameOf = (json: Json, id: number): string =>
  textOf(json['available_name']) ?? textOf(json['name']) ?? `#${id}`;

/** The list, whether it comes bare or in `payload` or `data`. */
const listIn = (value: unknown): readonly unknown[] | null => {
  const json = objectOf(value);
  return arrayOf(value) ?? arrayOf(json?.['payload']) ?? arrayOf(json?.['data']);
};

/** Reads every element that can be read; null when there is no list. Keeps the first of each id. */
const readList = <T extends { id: number }>(
  value: unknown,
  read: (json: Json, id: number) => T,
): T[] | null => {
  const items = listIn(value);
  if (items === null) return null;
  const found = new Map<number, T>();
  for (const item of items) {
    const json = objectOf(item);
    const id = idOf(json?.['id']);
    if (json !== null && id !== null && !found.has(id)) found.set(id, read(json, id));
  }
  return [...found.values()];
};

/** The limit of conversations of an agent, where the server tells one. Where it does is not documented. */
const limitOf = (json: Json): number | null =>
  countOf(json['conversation_limit']) ?? countOf(objectOf(json['custom_attributes'])?.['conversation_limit']);

/** `GET agents`, `assignable_agents`, `inbox_members`. */
export const readAgents = (value: unknown): AgentFact[] | null =>
  readList(value, (json, id) => ({
    id,
    name: nameOf(json, id),
    role: textOf(json['role'], 60) ?? 'agent',
    presence: presenceOf(json['availability_status']),
    limit: limitOf(json),
  }));

/** Ids of a list of agents: `team_members`, `assignable_agents`. */
export const readAgentIds = (value: unknown): number[] | null =>
  readList(value, (_, id) => ({ id }))?.map(({ id }) => id) ?? null;

export const readTeams = (value: unknown): TeamFact[] | null =>
  readList(value, (json, id) => ({
    id,
    name: textOf(json['name']) ?? `#${id}`,
    // The server's own default; taken when it does not say.
    autoAssign: json['allow_auto_assign'] !== false,
    mine: typeof json['is_member'] === 'boolean' ? json['is_member'] : null,
  }));

export const readInboxes = (value: unknown): InboxFact[] | null =>
  readList(value, (json, id) => ({
    id,
    name: textOf(json['name']) ?? `#${id}`,
    channel: textOf(json['channel_type'], 80) ?? '',
    autoAssign: json['enable_auto_assignment'] === true,
  }));

export const readLabels = (value: unknown): { title: string; color: string }[] | null => {
  const items = listIn(value);
  if (items === null) return null;
  const found = new Map<string, string>();
  for (const item of items) {
    const json = objectOf(item);
    const title = textOf(json?.['title'], 100);
    if (title === null) continue;
    const color = textOf(json?.['color'], 40);
    // Goes into a style: nothing but a plain colour.
    found.set(title, color !== null && /^#[0-9a-f]{3,8}$/i.test(color) ? color : '#808080');
  }
  return [...found].map(([title, color]) => ({ title, color }));
};

export type ProfileAccount = {
  id: number;
  name: string;
  role: string;
  status: string;
  availability: Presence;
  /** Text that sorts by time. */
  activeAt: string;
};

export type Profile = {
  id: number;
  name: string;
  pubsubToken: string | null;
  /** The account the server regards as the active one. */
  activeAccount: number | null;
  accounts: ProfileAccount[];
};

/** `GET profile`; null when it is not a profile. */
export const readProfile = (value: unknown): Profile | null => {
  const outer = objectOf(value);
  const json = objectOf(outer?.['data']) ?? outer;
  const id = idOf(json?.['id']);
  if (json === null || id === null || !(has(json, 'email') || has(json, 'accounts'))) return null;
  const accounts: ProfileAccount[] = [];
  for (const item of arrayOf(json['accounts']) ?? []) {
    const account = objectOf(item);
    const accountId = idOf(account?.['id']);
    if (account === null || accountId === null) continue;
    accounts.push({
      id: accountId,
      name: textOf(account['name'], 200) ?? `#${accountId}`,
      role: textOf(account['role'], 60) ?? 'agent',
      status: textOf(account['status'], 40) ?? 'active',
      // What he chose; what others see depends on who is connected.
      availability: presenceOf(account['availability']) ?? 'unknown',
      activeAt: textOf(account['active_at'], 40) ?? '',
    });
  }
  return {
    id,
    name: nameOf(json, id),
    pubsubToken: textOf(json['pubsub_token'], 200),
    activeAccount: idOf(json['account_id']),
    accounts,
  };
};

/** The profile as a fact about one account; null when the user is not in that account. */
export const meFact = (profile: Profile, accountId: number): (DirectoryFact & { kind: 'me' }) | null => {
  const account = profile.accounts.find(({ id }) => id === accountId);
  return account === undefined
    ? null
    : {
        kind: 'me',
        id: profile.id,
        name: profile.name,
        role: account.role,
        accountId: account.id,
        accountName: account.name,
        availability: account.availability,
        pubsubToken: profile.pubsubToken ?? '',
      };
};

/** `presence.update`: availability by agent id. */
export const readPresence = (users: unknown): (DirectoryFact & { kind: 'presence' }) | null => {
  const json = objectOf(users);
  if (json === null) return null;
  const agents: Record<number, Presence> = {};
  for (const [key, value] of Object.entries(json)) {
    const id = idOf(clip(key, 20));
    if (id !== null) agents[id] = presenceOf(value) ?? 'unknown';
  }
  return { kind: 'presence', agents };
};
