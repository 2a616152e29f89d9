-- Truth, its cursors and its search index. May be thrown away and fetched again.

CREATE TABLE conversation (
  id INTEGER PRIMARY KEY,                      -- display id
  inbox_id INTEGER NOT NULL,
  channel TEXT NOT NULL,
  status TEXT NOT NULL,
  live INTEGER NOT NULL,                       -- 1 = on the board: not resolved, abandoned, deleted or gone
  bucket INTEGER NOT NULL,                     -- 0 = open or unknown, 1 = pending, 2 = snoozed, 3 = not live
  priority TEXT,
  priority_order INTEGER NOT NULL,             -- 0 = most urgent
  assignee_type TEXT CHECK (assignee_type IN ('agent', 'bot')),
  assignee_id INTEGER,
  team_id INTEGER,
  contact_id INTEGER,
  contact_name TEXT NOT NULL,
  contact_email TEXT,
  contact_phone TEXT,
  contact_identifier TEXT,
  labels TEXT NOT NULL,                        -- '' or titles between U+001F, also before the first and after the last
  unread INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  last_activity_at INTEGER NOT NULL,
  first_reply_at INTEGER,
  snoozed_until INTEGER,
  waiting_since INTEGER,                       -- as shown: none while pending, snoozed or not live
  waiting_raw INTEGER,                         -- the wire's, or derived in merge
  waiting_message INTEGER,                     -- the message that started a derived wait
  waiting_newest INTEGER,                      -- the newest incoming message (derived)
  waiting_newest_at INTEGER,
  waiting_settled INTEGER,                     -- messages up to this one do not wait (derived)
  waiting_at_least INTEGER NOT NULL,
  wire_waiting INTEGER NOT NULL,               -- 1 = the server has sent waiting_since for it
  last_message_id INTEGER,
  last_message_text TEXT,
  last_message_from TEXT,
  last_message_at INTEGER,
  server_updated_at REAL,
  heard_via TEXT NOT NULL,
  heard_since REAL NOT NULL,                   -- monotonic ms of the process run `run`; means nothing in another run
  run INTEGER NOT NULL,
  epoch INTEGER NOT NULL,                      -- the connection that last confirmed it
  doubt INTEGER NOT NULL,                      -- 1 = something newer or contradicting was heard: read it again
  gone TEXT CHECK (gone IN ('deleted', 'invisible')),
  saved_at INTEGER,                            -- ms since 1970 of the last full read of the transcript
  more_before INTEGER NOT NULL DEFAULT 1,      -- 1 = the server has older messages than the saved ones
  blanked INTEGER NOT NULL DEFAULT 0,          -- 1 = contact details and text were removed after it was finished
  lane_queues TEXT NOT NULL GENERATED ALWAYS AS (
    CASE WHEN assignee_id IS NOT NULL THEN assignee_type || ':' || assignee_id
         WHEN team_id IS NOT NULL THEN 'team:' || team_id ELSE 'no-team' END) VIRTUAL,
  lane_agents TEXT NOT NULL GENERATED ALWAYS AS (
    CASE WHEN assignee_id IS NOT NULL THEN assignee_type || ':' || assignee_id ELSE 'unassigned' END) VIRTUAL,
  lane_teams TEXT NOT NULL GENERATED ALWAYS AS (
    CASE WHEN team_id IS NOT NULL THEN 'team:' || team_id ELSE 'no-team' END) VIRTUAL,
  waiting_order INTEGER NOT NULL GENERATED ALWAYS AS (ifnull(waiting_since, 9007199254740991)) VIRTUAL
) STRICT;

