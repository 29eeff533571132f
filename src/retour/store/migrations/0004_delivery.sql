-- Delivery: lanes are leased, tried and settled; subscriptions are judged by what came of it.
--
-- Rules of this part:
--   * one clock, the database's: callers say "in so many milliseconds", never "at".
--   * acknowledgements are facts and are applied whatever the token; schedules are owned and are
--     applied only with the token of the lease that is still in force.
--   * rows are locked in the order of their keys; lanes before renderings, subscriptions apart.
-- Plans are fixed (force_generic_plan, index look-ups only): a burst into empty tables must not be
-- served with the plan of an empty table.

-- Attempts made before the present series: a manual retry or a resumption starts a new one.
ALTER TABLE retour.lane ADD COLUMN series_start smallint NOT NULL DEFAULT 0;

-- How long each part of an attempt took, in milliseconds; null where it did not happen.
ALTER TABLE retour.attempt ADD COLUMN ms_dns integer;
ALTER TABLE retour.attempt ADD COLUMN ms_connect integer;
ALTER TABLE retour.attempt ADD COLUMN ms_tls integer;
ALTER TABLE retour.attempt ADD COLUMN ms_first_byte integer;

-- Bytes are kept as they are: compressing them costs more than all else of a delivery, and what fits
-- stays in its row.  (Storage parameters are a partition's own; make_partitions sets this one.)
ALTER TABLE retour.rendering ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE retour.rendering_default SET (toast_tuple_target = 8160);
ALTER TABLE retour.rendering_default ALTER COLUMN body SET STORAGE EXTERNAL;

-- The last message of a lane that was given up, until its receiver has been told by a later one.
CREATE TABLE retour.lane_gap (
  workspace_id bigint NOT NULL,
  subscription_id text COLLATE "C" NOT NULL,
  lane text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace_id, subscription_id, lane)
);
ALTER TABLE retour.lane_gap ENABLE ROW LEVEL SECURITY;
ALTER TABLE retour.lane_gap FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON retour.lane_gap TO retour_app, retour_owner
  USING (workspace_id = current_setting('app.ws')::bigint)
  WITH CHECK (workspace_id = current_setting('app.ws')::bigint);
CREATE POLICY deliver ON retour.lane_gap TO retour_delivery USING (true) WITH CHECK (true);
GRANT SELECT ON retour.lane_gap TO retour_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON retour.lane_gap TO retour_delivery;

-- The delivery processes that are alive, or were: each holds the advisory lock of its node for life,
-- and its node stands in the upper half of every token it leases with.  They are nobody's in particular:
-- workspace 0 is the house itself.
CREATE TABLE retour.delivery_node (
  workspace_id bigint NOT NULL CHECK (workspace_id = 0),
  node integer NOT NULL,
  started_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, node)
);
ALTER TABLE retour.delivery_node ENABLE ROW LEVEL SECURITY;
ALTER TABLE retour.delivery_node FORCE ROW LEVEL SECURITY;
CREATE POLICY deliver ON retour.delivery_node TO retour_delivery USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON retour.delivery_node TO retour_delivery;

