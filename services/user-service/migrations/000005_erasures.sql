-- Who was erased, until everybody has been told often enough.
CREATE TABLE erasures (
  user_id text COLLATE "C" PRIMARY KEY,
  erased_at timestamptz NOT NULL,
  times_told integer NOT NULL,
  next_at timestamptz NOT NULL
);
CREATE INDEX erasures_due ON erasures (next_at);
-- NULL where its owner was erased: what stands for the address is enough to go on sending nothing to it.
ALTER TABLE suppressions ALTER COLUMN address DROP NOT NULL;
