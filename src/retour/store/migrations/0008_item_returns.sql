-- What a workspace says about ItemReturns as a whole; its jobs are its orders and need no table.

-- Which reasons, conditions and decisions may be chosen, and whether refunds may be triggered.
CREATE TABLE retour.return_configuration (
  workspace_id bigint NOT NULL,
  version integer NOT NULL,
  body json NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id)
);

ALTER TABLE retour.return_configuration ENABLE ROW LEVEL SECURITY;
ALTER TABLE retour.return_configuration FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON retour.return_configuration TO retour_app, retour_owner
  USING (workspace_id = current_setting('app.ws')::bigint)
  WITH CHECK (workspace_id = current_setting('app.ws')::bigint);
GRANT SELECT, INSERT, UPDATE ON retour.return_configuration TO retour_app;
