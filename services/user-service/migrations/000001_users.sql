-- "C": lists are paged by user_id, and must not depend on the server's language.
-- json rather than jsonb: it keeps what was given, as it was given, NUL included. SQL must not look into it: PostgreSQL's
-- JSON functions fail on such a text.
CREATE TABLE users (
  user_id text COLLATE "C" PRIMARY KEY,
  email text,
  phone text,
  locale text,
  timezone text,
  name text,
  metadata json NOT NULL,
  preferences json NOT NULL DEFAULT '{"channels": {}, "types": {}}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- A token names one device, and a device belongs to one user at a time.
-- Its hash is the key, since a token may be longer than an index entry.
CREATE TABLE devices (
  token_hash bytea PRIMARY KEY,
  device_id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  user_id text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
  token text NOT NULL,
  platform text NOT NULL,
  provider text NOT NULL,
  registered_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX devices_of_user ON devices (user_id, device_id);
