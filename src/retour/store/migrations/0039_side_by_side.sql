-- Agents side by side: who has a return open, what is put off, and decisions that can still be taken back.
--
--   * A lease says that somebody has a return open to act on it. It bars nobody: whoever acts is still asked for
--     the version he saw; it only says in time that two are about to do the same.
--   * What is snoozed waits elsewhere until an instant of business time, or until its shopper writes.
--   * A decision that is held has not happened: nobody is told, and no event exists. It is carried out once its
--     instant has come, in the transaction that takes its row away; whoever takes it back first takes the row.

-- Who has a return open to act on it.
CREATE TABLE retour.return_lease (
  workspace_id bigint NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  holder text COLLATE "C" NOT NULL,
  since timestamptz NOT NULL,
  until timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, return_id)
) WITH (fillfactor = 70);
CREATE INDEX return_lease_holder ON retour.return_lease (workspace_id, holder);

-- What is put off. `until` is business time; without one it lasts until the shopper writes, which ends every snooze.
CREATE TABLE retour.snooze (
  workspace_id bigint NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  by_whom text COLLATE "C" NOT NULL,
  since timestamptz NOT NULL,
  until timestamptz,
  PRIMARY KEY (workspace_id, return_id)
);

-- A decision that can still be taken back. `sequence` is the return's last event that was seen. One that could not
-- be carried out stays, with why, until whoever decided it has read that.
CREATE TABLE retour.held_decision (
  workspace_id bigint NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  decision_id text COLLATE "C" NOT NULL,
  by_whom text COLLATE "C" NOT NULL,
  actor_kind text NOT NULL,
  command text NOT NULL,
  body text NOT NULL,
  version bigint NOT NULL,
  sequence bigint NOT NULL,
  held_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  status text NOT NULL CHECK (status IN ('held', 'failed')),
  why text,
  PRIMARY KEY (workspace_id, return_id),
  CONSTRAINT failed_for_a_reason CHECK ((status = 'failed') = (why IS NOT NULL))
) WITH (fillfactor = 70);
CREATE INDEX held_decision_by ON retour.held_decision (workspace_id, by_whom, decision_id);
-- What the look for due ones reads, for all workspaces at once.
CREATE INDEX held_decision_due ON retour.held_decision (due_at) WHERE status = 'held';

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['return_lease', 'snooze', 'held_decision'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
END $$;
-- Who looks for what is due looks in all workspaces, and sees no more than where and when.
CREATE POLICY find ON retour.held_decision FOR SELECT TO retour_delivery USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON retour.return_lease, retour.snooze, retour.held_decision TO retour_app;
GRANT SELECT (workspace_id, return_id, due_at, status) ON retour.held_decision TO retour_delivery;

-- Returns that no queue of work shows now: put off, or decided and about to leave it.
CREATE VIEW retour.set_aside WITH (security_invoker = true) AS
  -- across workspaces: a view; whoever asks it names his workspace, and the tables' own walls hold
  SELECT z.workspace_id, z.return_id
    FROM retour.snooze z JOIN retour.workspace w ON w.workspace_id = z.workspace_id
   WHERE z.until IS NULL OR z.until > clock_timestamp() + w.clock_offset_us * interval '1 microsecond'
  UNION ALL
  SELECT h.workspace_id, h.return_id FROM retour.held_decision h WHERE h.status = 'held';
GRANT SELECT ON retour.set_aside TO retour_app;

-- A message that waits for an answer ends the snooze of its return, however it came.
CREATE FUNCTION retour.wake_return() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM retour.snooze z WHERE z.workspace_id = NEW.workspace_id AND z.return_id = 'ret_' || NEW.thread;
  RETURN NULL;
END $$;
CREATE TRIGGER wake_return AFTER INSERT ON retour.message
  FOR EACH ROW WHEN (NEW.needs_answer) EXECUTE FUNCTION retour.wake_return();
