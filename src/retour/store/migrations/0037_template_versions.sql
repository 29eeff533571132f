-- What notification templates said at each of their versions: read, compared, and said again.

-- `made_by` as in the audit log, `restored` the version whose words it says again. Only ever appended to.
CREATE TABLE retour.notification_template_version (
  workspace_id bigint NOT NULL,
  template_id text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  body json NOT NULL,
  made_by text NOT NULL,
  note text NOT NULL DEFAULT '',
  restored integer,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, template_id, version)
);

ALTER TABLE retour.notification_template_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE retour.notification_template_version FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON retour.notification_template_version TO retour_app, retour_owner
  USING (workspace_id = current_setting('app.ws')::bigint)
  WITH CHECK (workspace_id = current_setting('app.ws')::bigint);
GRANT SELECT, INSERT ON retour.notification_template_version TO retour_app;

-- Of templates that were there before, what they say now is the first that is known.
ALTER TABLE retour.notification_template NO FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.notification_template_version NO FORCE ROW LEVEL SECURITY;
-- across workspaces: all of them, once
INSERT INTO retour.notification_template_version (workspace_id, template_id, version, body, made_by, created_at)
  SELECT t.workspace_id, t.template_id, t.version, t.body, 'house', t.created_at
    FROM retour.notification_template t WHERE t.deleted_at IS NULL;
ALTER TABLE retour.notification_template FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.notification_template_version FORCE ROW LEVEL SECURITY;
