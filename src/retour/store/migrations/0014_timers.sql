-- Timers: instants at which a return is to be looked at again. A timer that waits is a row here and costs
-- delivery nothing; when it is due, by the clock of its workspace, it becomes a lane like all other work.

-- One timer of a return. `due_at` is business time: a sandbox's clock can reach it sooner than ours.
CREATE TABLE retour.timer (
  workspace_id bigint NOT NULL,
  timer_id text COLLATE "C" NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  cause text COLLATE "C" NOT NULL,
  moment text NOT NULL CHECK (moment IN ('reminder', 'warning', 'deadline')),
  subject text COLLATE "C",
  n integer NOT NULL,
  then_what text,
  since timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  deadline timestamptz,
  status text NOT NULL CHECK (status IN ('waiting', 'fired', 'moot')),
  is_open boolean NOT NULL DEFAULT false,
  fired_at timestamptz,
  ended_at timestamptz,
  woken_at timestamptz,
  PRIMARY KEY (workspace_id, timer_id),
  CONSTRAINT fired_at_an_instant CHECK ((status = 'fired') = (fired_at IS NOT NULL)),
  CONSTRAINT open_when_fired CHECK (NOT is_open OR status = 'fired')
) WITH (fillfactor = 80);
CREATE INDEX timer_return ON retour.timer (workspace_id, return_id, due_at, timer_id);
CREATE INDEX timer_due ON retour.timer (workspace_id, due_at, timer_id) WHERE status = 'waiting';
CREATE INDEX timer_open ON retour.timer (workspace_id, cause, due_at, timer_id) WHERE is_open;
-- What discovery looks at: for all workspaces at once, and only what has yet to wake.
CREATE INDEX timer_asleep ON retour.timer (due_at) WHERE status = 'waiting' AND woken_at IS NULL;

ALTER TABLE retour.timer ENABLE ROW LEVEL SECURITY;
ALTER TABLE retour.timer FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON retour.timer TO retour_app, retour_owner
  USING (workspace_id = current_setting('app.ws')::bigint)
  WITH CHECK (workspace_id = current_setting('app.ws')::bigint);
CREATE POLICY deliver ON retour.timer TO retour_delivery USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON retour.timer TO retour_app;
GRANT SELECT ON retour.timer TO retour_delivery;
GRANT UPDATE (woken_at) ON retour.timer TO retour_delivery;

-- Sandboxes whose clock is ahead: few, and looked at one by one.
CREATE INDEX workspace_ahead ON retour.workspace (workspace_id) WHERE clock_offset_us > 0;

