-- Up Migration

-- The epoch whose failure the operators were told of: one that is replayed and fails again is told again.
ALTER TABLE notifications ADD COLUMN alerted_epoch integer;

-- What failed before there were alerts is old news.
UPDATE notifications SET alerted_epoch = epoch WHERE status = 'failed' AND priority = 'critical';

CREATE INDEX notifications_untold_critical_failures ON notifications (updated_at, id)
  WHERE status = 'failed' AND priority = 'critical' AND alerted_epoch IS DISTINCT FROM epoch
    AND notification_type <> 'operator_alert';

-- One row for all instances: who moves `next_at` on tells the operators, and nobody else until then.
CREATE TABLE operator_alerts (
  is_only_row boolean PRIMARY KEY DEFAULT true CHECK (is_only_row),
  next_at timestamptz NOT NULL
);
INSERT INTO operator_alerts (next_at) VALUES (now());

-- Down Migration

DROP TABLE operator_alerts;
DROP INDEX notifications_untold_critical_failures;
ALTER TABLE notifications DROP COLUMN alerted_epoch;
