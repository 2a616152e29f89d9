-- What must not be lost: commands, alerts, drafts, and what happened. Every row carries a checksum of its
-- own, because SQLite does not notice most flipped bits; salvage keeps the rows whose checksum holds.

CREATE TABLE command (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,       -- order in which they were asked for
  id TEXT NOT NULL UNIQUE,
  conversation INTEGER NOT NULL,
  state TEXT NOT NULL,
  settled_at INTEGER,                          -- ms since 1970
  body TEXT NOT NULL,                          -- JSON, all of the command
  checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX command_open ON command (seq) WHERE state IN ('waiting', 'sending', 'refused', 'conflict');
CREATE INDEX command_settled ON command (settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE alert (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,                     -- the key that makes it exactly once
  at INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  body TEXT NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX alert_unseen ON alert (seq) WHERE seen = 0;

-- The last stay of a conversation at a target that was alerted; n counts the stays.
CREATE TABLE last_alerted (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation INTEGER NOT NULL,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  n INTEGER NOT NULL,
  active INTEGER NOT NULL,                     -- 1 = it is still there
  at INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  UNIQUE (conversation, kind, target)
) STRICT;
CREATE INDEX last_alerted_active ON last_alerted (conversation) WHERE active = 1;

-- Short memories about a conversation, such as the team that an assignment removed a moment ago.
CREATE TABLE activity (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation INTEGER NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  body TEXT NOT NULL,
  checksum INTEGER NOT NULL,
  UNIQUE (conversation, kind)
) STRICT;

CREATE TABLE draft (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation INTEGER NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  body TEXT NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