-- Writes a return's timers as its commit left them: those that are new or of which something became, and
-- those that are gone, perhaps having fired right now. The lanes of those that will never fire go with them,
-- but for one in flight: it finds nothing to do. `a_event` is what new ones hang on.
CREATE FUNCTION retour.wind_timers(
  a_ws bigint, a_return text, a_event text, a_at timestamptz,
  a_ids text[], a_causes text[], a_moments text[], a_subjects text[], a_n integer[], a_then text[],
  a_since timestamptz[], a_due timestamptz[], a_deadlines timestamptz[], a_statuses text[], a_open boolean[],
  a_fired timestamptz[], a_gone text[], a_gone_fired timestamptz[]
) RETURNS boolean LANGUAGE plpgsql
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_moot text[];
BEGIN
  PERFORM set_config('app.ws', a_ws::text, true);
  INSERT INTO retour.timer (workspace_id, timer_id, return_id, event_id, cause, moment, subject, n, then_what,
      since, due_at, deadline, status, is_open, fired_at)
    SELECT r.workspace_id, t.id, r.return_id, a_event, t.cause, t.moment, t.subject, t.n, t.then_what,
           t.since, t.due_at, t.deadline, t.status, t.is_open, t.fired_at
      FROM retour.returns r
      JOIN unnest(a_ids, a_causes, a_moments, a_subjects, a_n, a_then, a_since, a_due, a_deadlines, a_statuses,
             a_open, a_fired)
           AS t(id, cause, moment, subject, n, then_what, since, due_at, deadline, status, is_open, fired_at) ON true
     WHERE r.workspace_id = a_ws AND r.return_id = a_return
    ON CONFLICT (workspace_id, timer_id)
    DO UPDATE SET status = EXCLUDED.status, is_open = EXCLUDED.is_open, fired_at = EXCLUDED.fired_at,
                  ended_at = CASE WHEN EXCLUDED.status = 'moot' THEN a_at END;
  UPDATE retour.timer t
     SET status = CASE WHEN g.fired_at IS NOT NULL THEN 'fired' WHEN t.status = 'waiting' THEN 'moot' ELSE t.status END,
         fired_at = coalesce(g.fired_at, t.fired_at), is_open = false, ended_at = a_at
    FROM unnest(a_gone, a_gone_fired) AS g(id, fired_at)
   WHERE t.workspace_id = a_ws AND t.timer_id = g.id;
  SELECT array_agg(t.timer_id) INTO v_moot
    FROM retour.timer t
   WHERE t.workspace_id = a_ws AND t.timer_id = ANY (a_gone || a_ids) AND t.status <> 'waiting'
     AND t.woken_at IS NOT NULL;
  IF v_moot IS NOT NULL THEN
    PERFORM 1 FROM retour.lane l
      WHERE l.workspace_id = a_ws AND l.subscription_id = 'sub_timer' AND l.lane = ANY (v_moot) AND l.token = 0
      ORDER BY l.lane FOR UPDATE;
    DELETE FROM retour.delivery d
     USING retour.lane l
     WHERE d.workspace_id = a_ws AND d.subscription_id = 'sub_timer' AND d.lane = l.lane
       AND l.workspace_id = a_ws AND l.subscription_id = 'sub_timer' AND l.lane = ANY (v_moot) AND l.token = 0;
    DELETE FROM retour.lane l
     WHERE l.workspace_id = a_ws AND l.subscription_id = 'sub_timer' AND l.lane = ANY (v_moot) AND l.token = 0;
  END IF;
  RETURN true;
END $$;

-- Makes lanes of timers that are due by the clocks of their workspaces, some at a time; two at once never
-- take the same. Answers how many woke.
CREATE FUNCTION retour.wake_timers(a_limit integer) RETURNS integer
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_now timestamptz := clock_timestamp();
  v_rows tid[];
  v_ahead tid[];
BEGIN
  -- across workspaces: what is due by our own clock is due everywhere
  SELECT array_agg(x.ctid) INTO v_rows
    FROM (SELECT t.ctid FROM retour.timer t
           WHERE t.status = 'waiting' AND t.woken_at IS NULL AND t.due_at <= v_now
           ORDER BY t.due_at LIMIT a_limit FOR UPDATE SKIP LOCKED) x;
  -- across workspaces: and each sandbox that is ahead by its own
  SELECT array_agg(x.ctid) INTO v_ahead
    FROM retour.workspace w
    CROSS JOIN LATERAL (
      SELECT t.ctid FROM retour.timer t
       WHERE t.workspace_id = w.workspace_id AND t.status = 'waiting' AND t.woken_at IS NULL
         AND t.due_at > v_now AND t.due_at <= v_now + w.clock_offset_us * interval '1 microsecond'
       ORDER BY t.due_at LIMIT a_limit FOR UPDATE SKIP LOCKED) x
   WHERE w.clock_offset_us > 0;
  v_rows := coalesce(v_rows, '{}') || coalesce(v_ahead, '{}');
  IF cardinality(v_rows) = 0 THEN RETURN 0; END IF;
  -- across workspaces: by place; the rows were locked above
  INSERT INTO retour.delivery (workspace_id, subscription_id, lane, position, delivery_id, event_id,
      subscription_version, type, return_id)
    SELECT t.workspace_id, s.subscription_id, t.timer_id, 4 * e.stream_sequence,
           retour.time_prefix('dlv', v_now)
             || substr(encode(sha256(convert_to(t.workspace_id || t.timer_id, 'UTF8')), 'hex'), 1, 16),
           t.event_id, s.version, e.type, t.return_id
      FROM retour.timer t
      JOIN retour.subscription s ON s.workspace_id = t.workspace_id AND s.subscription_id = 'sub_timer'
      JOIN retour.event e ON e.workspace_id = t.workspace_id AND e.event_id = t.event_id
     WHERE t.ctid = ANY (v_rows);
  -- across workspaces: by place; each due as long ago as its timer
  INSERT INTO retour.lane (workspace_id, subscription_id, lane, due_at, pending)
    SELECT t.workspace_id, 'sub_timer', t.timer_id, t.due_at - w.clock_offset_us * interval '1 microsecond', 1
      FROM retour.timer t JOIN retour.workspace w ON w.workspace_id = t.workspace_id
     WHERE t.ctid = ANY (v_rows)
     ORDER BY t.workspace_id, t.timer_id;
  -- across workspaces: by place; the rows were locked above
  UPDATE retour.timer t SET woken_at = v_now WHERE t.ctid = ANY (v_rows);
  RETURN cardinality(v_rows);
