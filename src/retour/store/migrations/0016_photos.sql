-- Photos: what they are, and their bytes apart, so that a list never touches the bytes and erasing one
-- takes away everything that shows anything. All processes share the database and nothing else, and a
-- backup of it is a backup of the photos (docs/decisions/0013-photos-in-the-database.md).

-- A photo that was taken in: never changed but for who has it (a return, a ticket, a mail nobody has matched
-- yet), and its end.
CREATE TABLE retour.photo (
  workspace_id bigint NOT NULL,
  photo_id text COLLATE "C" NOT NULL,
  owner text COLLATE "C",
  sent_digest bytea NOT NULL,
  digest bytea NOT NULL,
  width integer NOT NULL,
  height integer NOT NULL,
  bytes integer NOT NULL,
  duplicate_of text COLLATE "C",
  created_at timestamptz NOT NULL,
  created_by json NOT NULL,
  erased_at timestamptz,
  PRIMARY KEY (workspace_id, photo_id)
);
CREATE INDEX photo_owner ON retour.photo (workspace_id, owner, photo_id) WHERE owner IS NOT NULL;
CREATE INDEX photo_sent ON retour.photo (workspace_id, sent_digest, photo_id);
CREATE INDEX photo_waiting ON retour.photo (workspace_id, created_at) WHERE owner IS NULL AND erased_at IS NULL;

-- Its JPEGs, `full` and `thumb`. They are compressed already, so the database need not try.
CREATE TABLE retour.photo_image (
  workspace_id bigint NOT NULL,
  photo_id text COLLATE "C" NOT NULL,
  size text NOT NULL CHECK (size IN ('full', 'thumb')),
  body bytea NOT NULL,
  PRIMARY KEY (workspace_id, photo_id, size)
) PARTITION BY RANGE (photo_id);
ALTER TABLE retour.photo_image ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TABLE retour.photo_image_default PARTITION OF retour.photo_image DEFAULT;

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['photo', 'photo_image'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
END $$;

GRANT SELECT, INSERT ON retour.photo TO retour_app;
GRANT UPDATE (owner, erased_at) ON retour.photo TO retour_app;
GRANT SELECT, INSERT, DELETE ON retour.photo_image TO retour_app;
