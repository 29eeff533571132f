-- Returns that passed several states at one instant were counted under the wrong one of them: all are counted anew
-- by whoever catches up.
ALTER TABLE retour.workspace NO FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.catching_up NO FORCE ROW LEVEL SECURITY;
-- across workspaces: all that have returns must be gone through
INSERT INTO retour.catching_up (workspace_id, kind, below) SELECT w.workspace_id, 'return', '~' FROM retour.workspace w
  ON CONFLICT (workspace_id, kind) DO UPDATE SET below = EXCLUDED.below;
ALTER TABLE retour.catching_up FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.workspace FORCE ROW LEVEL SECURITY;
