-- Up Migration

-- False while only receipts told of it: they may be for a message that is not ours.
ALTER TABLE notifications ADD COLUMN is_known boolean NOT NULL DEFAULT true;

-- Down Migration

DELETE FROM notifications WHERE NOT is_known;
ALTER TABLE notifications DROP COLUMN is_known;
