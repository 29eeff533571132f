-- Control of money: the role of a key, how much whom may promise alone, promises that wait for somebody's
-- agreement, and the epoch that holds everything after a restore.

-- Whose limits hold for what a key does.
ALTER TABLE retour.api_key ADD COLUMN role text NOT NULL DEFAULT 'owner';

-- What a workspace has said about limits and four eyes.
CREATE TABLE retour.money_control (
  workspace_id bigint PRIMARY KEY,
  body json NOT NULL,
  updated_at timestamptz NOT NULL
);

-- Promises above a limit, from the commit that asks to the one that decides: the queue of whoever agrees.
CREATE TABLE retour.approval (
  workspace_id bigint NOT NULL,
  settlement_id text COLLATE "C" NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  status text NOT NULL CHECK (status IN ('needed', 'given', 'declined', 'withdrawn')),
  amount bigint NOT NULL,
  currency text NOT NULL,
  why text NOT NULL,
  asked_by text NOT NULL,
  asked_at timestamptz NOT NULL,
  decided_by text,
  decided_at timestamptz,
  note text,
  PRIMARY KEY (workspace_id, settlement_id)
);
CREATE INDEX approval_needed ON retour.approval (workspace_id, settlement_id) WHERE status = 'needed';

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['money_control', 'approval'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON retour.money_control, retour.approval TO retour_app;

-- Which life of the database this is.  A database that finds itself in another place than the one written here
-- has been restored or promoted, and one that is held sends and pays nothing until somebody releases it.  It is
-- nobody's in particular: workspace 0 is the house itself.
CREATE TABLE retour.epoch (
  workspace_id bigint PRIMARY KEY CHECK (workspace_id = 0),
  number integer NOT NULL,
  place text NOT NULL,
  began_at timestamptz NOT NULL,
  held text,
  held_at timestamptz,
  released_by text
);
ALTER TABLE retour.epoch ENABLE ROW LEVEL SECURITY;
ALTER TABLE retour.epoch FORCE ROW LEVEL SECURITY;
CREATE POLICY deliver ON retour.epoch TO retour_delivery USING (true) WITH CHECK (true);
GRANT SELECT, UPDATE ON retour.epoch TO retour_delivery;

-- Says where a database lives: cluster, timeline, database, table.  A dump lands in another cluster, database or
-- at least table; recovery to a point in time and a promoted standby begin another timeline.
CREATE FUNCTION retour.place() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT concat_ws('/', (SELECT s.system_identifier FROM pg_control_system() s),
                   left(pg_walfile_name(pg_current_wal_lsn()), 8),
                   (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()),
                   'retour.epoch'::regclass::oid)
$$;

-- Says whether nothing may be sent or paid; a database without its epoch is one that nobody knows.
CREATE FUNCTION retour.is_held() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT e.held IS NOT NULL OR e.place <> retour.place()
                     FROM retour.epoch e WHERE e.workspace_id = 0), true)
$$;

ALTER TABLE retour.epoch NO FORCE ROW LEVEL SECURITY;
INSERT INTO retour.epoch (workspace_id, number, place, began_at) VALUES (0, 1, retour.place(), clock_timestamp());
ALTER TABLE retour.epoch FORCE ROW LEVEL SECURITY;

-- Lists the subscriptions that have something to lease now; one index descent per subscription
-- with lanes, however many lanes it has.  The dead are buried first, and timers
-- that are due wake; nothing of that while the house is held.
CREATE OR REPLACE FUNCTION retour.discover() RETURNS TABLE (workspace_id bigint, subscription_id text)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz;
BEGIN
  IF retour.is_held() THEN RETURN; END IF;
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

-- Leases lanes of the named subscriptions, as many of each as it has free slots, for `a_lease_s`, and
-- answers up to `a_run_ahead` deliveries of each, the oldest first.  An event stands in the first row
-- that needs it.  A probing subscription gives one lane, due or not, and is then held until that
-- probe is judged.  While the house is held nothing is leased at all.
CREATE OR REPLACE FUNCTION retour.lease(
  a_workspaces bigint[], a_subscriptions text[], a_slots integer[],
  a_lease_s integer, a_run_ahead integer, a_token bigint
) RETURNS TABLE (
  tick timestamptz, workspace_id bigint, subscription_id text, is_probe boolean, failures integer, failing_s integer,
  keys integer, lane text, attempt integer, series_start integer, age_s integer, is_asked boolean, gap text,
  "position" integer, delivery_id text, event_id text, version integer, type text, return_id text, resend_of text,
  sequence integer, stream text, stream_sequence integer, occurred_at timestamptz, actor text, source text,
  snapshot text, personal text
) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz := clock_timestamp();
  v_until timestamptz := v_now + make_interval(secs => a_lease_s);
  v_slots integer[]; v_probes boolean[]; v_failures integer[]; v_failing integer[]; v_keys integer[];
  v_profiles text[];
  v_rows tid[]; v_of integer[]; v_lanes text[]; v_attempts integer[]; v_starts integer[]; v_ages integer[];
  v_asked boolean[];
