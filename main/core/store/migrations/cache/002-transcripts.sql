-- How far a saved transcript reaches, so that what is missing is known after a restart too.

-- Four columns: covered_at = last_activity_at up to which the saved messages are complete; behind: 1 = newer messages
-- than the saved ones are known to be missing; opened: 1 = somebody looked at it, and its older messages stay;
-- save_order = whose transcript is saved first: that of nobody and no team, of queues, of agents.
-- The text is what ALTER TABLE ADD COLUMN would leave. That reads all rows of a STRICT table for every column.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = substr(sql, 1, length(sql) - length(') STRICT'))
  || ', covered_at INTEGER NOT NULL DEFAULT 0, behind INTEGER NOT NULL DEFAULT 0, opened INTEGER NOT NULL DEFAULT 0, save_order INTEGER GENERATED ALWAYS AS (
  CASE WHEN assignee_id IS NOT NULL THEN 2 WHEN team_id IS NOT NULL THEN 1 ELSE 0 END) VIRTUAL) STRICT'
  WHERE type = 'table' AND name = 'conversation';
PRAGMA writable_schema = RESET;

CREATE INDEX unsaved ON conversation (save_order, bucket, waiting_order)
  WHERE live = 1 AND (saved_at IS NULL OR behind = 1);

-- Live conversations whose transcript is saved and complete; kept with every write, so that nothing counts them.
CREATE TABLE coverage (one INTEGER PRIMARY KEY CHECK (one = 1), saved INTEGER NOT NULL) STRICT;
INSERT INTO coverage (one, saved) VALUES (1, 0);
CREATE TRIGGER covered AFTER UPDATE OF live, saved_at, behind ON conversation
  WHEN (old.live = 1 AND old.saved_at IS NOT NULL AND old.behind = 0)
    <> (new.live = 1 AND new.saved_at IS NOT NULL AND new.behind = 0)
  BEGIN
    UPDATE coverage SET saved = saved + (new.live = 1 AND new.saved_at IS NOT NULL AND new.behind = 0)
      - (old.live = 1 AND old.saved_at IS NOT NULL AND old.behind = 0);
  END;
CREATE TRIGGER uncovered AFTER DELETE ON conversation
  WHEN old.live = 1 AND old.saved_at IS NOT NULL AND old.behind = 0
  BEGIN
    UPDATE coverage SET saved = saved - 1;
  END;
