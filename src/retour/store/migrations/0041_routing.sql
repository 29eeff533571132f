-- Where returns go: a workspace's own table of rules, and versions for what several people settle at once.

CREATE TABLE retour.routing (
  workspace_id bigint NOT NULL PRIMARY KEY,
  version integer NOT NULL,
  body json NOT NULL
);
ALTER TABLE retour.routing ENABLE ROW LEVEL SECURITY;
ALTER TABLE retour.routing FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON retour.routing TO retour_app, retour_owner
  USING (workspace_id = current_setting('app.ws')::bigint)
  WITH CHECK (workspace_id = current_setting('app.ws')::bigint);
GRANT SELECT, INSERT, UPDATE ON retour.routing TO retour_app;
SELECT retour.have_audited('routing', '', 'version,body', '');

-- Whoever saves names the version they saw; the next one is written.
ALTER TABLE retour.facility ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE retour.portal_settings ADD COLUMN version integer NOT NULL DEFAULT 1;