BEGIN
  IF retour.is_held() THEN RETURN; END IF;
  -- What may be leased of each, in the order asked; 0 of what is paused, held or gone.
  SELECT array_agg(CASE WHEN b.state = 'active' AND coalesce(b.hold_until <= v_now, true) THEN w.slots ELSE 0 END
                   ORDER BY w.i),
         array_agg(coalesce(b.state = 'probing' AND coalesce(b.hold_until <= v_now, true), false) ORDER BY w.i),
         array_agg(b.failures ORDER BY w.i),
         array_agg(coalesce(extract(epoch FROM v_now - b.failing_since), 0)::integer ORDER BY w.i),
         array_agg(hashtext(encode(b.secrets, 'hex')) ORDER BY w.i),
         array_agg(b.profile_id ORDER BY w.i)
    INTO v_slots, v_probes, v_failures, v_failing, v_keys, v_profiles
    FROM unnest(a_workspaces, a_subscriptions, a_slots) WITH ORDINALITY AS w(ws, sub, slots, i)
    LEFT JOIN retour.subscription b ON b.workspace_id = w.ws AND b.subscription_id = w.sub;
  IF true = ANY (v_probes) THEN
    -- One probe at a time, whoever leases: the hold is the claim.
    WITH claimed AS (
      UPDATE retour.subscription b SET hold_until = v_until
        FROM (SELECT x.workspace_id, x.subscription_id, w.i
                FROM unnest(a_workspaces, a_subscriptions, v_probes) WITH ORDINALITY AS w(ws, sub, probe, i)
                JOIN retour.subscription x ON x.workspace_id = w.ws AND x.subscription_id = w.sub
               WHERE w.probe AND x.state = 'probing' AND coalesce(x.hold_until <= v_now, true)
                 FOR UPDATE OF x SKIP LOCKED) c
       WHERE b.workspace_id = c.workspace_id AND b.subscription_id = c.subscription_id
      RETURNING c.i)
    SELECT array_agg(CASE WHEN c.i IS NOT NULL THEN 1 WHEN v_probes[w.i] THEN 0 ELSE w.slots END ORDER BY w.i)
      INTO v_slots
      FROM unnest(v_slots) WITH ORDINALITY AS w(slots, i) LEFT JOIN claimed c ON c.i = w.i;
  END IF;
  SELECT array_agg(l.row), array_agg(w.i), array_agg(l.lane), array_agg(l.attempt), array_agg(l.series_start),
         array_agg(l.age), array_agg(l.asked)
    INTO v_rows, v_of, v_lanes, v_attempts, v_starts, v_ages, v_asked
    FROM unnest(a_workspaces, a_subscriptions, v_slots, v_probes, v_profiles) WITH ORDINALITY
         AS w(ws, sub, slots, probe, profile, i)
    CROSS JOIN LATERAL (
      SELECT x.ctid AS row, x.lane, x.attempt::integer, x.series_start::integer, x.token <> 0 AS asked,
             coalesce(extract(epoch FROM v_now - x.first_fail_at), 0)::integer AS age
        FROM retour.lane x
       WHERE x.workspace_id = w.ws AND x.subscription_id = w.sub AND NOT x.blocked
         AND x.due_at <= CASE WHEN w.probe THEN 'infinity' ELSE v_now END
         AND (x.due_at <= v_now OR x.token = 0)
         AND (w.profile IS NULL OR NOT retour.is_behind(w.ws, w.sub, w.profile, x.lane))
       ORDER BY x.due_at LIMIT w.slots FOR UPDATE SKIP LOCKED) l;
  -- across workspaces: by place; the rows were found and locked by their keys above
  UPDATE retour.lane l SET due_at = v_until, token = a_token WHERE l.ctid = ANY (v_rows);
  -- A statement of its own: its snapshot is younger than the locks, so nothing settled is seen again.
  RETURN QUERY
  SELECT v_now, x.ws, x.sub, x.probe, x.failures, x.failing_s, x.keys, x.lane, x.attempt, x.series_start, x.age,
         x.asked, g.event_id, x.position, x.delivery_id, x.event_id, x.subscription_version, x.type, x.return_id,
         x.resend_of, e.sequence, e.stream, e.stream_sequence, e.occurred_at, e.actor::text, e.source, e.snapshot::text,
         e.personal::text
    FROM (
      SELECT t.i, t.lane, t.attempt, t.series_start, t.age, t.asked, a_workspaces[t.of] AS ws,
             a_subscriptions[t.of] AS sub, v_probes[t.of] AS probe, v_failures[t.of] AS failures,
             v_failing[t.of] AS failing_s, v_keys[t.of] AS keys, d.*,
             row_number() OVER (PARTITION BY a_workspaces[t.of], d.event_id) = 1 AS is_first
        FROM unnest(v_of, v_lanes, v_attempts, v_starts, v_ages, v_asked) WITH ORDINALITY
             AS t(of, lane, attempt, series_start, age, asked, i)
        CROSS JOIN LATERAL (
          SELECT y.position, y.delivery_id, y.event_id, y.subscription_version, y.type, y.return_id, y.resend_of
            FROM retour.delivery y
           WHERE y.workspace_id = a_workspaces[t.of] AND y.subscription_id = a_subscriptions[t.of] AND y.lane = t.lane
           ORDER BY y.position
           LIMIT CASE WHEN v_profiles[t.of] IS NULL THEN a_run_ahead ELSE 1 END) d) x
    LEFT JOIN LATERAL (
      SELECT y.* FROM retour.event y
       WHERE x.is_first AND y.workspace_id = x.ws AND y.event_id = x.event_id LIMIT 1) e ON true
    LEFT JOIN LATERAL (
      SELECT y.event_id FROM retour.lane_gap y
       WHERE y.workspace_id = x.ws AND y.subscription_id = x.sub AND y.lane = x.lane LIMIT 1) g ON true
   ORDER BY x.i, x.position;
END $$;
