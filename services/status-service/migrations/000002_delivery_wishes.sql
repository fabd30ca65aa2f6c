-- Up Migration

-- From the envelope: what the record needs to send a notification on by itself.
ALTER TABLE notifications
  ADD COLUMN mode text NOT NULL DEFAULT 'first_success',
  ADD COLUMN send_at timestamptz,
  ADD COLUMN expires_at timestamptz,
  ADD COLUMN confirm_within_seconds integer;

-- Down Migration

ALTER TABLE notifications
  DROP COLUMN mode,
  DROP COLUMN send_at,
  DROP COLUMN expires_at,
  DROP COLUMN confirm_within_seconds;
