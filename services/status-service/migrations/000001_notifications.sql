-- Up Migration

-- One row for each notification: what was accepted, and what became of it.
CREATE TABLE notifications (
  id uuid PRIMARY KEY,
  status text NOT NULL,
  -- The one that succeeded, else the latest tried.
  channel text,
  -- The position at which the status was reached.
  epoch integer NOT NULL,
  hop integer NOT NULL,
  attempt integer NOT NULL,
  attempts jsonb NOT NULL,
  timeline jsonb NOT NULL,
  notification_type text NOT NULL,
  user_id text,
  correlation_id text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,

  -- From the envelope; a row whose `accepted` event has not come yet is a stub without them.
  is_accepted boolean NOT NULL,
  priority text,
  channels text[] NOT NULL,
  skipped jsonb,
  metadata jsonb NOT NULL,
  traceparent text,

  -- Erasable: they may name a person or hold what was said.
  recipient jsonb,
  content jsonb,
  template jsonb,
  variables jsonb
) WITH (fillfactor = 85);

CREATE INDEX notifications_newest ON notifications (created_at DESC, id DESC);
CREATE INDEX notifications_by_status ON notifications (status, created_at DESC, id DESC);
CREATE INDEX notifications_by_user ON notifications (user_id, created_at DESC, id DESC) WHERE user_id IS NOT NULL;
CREATE INDEX notifications_by_type ON notifications (notification_type, created_at DESC, id DESC);
CREATE INDEX notifications_by_channel ON notifications (channel, created_at DESC, id DESC);
CREATE INDEX notifications_by_priority ON notifications (priority, created_at DESC, id DESC);

-- Every message that could not be handled, as it came.
CREATE TABLE dead_letters (
  id uuid PRIMARY KEY,
  received_at timestamptz NOT NULL,
  notification_id uuid,
  reason text NOT NULL,
  routing_key text NOT NULL,
  headers jsonb NOT NULL,

  -- Erasable: they may name a person or hold what was said.
  detail text,
  body text
);

CREATE INDEX dead_letters_newest ON dead_letters (received_at DESC, id DESC);
CREATE INDEX dead_letters_by_notification ON dead_letters (notification_id) WHERE notification_id IS NOT NULL;

-- Down Migration

DROP TABLE dead_letters;
DROP TABLE notifications;
