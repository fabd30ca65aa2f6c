-- Up Migration
ALTER TABLE api_keys
  ADD COLUMN environment text NOT NULL DEFAULT 'live',
  -- Of the secret before the last rotation, which stays good for a while.
  ADD COLUMN previous_hash bytea,
  ADD COLUMN previous_until timestamptz,
  ADD COLUMN expires_at timestamptz,
  -- To the minute.
  ADD COLUMN last_used_at timestamptz;

-- Who changed what, when. Only ever added to.
CREATE TABLE audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  api_key_id text NOT NULL,
  -- The method and the pattern of the path.
  operation text NOT NULL,
  -- What the path names: ids and codes, never a device's token.
  target jsonb NOT NULL,
  status integer NOT NULL,
  correlation_id text NOT NULL
);
CREATE INDEX audit_log_by_key ON audit_log (api_key_id, id DESC);

-- Down Migration
DROP TABLE audit_log;
ALTER TABLE api_keys
  DROP COLUMN environment,
  DROP COLUMN previous_hash,
  DROP COLUMN previous_until,
  DROP COLUMN expires_at,
  DROP COLUMN last_used_at;
