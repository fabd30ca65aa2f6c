-- Where client systems are called back.
CREATE TABLE webhooks (
  -- UUIDv7: their order is that of time.
  id uuid PRIMARY KEY,
  url text NOT NULL,
  events text[] NOT NULL,
  -- NULL: of all types.
  notification_types text[],
  -- Encrypted (sealed-secrets.ts). After a rotation the one before signs along for a while.
  secret bytea NOT NULL,
  previous_secret bytea,
  previous_secret_until timestamptz,
  -- NULL: it is enabled.
  disabled_at timestamptz,
  disabled_reason text,
  -- When the first of the failures came that nothing but failures followed. NULL: the last try succeeded.
  failing_since timestamptz,
  last_sequence bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- Each event on its way to each webhook, and for some time afterwards. Without a foreign key: those of a deleted webhook go with their age.
CREATE TABLE deliveries (
  -- Derived from the webhook and the event: a repeated event finds its row.
  id uuid PRIMARY KEY,
  webhook_id uuid NOT NULL,
  sequence bigint NOT NULL,
  type text NOT NULL,
  notification_id uuid,
  occurred_at timestamptz NOT NULL,
  -- JSON, kept as text: every try sends the same bytes.
  data text NOT NULL,
  status text NOT NULL,
  -- Failed ones of the present run of the schedule.
  tries integer NOT NULL DEFAULT 0,
  attempts jsonb NOT NULL DEFAULT '[]',
  -- While it is being sent: when another instance may take it for abandoned. NULL: it is settled.
  next_attempt_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX deliveries_newest ON deliveries (webhook_id, sequence DESC);
CREATE INDEX deliveries_failed ON deliveries (webhook_id, sequence DESC) WHERE status = 'failed';
CREATE INDEX deliveries_due ON deliveries (webhook_id, next_attempt_at) WHERE status = 'pending';
CREATE INDEX deliveries_of_notification ON deliveries (notification_id);
CREATE INDEX deliveries_oldest ON deliveries (created_at);
