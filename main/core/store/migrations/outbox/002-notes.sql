-- Private notes, in the order they were written. Apart from commands: a note has no base, no wish and no
-- conflict, and waits for no move.

CREATE TABLE note (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  conversation INTEGER NOT NULL,
  state TEXT NOT NULL,
  settled_at INTEGER,                          -- ms since 1970
  body TEXT NOT NULL,                          -- JSON, all of the note
  checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX note_open ON note (seq) WHERE state IN ('waiting', 'sending', 'refused');
