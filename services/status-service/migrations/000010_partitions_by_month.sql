-- Up Migration

-- The least id that can be made at a time: ids are UUIDs of version 7, which begin with the milliseconds since 1970.
CREATE FUNCTION first_id_at(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT AS
  $$ SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid $$;

-- One partition for each month of the ids; the service creates them ahead and drops what is old. What there is becomes one partition that ends
-- with this month. Only its check reads rows; where there are many, docs/architecture.md says how to make it beforehand.
DO $$
DECLARE
  old record;
  next_month uuid := first_id_at((date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC');
BEGIN
  CREATE TEMPORARY TABLE old_indexes ON COMMIT DROP AS
    SELECT indexname AS name, indexdef AS definition FROM pg_indexes
    WHERE schemaname = current_schema AND tablename = 'notifications';
  ALTER TABLE notifications RENAME TO notifications_before;
  FOR old IN SELECT name FROM old_indexes LOOP
    EXECUTE format('ALTER INDEX %I RENAME TO %I', old.name, replace(old.name, 'notifications', 'notifications_before'));
  END LOOP;

  CREATE TABLE notifications (LIKE notifications_before INCLUDING DEFAULTS, PRIMARY KEY (id)) PARTITION BY RANGE (id);
  FOR old IN SELECT definition FROM old_indexes WHERE name <> 'notifications_pkey' LOOP
    EXECUTE old.definition;
  END LOOP;

  -- Ids of other systems, that a receipt or a dead letter names.
  CREATE TABLE notifications_rest PARTITION OF notifications DEFAULT WITH (fillfactor = 85);
  IF EXISTS (SELECT FROM notifications_before) THEN
    INSERT INTO notifications SELECT * FROM notifications_before WHERE id >= next_month;
    DELETE FROM notifications_before WHERE id >= next_month;
    EXECUTE format('ALTER TABLE notifications ATTACH PARTITION notifications_before FOR VALUES FROM (MINVALUE) TO (%L)', next_month);
  ELSE
    DROP TABLE notifications_before;
  END IF;
END
$$;

-- Down Migration

DO $$
DECLARE
  old record;
BEGIN
  CREATE TEMPORARY TABLE old_indexes ON COMMIT DROP AS
    SELECT indexname AS name, indexdef AS definition FROM pg_indexes
    WHERE schemaname = current_schema AND tablename = 'notifications';
  ALTER TABLE notifications RENAME TO notifications_by_month;
  CREATE TABLE notifications (LIKE notifications_by_month INCLUDING DEFAULTS) WITH (fillfactor = 85);
  INSERT INTO notifications SELECT * FROM notifications_by_month;
  DROP TABLE notifications_by_month;
  FOR old IN SELECT definition FROM old_indexes WHERE name <> 'notifications_pkey' LOOP
    EXECUTE replace(old.definition, ' ON ONLY ', ' ON ');
  END LOOP;
  ALTER TABLE notifications ADD PRIMARY KEY (id);
END
$$;
DROP FUNCTION first_id_at;
