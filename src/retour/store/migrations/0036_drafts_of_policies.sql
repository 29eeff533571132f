-- Drafts of policies: worked on by people, tried, and brought into force now or at an instant; who brought a version
-- into force; and what a backtest comes to in money.

-- Null of versions that came before, and of those the house made by itself. `restores` is the version that a
-- version brought back.
ALTER TABLE retour.policy
  ADD COLUMN author json,
  ADD COLUMN restores integer;

-- One draft of each policy. `based_on` is the version that was in force when it was begun, 0 where there was none.
-- `publish_at` is business time; `held` says why it did not come into force when it was due.
CREATE TABLE retour.policy_draft (
  workspace_id bigint NOT NULL,
  policy_id text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  body json NOT NULL,
  based_on integer NOT NULL,
  editor json NOT NULL,
  begun_at timestamptz NOT NULL,
  edited_at timestamptz NOT NULL,
  publish_at timestamptz,
  held text,
  PRIMARY KEY (workspace_id, policy_id)
);
CREATE INDEX policy_draft_due ON retour.policy_draft (workspace_id, publish_at) WHERE publish_at IS NOT NULL;

ALTER TABLE retour.policy_draft ENABLE ROW LEVEL SECURITY;
ALTER TABLE retour.policy_draft FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON retour.policy_draft TO retour_app, retour_owner
  USING (workspace_id = current_setting('app.ws')::bigint)
  WITH CHECK (workspace_id = current_setting('app.ws')::bigint);
-- Who looks for drafts that are due looks in all workspaces, and sees no more than when.
CREATE POLICY find ON retour.policy_draft FOR SELECT TO retour_delivery USING (publish_at IS NOT NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON retour.policy_draft TO retour_app;
GRANT SELECT (workspace_id, policy_id, publish_at) ON retour.policy_draft TO retour_delivery;
SELECT retour.have_audited('policy_draft', 'policy_id', 'version,based_on,publish_at,held', 'begun_at,edited_at');

-- Returns and worth by what was said and what would be said, by currency: {"EUR": {"approve": [1, 2, 900, 1800], …}}
-- are one return of 9.00 as it was and two of 18.00 as they would be.
ALTER TABLE retour.backtest ADD COLUMN worth json;
