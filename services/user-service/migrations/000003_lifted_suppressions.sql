-- When a suppression was deleted: what a provider said before that, and says again, does not bring it back.
CREATE TABLE lifted_suppressions (
  channel text NOT NULL,
  address_digest text COLLATE "C" NOT NULL,
  lifted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (channel, address_digest)
);
