-- Up Migration

-- What GET /stats tells, added to by whatever changes a notification, in the same transaction. A notification counts in the minute of its created_at;
-- after some hours, minutes become hours. The sum over the shards counts; one row alone may be negative.
CREATE TABLE stats_counters (
  minute timestamptz NOT NULL,
  status text NOT NULL,
  -- Empty where there is none.
  channel text NOT NULL,
  -- The server process of the connection that counted; 0 for hours.
  shard integer NOT NULL,
  count integer NOT NULL,
  PRIMARY KEY (minute, status, channel, shard)
) WITH (fillfactor = 50);

-- Of what a provider took: how long that took, in the buckets of latency-bucket.ts.
CREATE TABLE stats_latencies (
  minute timestamptz NOT NULL,
  bucket smallint NOT NULL,
  shard integer NOT NULL,
  count integer NOT NULL,
  PRIMARY KEY (minute, bucket, shard)
) WITH (fillfactor = 50);

INSERT INTO stats_counters (minute, status, channel, shard, count)
SELECT date_bin('1 minute', created_at, '2000-01-01Z') AS of_minute, status, coalesce(channel, ''), pg_backend_pid(), count(*)
FROM notifications WHERE created_at > now() - interval '8 days' AND is_known
GROUP BY of_minute, status, coalesce(channel, '');

INSERT INTO stats_latencies (minute, bucket, shard, count)
SELECT date_bin('1 minute', created_at, '2000-01-01Z') AS of_minute,
  CASE WHEN ms < 32 THEN ms ELSE shift * 16 + (ms >> shift) END AS of_bucket, pg_backend_pid(), count(*)
FROM notifications
CROSS JOIN LATERAL (
  SELECT (call ->> 'started_at')::timestamptz AS started_at, (call ->> 'duration_ms')::numeric AS duration_ms
  FROM jsonb_array_elements(attempts) WITH ORDINALITY AS calls (call, place)
  WHERE call ->> 'status' IN ('sent', 'delivered') ORDER BY place LIMIT 1
) AS taken
CROSS JOIN LATERAL (
  SELECT greatest(created_at, max((entry ->> 'at')::timestamptz)) AS due_at
  FROM jsonb_array_elements(timeline) AS entry WHERE entry ->> 'event' = 'due'
) AS due
CROSS JOIN LATERAL (
  SELECT least(greatest(floor(extract(epoch FROM started_at - due_at) * 1000 + duration_ms), 0), 2147483647)::integer AS ms
) AS latency
-- The highest bit of it tells its power of two.
CROSS JOIN LATERAL (SELECT 28 - position('1' IN ms::bit(32)::text) AS shift) AS power
WHERE created_at > now() - interval '8 days' AND is_known
GROUP BY of_minute, of_bucket;

-- Down Migration

DROP TABLE stats_latencies;
DROP TABLE stats_counters;
