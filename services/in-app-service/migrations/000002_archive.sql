-- Up Migration

-- An archived item is out of the inbox. Its row stays, without what it said, so that a redelivery does not bring it back.
ALTER TABLE inbox_items ADD COLUMN archived_at timestamptz;

DROP INDEX inbox_items_newest;
DROP INDEX inbox_items_unread;
CREATE INDEX inbox_items_newest ON inbox_items (user_id, id DESC) WHERE archived_at IS NULL;
CREATE INDEX inbox_items_unread ON inbox_items (user_id, id DESC) WHERE read_at IS NULL AND archived_at IS NULL;

-- Down Migration

DELETE FROM inbox_items WHERE archived_at IS NOT NULL;
DROP INDEX inbox_items_newest;
DROP INDEX inbox_items_unread;
ALTER TABLE inbox_items DROP COLUMN archived_at;
CREATE INDEX inbox_items_newest ON inbox_items (user_id, id DESC);
CREATE INDEX inbox_items_unread ON inbox_items (user_id, id DESC) WHERE read_at IS NULL;
