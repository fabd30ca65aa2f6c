-- json, as sources are. Null: nothing is declared.
ALTER TABLE templates
  ADD COLUMN variables json,
  -- A deleted template keeps its row: its versions are immutable, and their numbers are never given again.
  ADD COLUMN deleted_at timestamptz;
ALTER TABLE template_versions ADD COLUMN variables json;

-- What has been loaded once stays as the operator leaves it, deleted too.
CREATE TABLE starter_templates (
  code text COLLATE "C" PRIMARY KEY,
  loaded_at timestamptz NOT NULL DEFAULT now()
);
