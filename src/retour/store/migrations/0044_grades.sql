-- What each grade is called, and what it looks like: a workspace's own words and pictures; ours where it has no row.

CREATE TABLE retour.grade (
  workspace_id bigint NOT NULL,
  grade text COLLATE "C" NOT NULL CHECK (grade IN ('A', 'B', 'C', 'D')),
  version integer NOT NULL,
  body json NOT NULL,
  PRIMARY KEY (workspace_id, grade)
);
ALTER TABLE retour.grade ENABLE ROW LEVEL SECURITY;
ALTER TABLE retour.grade FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON retour.grade TO retour_app, retour_owner
  USING (workspace_id = current_setting('app.ws')::bigint)
  WITH CHECK (workspace_id = current_setting('app.ws')::bigint);
GRANT SELECT, INSERT, UPDATE ON retour.grade TO retour_app;
-- Templates of mails may name a grade in words.
CREATE POLICY mails_read ON retour.grade FOR SELECT TO retour_delivery USING (true);
GRANT SELECT ON retour.grade TO retour_delivery;
SELECT retour.have_audited('grade', 'grade', 'grade,version,body', '');
