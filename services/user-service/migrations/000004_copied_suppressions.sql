-- What stands for the address in Redis: a digest with a key (packages/claims/src/address-digest.ts). NULL until it is copied; another
-- secret makes another, which the next load writes. address_digest stays as it is: what is one address must not depend on a secret.
ALTER TABLE suppressions ADD COLUMN copied_as text COLLATE "C";
CREATE INDEX suppressions_copied_as ON suppressions (channel, copied_as);
