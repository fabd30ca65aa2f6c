-- Up Migration

-- What ended so before it alerted is old news.
UPDATE notifications SET alerted_epoch = epoch WHERE status IN ('unknown', 'expired') AND priority = 'critical';

-- Held on purpose, it waits for a receipt.
DROP INDEX notifications_untold_critical_failures;
CREATE INDEX notifications_untold_critical_failures ON notifications (updated_at, id)
  WHERE status IN ('failed', 'unknown', 'expired') AND priority = 'critical' AND alerted_epoch IS DISTINCT FROM epoch
    AND notification_type <> 'operator_alert'
    AND NOT (status = 'unknown' AND timeline @> '[{"event": "unknown", "reason": "held"}]');

-- Down Migration

DROP INDEX notifications_untold_critical_failures;
CREATE INDEX notifications_untold_critical_failures ON notifications (updated_at, id)
  WHERE status = 'failed' AND priority = 'critical' AND alerted_epoch IS DISTINCT FROM epoch
    AND notification_type <> 'operator_alert';
