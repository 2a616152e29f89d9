/** Writes the directory: agents, teams, memberships, inboxes, labels, and names that only conversations mention. */
import type { Database } from 'better-sqlite3';
import type { Presence, Topic } from '../../../contract/model.ts';
import type { ConversationFields, DirectoryFact } from '../facts.ts';
import type { StateStore } from './state.ts';

/** The profile as kept in `state('me')`; the socket's token is a secret and is not kept. */
export type Me = {
  id: number;
  name: string;
  role: string;
  accountId: number;
  accountName: string;
  availability: Presence;
};

/** By team, as the list of teams says it: whether the user is a member. Kept in `state('teams-mine')`. */
export type TeamsMine = Record<number, boolean>;

export type DirectoryWriter = {
  apply: (fact: DirectoryFact, topics: Set<Topic>) => void;
  /** Keeps the names that came with a conversation, so that its lane has one. */
  mention: (fields: Partial<ConversationFields>, topics: Set<Topic>) => void;
  /** Forgets what is remembered of the tables, after a transaction that failed. */
  reset: () => void;
};

/** Members that are in one list and not in the other. */
const difference = (before: readonly number[], after: readonly number[]): number[] => {
  const [old, now] = [new Set(before), new Set(after)];
  return [...before.filter((id) => !now.has(id)), ...after.filter((id) => !old.has(id))];
};

