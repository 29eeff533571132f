-- Returns are found by a status and a tag at once: each of their tags stands a second time, with the status. Marks
-- of persons that begin alike lie together, so that a slip in one costs the same among a million.
--
-- What is there gets such words from whoever catches up; until then lists look without them.
ALTER TABLE retour.workspace NO FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.catching_up NO FORCE ROW LEVEL SECURITY;
-- across workspaces: all that have orders and returns must be gone through
INSERT INTO retour.catching_up (workspace_id, kind, below)
  SELECT w.workspace_id, k.kind, '~' FROM retour.workspace w CROSS JOIN (VALUES ('order'), ('return')) AS k(kind)
  ON CONFLICT (workspace_id, kind) DO UPDATE SET below = EXCLUDED.below;
ALTER TABLE retour.catching_up FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.workspace FORCE ROW LEVEL SECURITY;

-- What follows a hash in the log, and the papers of a return: both were looked for from end to end.
CREATE INDEX audit_previous ON retour.audit (workspace_id, previous);
CREATE INDEX paper_event ON retour.paper (workspace_id, event_id);
