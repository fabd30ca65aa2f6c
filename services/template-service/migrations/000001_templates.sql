-- "C": lists are paged by code, and must not depend on the server's language.
-- json rather than jsonb: it keeps sources as they were given, half a surrogate pair included. SQL must not look into
-- them: PostgreSQL's JSON functions fail on such a text.
CREATE TABLE templates (
  code text COLLATE "C" PRIMARY KEY,
  notification_type text,
  default_locale text NOT NULL,
  description text,
  -- Counts publishes; taken under the row's lock, so that parallel publishes get consecutive numbers.
  last_version integer NOT NULL DEFAULT 0,
  -- The one that is sent now.
  published_version integer,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE template_drafts (
  code text COLLATE "C" NOT NULL REFERENCES templates,
  locale text COLLATE "C" NOT NULL,
  sources json NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (code, locale)
);

CREATE TABLE template_versions (
  code text COLLATE "C" NOT NULL REFERENCES templates,
  version integer NOT NULL,
  default_locale text NOT NULL,
  locale_names text[] NOT NULL,
  -- Sources by locale.
  locales json NOT NULL,
  published_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (code, version)
);

ALTER TABLE templates
  ADD FOREIGN KEY (code, published_version) REFERENCES template_versions (code, version) DEFERRABLE INITIALLY DEFERRED;

-- A published version never changes: messages in flight, caches and the record of what was sent rely on it.
CREATE FUNCTION refuse_to_change_a_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'published versions are immutable' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER versions_are_immutable BEFORE UPDATE OR DELETE ON template_versions
  FOR EACH ROW EXECUTE FUNCTION refuse_to_change_a_version();
CREATE TRIGGER versions_are_not_truncated BEFORE TRUNCATE ON template_versions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_a_version();