-- Registers the caller's connection as the life of a node; false where the number is taken.
CREATE FUNCTION retour.enlist(a_node integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF NOT pg_try_advisory_lock(726386870, a_node) THEN RETURN false; END IF;
  INSERT INTO retour.delivery_node (workspace_id, node, started_at) VALUES (0, a_node, clock_timestamp())
    ON CONFLICT DO NOTHING;
  IF FOUND THEN RETURN true; END IF;
  PERFORM pg_advisory_unlock(726386870, a_node);
  RETURN false;
END $$;

-- Gives back the lanes of nodes that have died, at once and marked as in doubt (token -1); the lease of
-- one that only lost its connection is over with it.  Answers how many lanes came back.
CREATE FUNCTION retour.bury() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_node integer;
  v_rows tid[];
  v_all integer := 0;
BEGIN
  FOR v_node IN SELECT n.node FROM retour.delivery_node n WHERE n.workspace_id = 0 LOOP
    CONTINUE WHEN NOT pg_try_advisory_xact_lock(726386870, v_node);
    -- Locked first, changed by another statement: what its last settlement has freed is left alone.
    -- across workspaces: a process leases for all of them, and what it held comes back in one go
    SELECT array_agg(x.ctid) INTO v_rows
      FROM (SELECT l.ctid FROM retour.lane l WHERE l.token >> 32 = v_node
             ORDER BY l.workspace_id, l.subscription_id, l.lane FOR UPDATE) x;
    -- across workspaces: by place; the rows were locked above
    UPDATE retour.lane l SET due_at = clock_timestamp(), token = -1 WHERE l.ctid = ANY (v_rows);
    v_all := v_all + coalesce(cardinality(v_rows), 0);
    DELETE FROM retour.delivery_node n WHERE n.workspace_id = 0 AND n.node = v_node;
  END LOOP;
  RETURN v_all;
END $$;

-- Delivery itself says one thing in the log: that it paused a subscription.
GRANT INSERT ON retour.event TO retour_delivery;

-- Lists the subscriptions that have something to lease now; one index descent per subscription
-- with lanes, however many lanes it has.  The dead are buried first.
CREATE FUNCTION retour.discover() RETURNS TABLE (workspace_id bigint, subscription_id text)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz;
BEGIN
  PERFORM retour.bury();
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

-- Says whether a lane of a profile's subscription must wait for another one of that profile: the
-- templates of one inbox are subscriptions apart, but whoever reads it is told in one order.
CREATE FUNCTION retour.is_behind(a_ws bigint, a_subscription text, a_profile text, a_lane text)
RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT 1
      FROM retour.subscription s
      JOIN retour.lane l ON l.workspace_id = s.workspace_id AND l.subscription_id = s.subscription_id
      JOIN retour.delivery d
        ON d.workspace_id = l.workspace_id AND d.subscription_id = l.subscription_id AND d.lane = l.lane
     WHERE s.workspace_id = a_ws AND s.profile_id = a_profile AND s.subscription_id <> a_subscription
       AND s.state IN ('active', 'probing') AND l.lane = a_lane AND NOT l.blocked
       AND d.position < (SELECT min(y.position) FROM retour.delivery y
                          WHERE y.workspace_id = a_ws AND y.subscription_id = a_subscription AND y.lane = a_lane))
$$;