export const createDirectoryWriter = (db: Database, state: StateStore): DirectoryWriter => {
  const upsertAgent = db.prepare<[number, string, string, string | null, number | null]>(
    `INSERT INTO agent (id, name, role, presence, capacity, departed) VALUES (?, ?, ?, ifnull(?, 'unknown'), ?, 0)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role, capacity = excluded.capacity,
       presence = CASE excluded.presence WHEN 'unknown' THEN presence ELSE excluded.presence END, departed = 0`,
  );
  const allDeparted = db.prepare('UPDATE agent SET departed = 1');
  const setPresence = db.prepare<[string, number, string]>(
    'UPDATE agent SET presence = ? WHERE id = ? AND presence <> ?',
  );
  const mentionAgent = db.prepare<[number, string]>(
    `INSERT INTO agent (id, name, role, presence, departed) VALUES (?, ?, '', 'unknown', 1)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE departed = 1`,
  );
  const mentionBot = db.prepare<[number, string]>(
    'INSERT INTO bot (id, name) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name',
  );
  const mentionTeam = db.prepare<[number, string]>(
    `INSERT INTO team (id, name, auto_assign, gone) VALUES (?, ?, 0, 1)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE gone = 1`,
  );
  const upsertTeam = db.prepare<[number, string, number]>(
    `INSERT INTO team (id, name, auto_assign, gone) VALUES (?, ?, ?, 0)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, auto_assign = excluded.auto_assign, gone = 0`,
  );
  const allTeamsGone = db.prepare('UPDATE team SET gone = 1');
  const members = db.prepare<[number], number>('SELECT agent_id FROM team_member WHERE team_id = ?').pluck();
  const membersKnown = db.prepare<[number], number>('SELECT members_known FROM team WHERE id = ?').pluck();
  const setMembersKnown = db.prepare<[number]>('UPDATE team SET members_known = 1 WHERE id = ?');
  const addTeam = db.prepare<[number]>(
    `INSERT OR IGNORE INTO team (id, name, auto_assign, gone) VALUES (?, '', 0, 1)`,
  );
  const removeMembers = db.prepare<[number]>('DELETE FROM team_member WHERE team_id = ?');
  const addMember = db.prepare<[number, number]>(
    'INSERT OR IGNORE INTO team_member (team_id, agent_id) VALUES (?, ?)',
  );
  const upsertInbox = db.prepare<[number, string, string, number]>(
    `INSERT INTO inbox (id, name, channel, auto_assign, gone) VALUES (?, ?, ?, ?, 0)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, channel = excluded.channel,
       auto_assign = excluded.auto_assign, gone = 0`,
  );
  const allInboxesGone = db.prepare('UPDATE inbox SET gone = 1');
  const setAssignableKnown = db.prepare<[number]>('UPDATE inbox SET assignable_known = 1 WHERE id = ?');
  const removeAssignable = db.prepare<[number]>('DELETE FROM assignable WHERE inbox_id = ?');
  const addAssignable = db.prepare<[number, number]>(
    'INSERT OR IGNORE INTO assignable (inbox_id, agent_id) VALUES (?, ?)',
  );
  const removeLabels = db.prepare('DELETE FROM label');
  const addLabel = db.prepare<[string, string]>('INSERT OR REPLACE INTO label (title, color) VALUES (?, ?)');

  /** Names already stored, so that a bulk load asks the tables once for each. */
  const names = {
    agent: new Map<number, string>(),
    bot: new Map<number, string>(),
    team: new Map<number, string>(),
  };
  const reset = (): void => {
    for (const known of Object.values(names)) known.clear();
  };

  const setMembers = (team: number, ids: readonly number[], topics: Set<Topic>): void => {
    const before = members.all(team);
    const changed = difference(before, ids);
    const first = membersKnown.get(team) !== 1;
    if (!first && changed.length === 0) return;
    addTeam.run(team);
    removeMembers.run(team);
    for (const id of ids) addMember.run(team, id);
    setMembersKnown.run(team);
    topics.add('directory');
    // A card says when its agent is not in its team: the cards of these may say it now, or no longer.
    topics.add(`lane:teams:team:${team}`);
    for (const row of first ? holders.all(team) : changed) {
      topics.add(`lane:queues:agent:${row}`);
      topics.add(`lane:agents:agent:${row}`);
    }
  };
  /** Agents who hold conversations of a team. */
  const holders = db
    .prepare<[number], number>(
      `SELECT DISTINCT assignee_id FROM conversation INDEXED BY filtered
       WHERE live = 1 AND assignee_type = 'agent' AND team_id = ?`,
    )
    .pluck();

  return {
    reset,
    mention: (fields, topics) => {
      const { assignee, assigneeName, team, teamName } = fields;
      if (assignee && assigneeName && names[assignee.type].get(assignee.id) !== assigneeName) {
        const mention = assignee.type === 'agent' ? mentionAgent : mentionBot;
        if (mention.run(assignee.id, assigneeName).changes > 0) topics.add('directory');
        names[assignee.type].set(assignee.id, assigneeName);
      }
      if (typeof team === 'number' && teamName && names.team.get(team) !== teamName) {
        if (mentionTeam.run(team, teamName).changes > 0) topics.add('directory');
        names.team.set(team, teamName);
      }
    },
    apply: (fact, topics) => {
      switch (fact.kind) {
        case 'me': {
          const { id, name, role, accountId = 0, accountName, availability } = fact;
          state.set('me', { id, name, role, accountId, accountName, availability } satisfies Me);
          break;
        }
        case 'agents':
          allDeparted.run();
          for (const { id, name, role, presence, limit } of fact.agents) {
            upsertAgent.run(id, name, role, presence, limit);
          }
          reset();
          break;
        case 'teams': {
          allTeamsGone.run();
          const stated: TeamsMine = {};
          for (const { id, name, autoAssign, mine } of fact.teams) {
            upsertTeam.run(id, name, autoAssign ? 1 : 0);
            if (mine !== null) stated[id] = mine;
          }
          state.set('teams-mine', stated);
          reset();
          break;
        }
        case 'team-members':
          setMembers(fact.team, fact.members, topics);
          return;
        case 'inboxes':
          allInboxesGone.run();
          for (const { id, name, channel, autoAssign } of fact.inboxes) {
            upsertInbox.run(id, name, channel, autoAssign ? 1 : 0);
          }
          break;
        case 'assignable':
          removeAssignable.run(fact.inbox);
          for (const agent of fact.agents) addAssignable.run(fact.inbox, agent);
          setAssignableKnown.run(fact.inbox);
          break;
        case 'labels':
          removeLabels.run();
          for (const { title, color } of fact.labels) addLabel.run(title, color);
          break;
        case 'presence': {
          let changed = 0;
          for (const [id, presence] of Object.entries(fact.agents)) {
            changed += setPresence.run(presence, Number(id), presence).changes;
          }
          if (changed === 0) return;
          break;
        }
      }
      topics.add('directory');
    },
  };
};
