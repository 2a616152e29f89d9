-- How far a saved transcript reaches, so that what is missing is known after a restart too.

ALTER TABLE conversation ADD COLUMN covered_at INTEGER NOT NULL DEFAULT 0; -- last_activity_at up to which the saved messages are complete
ALTER TABLE conversation ADD COLUMN behind INTEGER NOT NULL DEFAULT 0;     -- 1 = newer messages than the saved ones are known to be missing
ALTER TABLE conversation ADD COLUMN opened INTEGER NOT NULL DEFAULT 0;     -- 1 = somebody looked at it: its older messages stay
-- Whose transcript is saved first: that of nobody and no team, of queues, of agents.
ALTER TABLE conversation ADD COLUMN save_order INTEGER GENERATED ALWAYS AS (
  CASE WHEN assignee_id IS NOT NULL THEN 2 WHEN team_id IS NOT NULL THEN 1 ELSE 0 END) VIRTUAL;

-- Nobody knows what was missed before this was written down.
UPDATE conversation SET behind = 1 WHERE saved_at IS NOT NULL;

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
