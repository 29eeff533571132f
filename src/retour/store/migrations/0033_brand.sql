-- How merchants look to shoppers: colour, corners, font, sender, links, and which pages may frame ours.

CREATE TABLE retour.brand (
  workspace_id bigint NOT NULL PRIMARY KEY,
  body json NOT NULL
);

-- Fonts of merchants, by what they are: a page opened before a change still finds the one of its day.
CREATE TABLE retour.brand_font (
  workspace_id bigint NOT NULL,
  digest text COLLATE "C" NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (workspace_id, digest)
);

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['brand', 'brand_font'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
  -- Mails are the merchant's own, and lead to where consumers withdraw by the merchant's label.
  FOREACH v_table IN ARRAY ARRAY['brand', 'withdrawal_settings'] LOOP
    EXECUTE format('CREATE POLICY mails_read ON retour.%I FOR SELECT TO retour_delivery USING (true)', v_table);
    EXECUTE format('GRANT SELECT ON retour.%I TO retour_delivery', v_table);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON retour.brand TO retour_app;
GRANT SELECT, INSERT ON retour.brand_font TO retour_app;
