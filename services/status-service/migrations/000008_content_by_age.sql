-- Up Migration

-- Finds what is old enough to lose its content, and is as small as what still has it. Erased rows leave it.
CREATE INDEX notifications_with_content ON notifications (notification_type, created_at) WHERE recipient IS NOT NULL;
CREATE INDEX dead_letters_with_body ON dead_letters (received_at) WHERE body IS NOT NULL;

-- Down Migration

DROP INDEX dead_letters_with_body;
DROP INDEX notifications_with_content;
