-- Truth, its cursors and its search index. May be thrown away and fetched again.

CREATE TABLE conversation (
  id INTEGER PRIMARY KEY,                      -- display id
  inbox_id INTEGER NOT NULL,
  channel TEXT NOT NULL,
  status TEXT NOT NULL,
  live INTEGER NOT NULL,                       -- 1 = not resolved, abandoned or deleted
  priority TEXT,
  priority_rank INTEGER NOT NULL,              -- 0 = none, higher = more urgent
  assignee_type TEXT CHECK (assignee_type IN ('agent', 'bot')),
  assignee_id INTEGER,
  team_id INTEGER,
  contact_id INTEGER,
  contact_name TEXT NOT NULL,
  contact_email TEXT,
  contact_phone TEXT,
  contact_identifier TEXT,
  labels TEXT NOT NULL DEFAULT '[]',           -- JSON array of titles
  unread INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  last_activity_at INTEGER NOT NULL,
  first_reply_at INTEGER,
  snoozed_until INTEGER,
  waiting_since INTEGER,                       -- the wire's, or derived in merge
  waiting_at_least INTEGER NOT NULL DEFAULT 0,
  wire_waiting INTEGER NOT NULL DEFAULT 0,     -- 1 = the server has sent waiting_since for it
  last_message_id INTEGER,
  last_message_text TEXT,
  last_message_from TEXT,
  last_message_at INTEGER,
  server_updated_at REAL,
  heard_via TEXT NOT NULL,
  heard_since REAL NOT NULL,                   -- monotonic ms of this run; meaningless in another epoch
  epoch INTEGER NOT NULL,                      -- the connection epoch that last confirmed it
  gone TEXT CHECK (gone IN ('deleted', 'invisible')),
  saved_at INTEGER,                            -- ms since 1970 of the last full transcript read
  lane_queues TEXT GENERATED ALWAYS AS (
    CASE WHEN assignee_id IS NOT NULL THEN assignee_type || ':' || assignee_id
         WHEN team_id IS NOT NULL THEN 'team:' || team_id ELSE 'no-team' END) VIRTUAL,
  lane_agents TEXT GENERATED ALWAYS AS (
    CASE WHEN assignee_id IS NOT NULL THEN assignee_type || ':' || assignee_id ELSE 'unassigned' END) VIRTUAL,
  lane_teams TEXT GENERATED ALWAYS AS (
    CASE WHEN team_id IS NOT NULL THEN 'team:' || team_id ELSE 'no-team' END) VIRTUAL
) STRICT;

CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  conversation_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  sender TEXT,
  sender_type TEXT NOT NULL,
  at INTEGER NOT NULL,
  status TEXT,
  attachments TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE INDEX message_of ON message (conversation_id, id);

CREATE TABLE agent (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, presence TEXT NOT NULL,
  capacity INTEGER, departed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE bot (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE team (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, auto_assign INTEGER NOT NULL,
  gone INTEGER NOT NULL DEFAULT 0, members_known INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE team_member (team_id INTEGER NOT NULL, agent_id INTEGER NOT NULL, PRIMARY KEY (team_id, agent_id)) STRICT, WITHOUT ROWID;
CREATE TABLE inbox (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, channel TEXT NOT NULL, auto_assign INTEGER NOT NULL,
  assignable_known INTEGER NOT NULL DEFAULT 0, gone INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE assignable (inbox_id INTEGER NOT NULL, agent_id INTEGER NOT NULL, PRIMARY KEY (inbox_id, agent_id)) STRICT, WITHOUT ROWID;
CREATE TABLE label (title TEXT PRIMARY KEY, color TEXT NOT NULL) STRICT;

-- Cursors, watermarks, the profile, abilities of the server: one JSON value a name,
-- committed with the rows they describe.
CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
