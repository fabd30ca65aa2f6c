-- Up Migration

-- What may wait for the end of its user's quiet hours: few at any time, so that it costs the others next to nothing.
CREATE INDEX notifications_not_sent_by_user ON notifications (user_id, id)
  WHERE user_id IS NOT NULL AND status IN ('scheduled', 'processing');

-- Down Migration

DROP INDEX notifications_not_sent_by_user;
