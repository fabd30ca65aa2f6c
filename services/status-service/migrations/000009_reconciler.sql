-- Up Migration

-- True while the status is `unknown` only because nothing was heard any more.
ALTER TABLE notifications ADD COLUMN is_guess boolean NOT NULL DEFAULT false;

-- What is not settled, by when something was last heard of it or should have been.
CREATE INDEX notifications_not_settled ON notifications (greatest(updated_at, send_at), id)
  WHERE status IN ('accepted', 'scheduled', 'processing', 'retrying');

-- Down Migration

DROP INDEX notifications_not_settled;
ALTER TABLE notifications DROP COLUMN is_guess;
