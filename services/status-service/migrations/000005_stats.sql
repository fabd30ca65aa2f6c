-- Up Migration

-- Carries what statistics count, so that they read the index alone. In place of the one without: every index costs each write.
DROP INDEX notifications_newest;
CREATE INDEX notifications_newest ON notifications (created_at DESC, id DESC) INCLUDE (status, channel);

-- Down Migration

DROP INDEX notifications_newest;
CREATE INDEX notifications_newest ON notifications (created_at DESC, id DESC);
