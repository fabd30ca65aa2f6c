-- Up Migration
CREATE TABLE api_keys (
  id text PRIMARY KEY,
  -- SHA-256 of the whole key. The secret has 256 bits, so a plain hash is enough and a slow one would only cost latency.
  key_hash bytea NOT NULL,
  name text NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz
);

-- Down Migration
DROP TABLE api_keys;
