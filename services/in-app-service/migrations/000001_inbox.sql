-- What a user finds in the application. One row for each hop of a notification that came here.
CREATE TABLE inbox_items (
  -- UUIDv7: their order is that of time.
  id uuid PRIMARY KEY,
  notification_id uuid NOT NULL,
  epoch integer NOT NULL,
  hop integer NOT NULL,
  user_id text NOT NULL,
  title text,
  body text,
  action_url text,
  read_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- A redelivery, or a second attempt after a lost answer, finds its row and adds none.
  CONSTRAINT inbox_items_once UNIQUE (notification_id, epoch, hop)
);

CREATE INDEX inbox_items_newest ON inbox_items (user_id, id DESC);
CREATE INDEX inbox_items_unread ON inbox_items (user_id, id DESC) WHERE read_at IS NULL;
