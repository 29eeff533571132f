-- The shopper's portal as its merchant arranges it, the articles whose variants can be had in exchange, and returns
-- that share a parcel.

-- What a workspace has said about its portal; one that has said nothing has no row.
CREATE TABLE retour.portal_settings (
  workspace_id bigint NOT NULL,
  body json NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id)
);

-- One thing that is sold in variants: sizes, colours. Any of them can be had for any other.
CREATE TABLE retour.article (
  workspace_id bigint NOT NULL,
  article text COLLATE "C" NOT NULL,
  body json NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, article)
);

-- Which article a SKU is a variant of: one at most.
CREATE TABLE retour.article_sku (
  workspace_id bigint NOT NULL,
  sku text COLLATE "C" NOT NULL,
  article text COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace_id, sku),
  FOREIGN KEY (workspace_id, article) REFERENCES retour.article (workspace_id, article) ON DELETE CASCADE
);
CREATE INDEX article_sku_article ON retour.article_sku (workspace_id, article);

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['portal_settings', 'article', 'article_sku'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
END $$;

CREATE INDEX returns_together ON retour.returns (workspace_id, (body ->> 'together_with'))
  WHERE body ->> 'together_with' IS NOT NULL;

GRANT SELECT, INSERT, UPDATE ON retour.portal_settings TO retour_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON retour.article TO retour_app;
GRANT SELECT, INSERT, DELETE ON retour.article_sku TO retour_app;
