/** Reads the directory: who may be assigned, in which teams and inboxes, and names of those who are no longer there. */
import type { Database } from 'better-sqlite3';
import type { Agent, Presence } from '../../../contract/model.ts';
import type { Me, TeamsMine } from './directory.ts';
import type { StateStore } from './state.ts';
import type { CacheReader } from './types.ts';

export type DirectoryReader = Pick<CacheReader, 'directory'>;

type AgentRow = {
  id: number;
  name: string;
  role: string;
  presence: Presence;
  capacity: number | null;
  departed: number;
};
type TeamRow = { id: number; name: string; auto_assign: number; gone: number; members_known: number };
type InboxRow = { id: number; name: string; channel: string; auto_assign: number; assignable_known: number };

/** `[key, value]` pairs in order as lists by key. */
const listsOf = (pairs: readonly [number, number][]): Map<number, number[]> => {
  const lists = new Map<number, number[]>();
  for (const [key, value] of pairs) {
    const list = lists.get(key);
    if (list) list.push(value);
    else lists.set(key, [value]);
  }
  return lists;
};

export const createDirectoryReader = (db: Database, state: StateStore): DirectoryReader => {
  const agents = db.prepare<[], AgentRow>('SELECT * FROM agent ORDER BY name COLLATE NOCASE, id');
  const bots = db.prepare<[], { id: number; name: string }>('SELECT id, name FROM bot ORDER BY name, id');
  const teams = db.prepare<[], TeamRow>('SELECT * FROM team ORDER BY name COLLATE NOCASE, id');
  const members = db.prepare<[], [number, number]>('SELECT team_id, agent_id FROM team_member').raw();
  const inboxes = db.prepare<[], InboxRow>(
    'SELECT id, name, channel, auto_assign, assignable_known FROM inbox ORDER BY name COLLATE NOCASE, id',
  );
  const assignable = db.prepare<[], [number, number]>('SELECT inbox_id, agent_id FROM assignable').raw();
  const labels = db.prepare<[], { title: string; color: string }>(
    'SELECT title, color FROM label ORDER BY title',
  );

  return {
    directory: () => {
      const me = state.get('me') as Me | undefined;
      if (me === undefined) return null;
      const membersOf = listsOf(members.all());
      const assignableOf = listsOf(assignable.all());
      const stated = (state.get('teams-mine') ?? {}) as TeamsMine;
      return {
        me: { id: me.id, name: me.name, role: me.role, availability: me.availability },
        account: { id: me.accountId, name: me.accountName },
        agents: agents.all().map(({ id, name, role, presence, capacity, departed }): Agent => ({
          id,
          name,
          role,
          presence,
          limit: capacity,
          left: departed === 1,
        })),
        bots: bots.all(),
        teams: teams.all().map((team) => {
          const members = team.members_known === 1 ? (membersOf.get(team.id) ?? []) : null;
          return {
            id: team.id,
            name: team.name,
            autoAssign: team.auto_assign === 1,
            members,
            mine: stated[team.id] ?? members?.includes(me.id) ?? null,
            gone: team.gone === 1,
          };
        }),
        inboxes: inboxes.all().map((inbox) => ({
          id: inbox.id,
          name: inbox.name,
          channel: inbox.channel,
          autoAssign: inbox.auto_assign === 1,
          assignable: inbox.assignable_known === 1 ? (assignableOf.get(inbox.id) ?? []) : null,
        })),
        labels: labels.all(),
      };
    },
  };
};
