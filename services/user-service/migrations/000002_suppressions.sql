-- Addresses to which nothing is sent. The digest tells them apart, whatever their case.
-- Listed by id, newest first: a UUID v7 begins with its time.
CREATE TABLE suppressions (
  id uuid PRIMARY KEY,
  channel text NOT NULL,
  address text NOT NULL,
  address_digest text COLLATE "C" NOT NULL,
  reason text NOT NULL,
  provider text,
  error_code text,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (channel, address_digest)
);
