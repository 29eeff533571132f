-- A process may die while the database still works at its last lease, which then ends after the process
-- was buried: its lanes would wait for a lease that nobody holds.  The dead are therefore looked after
-- for a while; only then are they forgotten.

ALTER TABLE retour.delivery_node ADD COLUMN died_at timestamptz;
GRANT UPDATE (died_at) ON retour.delivery_node TO retour_delivery;

-- Gives back the lanes of nodes that have died, at once and marked as in doubt (token -1); the lease of
-- one that only lost its connection is over with it.  Answers how many lanes came back.
CREATE OR REPLACE FUNCTION retour.bury() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_node integer;
  v_died timestamptz;
  v_rows tid[];
  v_all integer := 0;
BEGIN
  FOR v_node, v_died IN SELECT n.node, n.died_at FROM retour.delivery_node n WHERE n.workspace_id = 0 LOOP
    CONTINUE WHEN NOT pg_try_advisory_xact_lock(726386870, v_node);
    -- Locked first, changed by another statement: what its last settlement has freed is left alone.
    -- across workspaces: a process leases for all of them, and what it held comes back in one go
    SELECT array_agg(x.ctid) INTO v_rows
      FROM (SELECT l.ctid FROM retour.lane l WHERE l.token >> 32 = v_node
             ORDER BY l.workspace_id, l.subscription_id, l.lane FOR UPDATE) x;
    -- across workspaces: by place; the rows were locked above
    UPDATE retour.lane l SET due_at = clock_timestamp(), token = -1 WHERE l.ctid = ANY (v_rows);
    v_all := v_all + coalesce(cardinality(v_rows), 0);
    IF v_died IS NULL THEN
      UPDATE retour.delivery_node n SET died_at = clock_timestamp() WHERE n.workspace_id = 0 AND n.node = v_node;
    ELSIF v_died < clock_timestamp() - interval '30 seconds' THEN
      DELETE FROM retour.delivery_node n WHERE n.workspace_id = 0 AND n.node = v_node;
    END IF;
  END LOOP;
  RETURN v_all;
END $$;