-- One partial index for each order of each grouping; rows that are not live cost nothing here.
-- The row id is the last key of every index, and so decides between equals.
CREATE INDEX queues_waiting ON conversation (lane_queues, bucket, waiting_order) WHERE live = 1;
CREATE INDEX queues_activity ON conversation (lane_queues, bucket, last_activity_at) WHERE live = 1;
CREATE INDEX queues_created ON conversation (lane_queues, bucket, created_at) WHERE live = 1;
CREATE INDEX queues_priority ON conversation (lane_queues, bucket, priority_order, waiting_order) WHERE live = 1;
CREATE INDEX agents_waiting ON conversation (lane_agents, bucket, waiting_order) WHERE live = 1;
CREATE INDEX agents_activity ON conversation (lane_agents, bucket, last_activity_at) WHERE live = 1;
CREATE INDEX agents_created ON conversation (lane_agents, bucket, created_at) WHERE live = 1;
CREATE INDEX agents_priority ON conversation (lane_agents, bucket, priority_order, waiting_order) WHERE live = 1;
CREATE INDEX teams_waiting ON conversation (lane_teams, bucket, waiting_order) WHERE live = 1;
CREATE INDEX teams_activity ON conversation (lane_teams, bucket, last_activity_at) WHERE live = 1;
CREATE INDEX teams_created ON conversation (lane_teams, bucket, created_at) WHERE live = 1;
CREATE INDEX teams_priority ON conversation (lane_teams, bucket, priority_order, waiting_order) WHERE live = 1;
-- Counts under a filter read this and nothing else.
CREATE INDEX filtered ON conversation (
  assignee_type, assignee_id, team_id, bucket, status, inbox_id, priority, labels, waiting_since, first_reply_at
) WHERE live = 1;
-- What a sweep has not confirmed.
CREATE INDEX confirmed ON conversation (epoch) WHERE live = 1;
-- What prune blanks and deletes.
CREATE INDEX finished ON conversation (blanked, last_activity_at) WHERE live = 0;

-- Kept with every write, so that lane heads count nothing. `oldest` = the oldest waiting_since.
CREATE TABLE counter (
  grouping TEXT NOT NULL,
  lane TEXT NOT NULL,
  bucket INTEGER NOT NULL,
  count INTEGER NOT NULL,
  not_answered INTEGER NOT NULL,
  oldest INTEGER,
  PRIMARY KEY (grouping, lane, bucket)
) STRICT, WITHOUT ROWID;

CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  conversation_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  sender TEXT,
  sender_type TEXT NOT NULL,
  at INTEGER NOT NULL,
  status TEXT,
  attachments TEXT NOT NULL                    -- JSON array
) STRICT;
CREATE INDEX message_of ON message (conversation_id);

-- Both are keyed by conversation id, so that newest first is row order. They hold no text themselves.
CREATE VIRTUAL TABLE name_search USING fts5 (
  name, content = '', contentless_delete = 1, detail = none, prefix = '2 3',
  tokenize = "unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE text_search USING fts5 (
  text, content = '', contentless_delete = 1, detail = none, prefix = '2 3',
  tokenize = "unicode61 remove_diacritics 2"
);
-- Conversations whose text is not searchable yet; worked off in slices, newest first.
CREATE TABLE text_backlog (conversation_id INTEGER PRIMARY KEY) STRICT;

CREATE TABLE agent (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, presence TEXT NOT NULL,
  capacity INTEGER, departed INTEGER NOT NULL  -- 1 = not in the directory, known from conversations
) STRICT;
CREATE TABLE bot (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE team (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, auto_assign INTEGER NOT NULL,
  gone INTEGER NOT NULL, members_known INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE team_member (
  team_id INTEGER NOT NULL, agent_id INTEGER NOT NULL, PRIMARY KEY (team_id, agent_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE inbox (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, channel TEXT NOT NULL, auto_assign INTEGER NOT NULL,
  assignable_known INTEGER NOT NULL DEFAULT 0, gone INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE assignable (
  inbox_id INTEGER NOT NULL, agent_id INTEGER NOT NULL, PRIMARY KEY (inbox_id, agent_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE label (title TEXT PRIMARY KEY, color TEXT NOT NULL) STRICT;

-- Cursors, watermarks, the profile, abilities of the server: one JSON value a name,
-- committed with the rows they describe.
CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
