-- Where the numbers of a person are dialled: ISO 3166-1, two letters. The number itself is stored as E.164.
ALTER TABLE users ADD COLUMN country text;
