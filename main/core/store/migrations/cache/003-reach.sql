-- A saved transcript with covered_at = 0 was saved before anybody wrote down how far it reaches: it counts as behind.
-- Rows of the first schema are so as they stand. To mark each of them would write nearly the whole file anew.

DROP INDEX unsaved;
CREATE INDEX unsaved ON conversation (save_order, bucket, waiting_order)
  WHERE live = 1 AND (saved_at IS NULL OR behind = 1 OR covered_at = 0);

DROP TRIGGER covered;
DROP TRIGGER uncovered;
UPDATE coverage SET saved = (
  SELECT count(*) FROM conversation INDEXED BY confirmed
  WHERE live = 1 AND saved_at IS NOT NULL AND behind = 0 AND covered_at > 0);
CREATE TRIGGER covered AFTER UPDATE OF live, saved_at, behind, covered_at ON conversation
  WHEN (old.live = 1 AND old.saved_at IS NOT NULL AND old.behind = 0 AND old.covered_at > 0)
    <> (new.live = 1 AND new.saved_at IS NOT NULL AND new.behind = 0 AND new.covered_at > 0)
  BEGIN
    UPDATE coverage SET saved = saved
      + (new.live = 1 AND new.saved_at IS NOT NULL AND new.behind = 0 AND new.covered_at > 0)
      - (old.live = 1 AND old.saved_at IS NOT NULL AND old.behind = 0 AND old.covered_at > 0);
  END;
CREATE TRIGGER uncovered AFTER DELETE ON conversation
  WHEN old.live = 1 AND old.saved_at IS NOT NULL AND old.behind = 0 AND old.covered_at > 0
  BEGIN
    UPDATE coverage SET saved = saved - 1;
  END;
