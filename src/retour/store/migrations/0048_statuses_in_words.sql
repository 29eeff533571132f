-- Returns are found by a status and a tag at once: each of their tags stands a second time, with the status.
--
-- Returns that are there get those words from whoever catches up; until then lists look without them.
ALTER TABLE retour.workspace NO FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.catching_up NO FORCE ROW LEVEL SECURITY;
-- across workspaces: all that have returns must be gone through
INSERT INTO retour.catching_up (workspace_id, kind, below)
  SELECT w.workspace_id, 'return', '~' FROM retour.workspace w
  ON CONFLICT (workspace_id, kind) DO UPDATE SET below = EXCLUDED.below;
ALTER TABLE retour.catching_up FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.workspace FORCE ROW LEVEL SECURITY;