END $$;

-- Lists the subscriptions that have something to lease now; one index descent per subscription
-- with lanes, however many lanes it has.  The dead are buried first, and timers
-- that are due wake.
CREATE OR REPLACE FUNCTION retour.discover() RETURNS TABLE (workspace_id bigint, subscription_id text)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz;
BEGIN
  PERFORM retour.bury();
  PERFORM retour.wake_timers(1000);
  v_now := clock_timestamp();
  -- across workspaces: discovery looks for work wherever it is
  RETURN QUERY
  WITH RECURSIVE s AS (
    (SELECT l.workspace_id, l.subscription_id, l.due_at FROM retour.lane l
      WHERE NOT l.blocked ORDER BY l.workspace_id, l.subscription_id, l.due_at LIMIT 1)
    UNION ALL
    SELECT n.workspace_id, n.subscription_id, n.due_at
      FROM s CROSS JOIN LATERAL (
        SELECT l.workspace_id, l.subscription_id, l.due_at FROM retour.lane l
         WHERE NOT l.blocked
           AND (l.workspace_id, l.subscription_id) > (s.workspace_id, s.subscription_id)
         ORDER BY l.workspace_id, l.subscription_id, l.due_at LIMIT 1) n)
  SELECT s.workspace_id, s.subscription_id
    FROM s JOIN retour.subscription b
      ON b.workspace_id = s.workspace_id AND b.subscription_id = s.subscription_id
   WHERE (b.state = 'probing' OR (b.state = 'active' AND s.due_at <= v_now))
     AND (b.hold_until IS NULL OR b.hold_until <= v_now);
END $$;

-- Every workspace serves its own timers; those made before this, too.
ALTER TABLE retour.workspace NO FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.subscription NO FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.subscription_version NO FORCE ROW LEVEL SECURITY;
-- across workspaces: all of them, once
INSERT INTO retour.subscription (workspace_id, subscription_id, kind, version, state, state_at, created_at)
  SELECT w.workspace_id, 'sub_timer', 'timer', 1, 'active', clock_timestamp(), clock_timestamp()
    FROM retour.workspace w;
-- across workspaces: all of them, once
INSERT INTO retour.subscription_version (workspace_id, subscription_id, version, body, created_at)
  SELECT w.workspace_id, 'sub_timer', 1,
         '{"kind":"timer","events":[],"dialect":"effect","ordering":"none","on_dead":"block"}', clock_timestamp()
    FROM retour.workspace w;
ALTER TABLE retour.workspace FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.subscription FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.subscription_version FORCE ROW LEVEL SECURITY;