-- Leases lanes of the named subscriptions, as many of each as it has free slots, for `a_lease_s`, and
-- answers up to `a_run_ahead` deliveries of each, the oldest first.  An event stands in the first row
-- that needs it.  A probing subscription gives one lane, due or not, and is then held until that
-- probe is judged.
CREATE FUNCTION retour.lease(
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

-- Reads a column of values that were joined by U+001F; an empty one is null.
CREATE FUNCTION retour.unpacked(a_column text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT string_to_array(a_column, E'\x1f', '')
$$;

-- Writes what came of leased lanes, all in one call.  Columns are packed (see `unpacked`), for a client
-- spends more on an array than the server on taking it apart.
--   Lanes, sorted by key, for they are locked as they come.  `p_acked` and `p_done` are the highest
--     positions delivered, and delivered or given up (0: none); `p_due_ms` counts from now, null goes on
--     under the same lease; `p_attempts` were made of the head that then stands, `p_starts` of them before
--     its series; `p_failing` starts or keeps the age of its failure; `p_blocked` parks the lane;
--     `p_collapse` skips to its latest; `p_gaps` is the event given up last, '-' once that was told.
--   Endings: deliveries that ended otherwise than delivered, and how.
--   Attempts: of which lane (from 1), begun how long ago; bodies only where there are some.
--   Renderings: kept once.
-- Answers, per lane as given: whether the lease was still ours, and how many deliveries are left.
CREATE FUNCTION retour.settle(
  a_lease_s integer,
  p_workspaces text, p_subscriptions text, p_lanes text, p_tokens text, p_acked text, p_done text, p_due_ms text,
  p_attempts text, p_starts text, p_failing text, p_blocked text, p_collapse text, p_gaps text,
  p_end_ids text, p_end_statuses text,
  p_t_lane text, p_t_ids text, p_t_deliveries text, p_t_n text, p_t_ago_ms text, p_t_outcomes text, p_t_codes text,
  p_t_errors text, p_t_details text, p_t_ms text, p_t_ms_dns text, p_t_ms_connect text, p_t_ms_tls text,
  p_t_ms_first_byte text, p_t_peers text, p_t_request_headers text, p_t_response_headers text,
  p_t_bodied text, a_bodies bytea[],
  p_r_workspaces text, p_r_events text, p_r_keys text, p_r_content_types text, p_r_headers text, r_bodies bytea[]
) RETURNS TABLE (is_ours boolean, remaining integer) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz := clock_timestamp();
  a_workspaces bigint[] := retour.unpacked(p_workspaces);
  a_subscriptions text[] := retour.unpacked(p_subscriptions);
  a_lanes text[] := retour.unpacked(p_lanes);
  a_tokens bigint[] := retour.unpacked(p_tokens);
  a_acked integer[] := retour.unpacked(p_acked);
  a_done integer[] := retour.unpacked(p_done);
  a_due_ms bigint[] := retour.unpacked(p_due_ms);
  a_attempts integer[] := retour.unpacked(p_attempts);
  a_starts integer[] := retour.unpacked(p_starts);
  a_failing boolean[] := retour.unpacked(p_failing);
  a_blocked boolean[] := retour.unpacked(p_blocked);
  a_collapse boolean[] := retour.unpacked(p_collapse);
  a_gaps text[] := retour.unpacked(p_gaps);
  a_end_ids text[] := retour.unpacked(p_end_ids);
  a_end_statuses text[] := retour.unpacked(p_end_statuses);
  t_lane integer[] := retour.unpacked(p_t_lane);
  t_bodied integer[] := retour.unpacked(p_t_bodied);
  t_bodies bytea[] := '{}';
  v_left integer[]; v_ours boolean[]; v_done integer[]; v_moved boolean[]; v_of integer[]; v_i integer;
BEGIN
  SELECT array_agg(l.pending), array_agg(coalesce(l.token = r.token, false)) INTO v_left, v_ours
    FROM unnest(a_workspaces, a_subscriptions, a_lanes, a_tokens) AS r(ws, sub, lane, token)
    LEFT JOIN LATERAL (
      SELECT x.pending, x.token FROM retour.lane x
       WHERE x.workspace_id = r.ws AND x.subscription_id = r.sub AND x.lane = r.lane FOR UPDATE) l ON true;
  -- How far each lane is done: by its owner as it says, by another only what was really delivered.
  FOR i IN 1 .. cardinality(a_lanes) LOOP
    v_done[i] := CASE WHEN v_ours[i] THEN a_done[i] ELSE a_acked[i] END;
    IF v_ours[i] AND a_collapse[i] THEN
      v_done[i] := greatest(a_done[i], (
        SELECT max(d.position) - 1 FROM retour.delivery d
         WHERE d.workspace_id = a_workspaces[i] AND d.subscription_id = a_subscriptions[i] AND d.lane = a_lanes[i]));
    END IF;
    v_moved[i] := false;
  END LOOP;
  -- across workspaces: one batch of results settles lanes of many, each named by its own key
  WITH x AS (
    DELETE FROM retour.delivery d
     USING unnest(a_workspaces, a_subscriptions, a_lanes, v_done) WITH ORDINALITY AS r(ws, sub, lane, done, i)
     WHERE r.done > 0 AND d.workspace_id = r.ws AND d.subscription_id = r.sub AND d.lane = r.lane
       AND d.position <= r.done
    RETURNING r.i, d.*),
  logged AS (
    INSERT INTO retour.delivery_log (workspace_id, delivery_id, subscription_id, lane, position, event_id,
        subscription_version, type, return_id, status, finished_at, resend_of)
      SELECT x.workspace_id, x.delivery_id, x.subscription_id, x.lane, x.position, x.event_id,
             x.subscription_version, x.type, x.return_id,
             coalesce(m.status, CASE WHEN x.position > a_done[x.i] THEN 'skipped' ELSE 'delivered' END),
             v_now, x.resend_of
        FROM x LEFT JOIN LATERAL (
          SELECT u.status FROM unnest(a_end_ids, a_end_statuses) AS u(id, status)
           WHERE u.id = x.delivery_id LIMIT 1) m ON true)
  SELECT coalesce(array_agg(x.i::integer), '{}') INTO v_of FROM x;
  FOREACH v_i IN ARRAY v_of LOOP
    v_left[v_i] := v_left[v_i] - 1;
    v_moved[v_i] := true;
  END LOOP;
  DELETE FROM retour.lane l
   USING unnest(a_workspaces, a_subscriptions, a_lanes, v_left) AS f(ws, sub, lane, remaining)
   WHERE f.remaining <= 0 AND l.workspace_id = f.ws AND l.subscription_id = f.sub AND l.lane = f.lane;
  UPDATE retour.lane l
     SET pending = f.remaining,
         due_at = CASE WHEN NOT f.ours THEN l.due_at
                       WHEN f.due_ms IS NULL THEN v_now + make_interval(secs => a_lease_s)
                       ELSE v_now + f.due_ms * interval '1 millisecond' END,
         token = CASE WHEN f.ours AND f.due_ms IS NOT NULL THEN 0 ELSE l.token END,
         attempt = CASE WHEN f.ours THEN f.attempt WHEN f.moved THEN 0 ELSE l.attempt END,
         series_start = CASE WHEN f.ours THEN f.start WHEN f.moved THEN 0 ELSE l.series_start END,
         first_fail_at = CASE WHEN f.ours AND f.failing AND f.moved THEN v_now
                              WHEN f.ours AND f.failing THEN coalesce(l.first_fail_at, v_now)
                              WHEN f.moved THEN NULL ELSE l.first_fail_at END,
         blocked = CASE WHEN f.ours THEN f.blocked ELSE l.blocked END
    FROM unnest(a_workspaces, a_subscriptions, a_lanes, v_ours, v_moved, v_left, a_due_ms, a_attempts, a_starts,
           a_failing, a_blocked)
         AS f(ws, sub, lane, ours, moved, remaining, due_ms, attempt, start, failing, blocked)
   WHERE f.remaining > 0 AND (f.ours OR f.moved)
     AND l.workspace_id = f.ws AND l.subscription_id = f.sub AND l.lane = f.lane;
  FOR i IN 1 .. cardinality(t_bodied) LOOP
    t_bodies[t_bodied[i]] := a_bodies[i];
  END LOOP;
  IF cardinality(t_lane) > 0 THEN
    INSERT INTO retour.attempt (workspace_id, attempt_id, delivery_id, subscription_id, n, at, outcome, status_code,
        error, detail, duration_ms, ms_dns, ms_connect, ms_tls, ms_first_byte, peer, request_headers,
        response_headers, response_body, fenced)
      SELECT a_workspaces[t.lane], t.id, t.delivery, a_subscriptions[t.lane], t.n,
             v_now - t.ago_ms * interval '1 millisecond', t.outcome, t.code, t.error, t.detail, t.ms, t.ms_dns,
             t.ms_connect, t.ms_tls, t.ms_first_byte, t.peer, t.request_headers, t.response_headers,
             t_bodies[t.place], NOT v_ours[t.lane]
        FROM unnest(t_lane, retour.unpacked(p_t_ids), retour.unpacked(p_t_deliveries),
               retour.unpacked(p_t_n)::integer[], retour.unpacked(p_t_ago_ms)::bigint[],
               retour.unpacked(p_t_outcomes), retour.unpacked(p_t_codes)::integer[], retour.unpacked(p_t_errors),
               retour.unpacked(p_t_details), retour.unpacked(p_t_ms)::integer[],
               retour.unpacked(p_t_ms_dns)::integer[], retour.unpacked(p_t_ms_connect)::integer[],
               retour.unpacked(p_t_ms_tls)::integer[], retour.unpacked(p_t_ms_first_byte)::integer[],
               retour.unpacked(p_t_peers), retour.unpacked(p_t_request_headers),
               retour.unpacked(p_t_response_headers)) WITH ORDINALITY
             AS t(lane, id, delivery, n, ago_ms, outcome, code, error, detail, ms, ms_dns, ms_connect, ms_tls,
               ms_first_byte, peer, request_headers, response_headers, place)
      ON CONFLICT DO NOTHING;
  END IF;
  IF cardinality(r_bodies) > 0 THEN
    INSERT INTO retour.rendering (workspace_id, event_id, render_key, content_type, headers, body)
      SELECT r.ws, r.event, r.key, r.content_type, r.headers::json, r.body
        FROM unnest(retour.unpacked(p_r_workspaces)::bigint[], retour.unpacked(p_r_events),
               retour.unpacked(p_r_keys), retour.unpacked(p_r_content_types), retour.unpacked(p_r_headers), r_bodies)
             AS r(ws, event, key, content_type, headers, body)
       ORDER BY r.ws, r.event, r.key
      ON CONFLICT DO NOTHING;
  END IF;
  IF EXISTS (SELECT FROM unnest(a_gaps) AS g(gap) WHERE g.gap IS NOT NULL) THEN
    PERFORM retour.settle_gaps(a_workspaces, a_subscriptions, a_lanes, a_gaps);
  END IF;
  RETURN QUERY SELECT o.ours, o.remaining FROM unnest(v_ours, v_left) AS o(ours, remaining);
END $$;

-- Remembers which message of a lane was given up last, or forgets it ('-') once a later one has told.
CREATE FUNCTION retour.settle_gaps(a_workspaces bigint[], a_subscriptions text[], a_lanes text[], a_gaps text[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO retour.lane_gap (workspace_id, subscription_id, lane, event_id)
    SELECT g.ws, g.sub, g.lane, g.gap
      FROM unnest(a_workspaces, a_subscriptions, a_lanes, a_gaps) AS g(ws, sub, lane, gap)
     WHERE g.gap <> '-' ORDER BY g.ws, g.sub, g.lane
    ON CONFLICT (workspace_id, subscription_id, lane) DO UPDATE SET event_id = EXCLUDED.event_id;
  DELETE FROM retour.lane_gap x
   USING unnest(a_workspaces, a_subscriptions, a_lanes, a_gaps) AS g(ws, sub, lane, gap)
   WHERE g.gap = '-' AND x.workspace_id = g.ws AND x.subscription_id = g.sub AND x.lane = g.lane;
END $$;

-- Judges subscriptions by a batch of results, one row each: `failures` are those after the last
-- success, `hold_ms` what the receiver asked for, `gone` a 410.  Answers what is to happen next:
-- 'reopened' (probing no more; resume it), 'probing' (now), or 'gone' and 'expired' (pause it).
CREATE FUNCTION retour.judge(
  a_workspaces bigint[], a_subscriptions text[], a_succeeded boolean[], a_failures integer[], a_hold_ms bigint[],
  a_gone boolean[], a_expiry_s bigint[], a_probing_failures integer, a_probing_s integer, a_probe_pauses_s integer[]
) RETURNS TABLE (workspace_id bigint, subscription_id text, verdict text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz := clock_timestamp();
  r record;
  b retour.subscription%ROWTYPE;
BEGIN
  FOR r IN
    SELECT * FROM unnest(a_workspaces, a_subscriptions, a_succeeded, a_failures, a_hold_ms, a_gone, a_expiry_s)
           AS x(ws, sub, succeeded, failures, hold_ms, gone, expiry_s) ORDER BY x.ws, x.sub COLLATE "C"
  LOOP
    SELECT x.* INTO b FROM retour.subscription x
     WHERE x.workspace_id = r.ws AND x.subscription_id = r.sub AND x.state IN ('active', 'probing') FOR UPDATE;
    CONTINUE WHEN NOT FOUND;
    workspace_id := r.ws;
    subscription_id := r.sub;
    verdict := NULL;
    IF r.succeeded THEN
      IF b.state = 'probing' THEN
        b.state := 'active'; b.state_reason := NULL; b.state_at := v_now; verdict := 'reopened';
      END IF;
      b.failures := 0; b.failing_since := NULL; b.probes := 0; b.hold_until := NULL;
    END IF;
    IF r.failures > 0 THEN
      b.failures := b.failures + r.failures;
      b.failing_since := coalesce(b.failing_since, v_now);
      IF b.state = 'probing' THEN
        b.probes := b.probes + 1;
      ELSIF b.failures >= a_probing_failures AND b.failing_since <= v_now - make_interval(secs => a_probing_s) THEN
        b.state := 'probing'; b.state_reason := 'failing'; b.state_at := v_now; b.probes := 0; verdict := 'probing';
      END IF;
      IF b.state = 'probing' THEN
        b.hold_until := v_now
          + make_interval(secs => a_probe_pauses_s[least(b.probes + 1, cardinality(a_probe_pauses_s))]);
      END IF;
      IF b.failing_since <= v_now - make_interval(secs => r.expiry_s) THEN verdict := 'expired'; END IF;
    END IF;
    IF r.hold_ms > 0 THEN
      b.hold_until := greatest(b.hold_until, v_now + r.hold_ms * interval '1 millisecond');
    END IF;
    IF r.gone THEN verdict := 'gone'; END IF;
    UPDATE retour.subscription x
       SET state = b.state, state_reason = b.state_reason, state_at = b.state_at, failures = b.failures,
           failing_since = b.failing_since, probes = b.probes, hold_until = b.hold_until
     WHERE x.workspace_id = r.ws AND x.subscription_id = r.sub;
    IF verdict IS NOT NULL THEN RETURN NEXT; END IF;
  END LOOP;
END $$;

-- Pauses a subscription that is being served, and says so: the event `subscription.paused` in the
-- subscription's own stream, for those who want it.  False where somebody else changed it before.
CREATE FUNCTION retour.pause(
  a_ws bigint, a_subscription text, a_reason text, a_event text, a_occurred timestamptz, a_actor json, a_source text,
  a_personal json, a_snapshot json, a_d_subscription text[], a_d_version integer[], a_d_lane text[], a_d_id text[]
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := clock_timestamp();
  v_next integer;
BEGIN
  UPDATE retour.subscription b
     SET state = 'paused', state_reason = a_reason, state_at = v_now, hold_until = NULL
   WHERE b.workspace_id = a_ws AND b.subscription_id = a_subscription AND b.state IN ('active', 'probing');
  IF NOT FOUND THEN RETURN false; END IF;
  SELECT coalesce(max(e.stream_sequence), 0) + 1 INTO v_next
    FROM retour.event e WHERE e.workspace_id = a_ws AND e.stream = a_subscription;
  PERFORM retour.append(a_ws, v_now, a_subscription, NULL, a_actor, a_source, a_personal,
    ARRAY[a_event], ARRAY['subscription.paused'], ARRAY[v_next], ARRAY[NULL::integer], ARRAY[a_occurred],
    ARRAY[a_snapshot], array_fill(1, ARRAY[coalesce(array_length(a_d_id, 1), 0)]), a_d_subscription, a_d_version,
    a_d_lane, a_d_id);
  RETURN true;
END $$;

-- Serves a subscription again, where it stopped: its waiting lanes become due over up to a minute
-- (the fewer they are, the sooner), each head at the start of a new series.  Lanes in flight and
-- blocked ones stay as they are.  Answers how many lanes wait; null where there is no such subscription.
CREATE FUNCTION retour.resume(a_ws bigint, a_subscription text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := clock_timestamp();
  v_spread_s float8;
  v_lanes integer;
BEGIN
  PERFORM set_config('app.ws', a_ws::text, true);
  UPDATE retour.subscription b
     SET state = 'active', state_reason = NULL, state_at = CASE WHEN b.state = 'active' THEN b.state_at ELSE v_now END,
         failures = 0, failing_since = NULL, probes = 0, hold_until = NULL
   WHERE b.workspace_id = a_ws AND b.subscription_id = a_subscription AND b.state <> 'deleted';
  IF NOT FOUND THEN RETURN NULL; END IF;
  SELECT count(*) INTO v_lanes
    FROM (SELECT FROM retour.lane x
           WHERE x.workspace_id = a_ws AND x.subscription_id = a_subscription AND NOT x.blocked
           ORDER BY x.lane FOR UPDATE) l;
  v_spread_s := least(60, (v_lanes - 1) * 0.01);
  UPDATE retour.lane l
     SET due_at = v_now + random() * v_spread_s * interval '1 second', series_start = l.attempt, first_fail_at = NULL
   WHERE l.workspace_id = a_ws AND l.subscription_id = a_subscription AND NOT l.blocked
     AND (l.token = 0 OR l.due_at <= v_now);
  RETURN v_lanes;
END $$;

-- Writes the ten characters of an id that say when it was minted (see kernel.ids).
CREATE FUNCTION retour.time_prefix(a_prefix text, a_at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT a_prefix || '_' || string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz',
           (((extract(epoch FROM a_at) * 1000)::bigint >> (45 - 5 * i)) & 31)::integer + 1, 1), '' ORDER BY i)
    FROM generate_series(0, 9) AS i
$$;

-- Has daily partitions from today to `a_days` ahead; rows that came too early move out of the default
-- one.  Made by the owner whoever calls; answers how many were new.
CREATE FUNCTION retour.make_partitions(a_days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_today date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
  v_made integer := 0;
  v_table text; v_prefix text; v_key text; v_name text; v_low text; v_high text;
BEGIN
  IF NOT pg_try_advisory_xact_lock(7263868702) THEN RETURN 0; END IF;
  FOR v_table, v_prefix, v_key IN
    VALUES ('event', 'evt', 'event_id'), ('delivery_log', 'dlv', 'delivery_id'), ('attempt', 'att', 'attempt_id'),
           ('rendering', 'evt', 'event_id')
  LOOP
    FOR v_day IN 0 .. a_days LOOP
      v_name := v_table || '_' || to_char(v_today + v_day, 'YYYYMMDD');
      CONTINUE WHEN to_regclass('retour.' || v_name) IS NOT NULL;
      v_low := retour.time_prefix(v_prefix, (v_today + v_day)::timestamp AT TIME ZONE 'UTC');
      v_high := retour.time_prefix(v_prefix, (v_today + v_day + 1)::timestamp AT TIME ZONE 'UTC');
      EXECUTE format('LOCK TABLE retour.%I IN SHARE UPDATE EXCLUSIVE MODE', v_table);
      EXECUTE format('LOCK TABLE retour.%I IN ACCESS EXCLUSIVE MODE', v_table || '_default');
      EXECUTE format('CREATE TABLE retour.%I (LIKE retour.%I INCLUDING ALL)', v_name, v_table);
      IF v_table = 'rendering' THEN
        EXECUTE format('ALTER TABLE retour.%I SET (toast_tuple_target = 8160)', v_name);
      END IF;
      EXECUTE format(
        'WITH early AS (DELETE FROM retour.%I WHERE %I >= %L AND %I < %L RETURNING *)'
        ' INSERT INTO retour.%I SELECT * FROM early',
        v_table || '_default', v_key, v_low, v_key, v_high, v_name);
      EXECUTE format('ALTER TABLE retour.%I ATTACH PARTITION retour.%I FOR VALUES FROM (%L) TO (%L)',
        v_table, v_name, v_low, v_high);
      v_made := v_made + 1;
    END LOOP;
  END LOOP;
  RETURN v_made;
END $$;

-- Drops the daily partitions of finished work older than `a_days`: the log, its attempts, its bytes.
-- Events stay.  Answers how many were dropped.
CREATE FUNCTION retour.drop_partitions(a_days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_oldest text := to_char((clock_timestamp() AT TIME ZONE 'UTC')::date - a_days, 'YYYYMMDD');
  v_dropped integer := 0;
  v_name text;
BEGIN
  IF a_days < 1 OR NOT pg_try_advisory_xact_lock(7263868702) THEN RETURN 0; END IF;
  FOR v_name IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent IN ('retour.delivery_log'::regclass, 'retour.attempt'::regclass, 'retour.rendering'::regclass)
       AND c.relname ~ '_[0-9]{8}$' AND right(c.relname, 8) < v_oldest
  LOOP
    EXECUTE format('DROP TABLE retour.%I', v_name);
    v_dropped := v_dropped + 1;
  END LOOP;
  RETURN v_dropped;
END $$;

REVOKE ALL ON FUNCTION retour.make_partitions(integer), retour.drop_partitions(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retour.make_partitions(integer), retour.drop_partitions(integer) TO retour_delivery;

SELECT retour.make_partitions(14);
