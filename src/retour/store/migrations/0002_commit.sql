-- The two hot verbs: load everything one decision may look at, and commit what it decided.
--
-- Both are one call. They set the workspace for their own transaction, so that row-level security
-- holds without a round trip; both run with the caller's rights (SECURITY INVOKER).
-- SQLSTATEs of our own: RT001 stale (reload and decide again), RT002 a counter or cap said no,
-- RT003 the set of subscriptions changed (reload it).

-- Loads an order (by number, or by one of its returns) with all that a decision needs; no lock is taken.
CREATE FUNCTION retour.load(
  a_ws bigint, a_return text, a_order_number text, a_policy text, a_facility text,
  a_new boolean, a_numbers integer, a_key_id text, a_key text
) RETURNS TABLE (
  tick timestamptz, clock_offset_us bigint, epoch integer,
  order_id text, order_version integer, stream_sequence integer, order_body json, customer json,
  line_ids text[], counters integer[], payment_ids text[], captured bigint[], reserved bigint[],
  return_version integer, return_body json, words json, others json[],
  policy json, facility json, facility_number bigint, return_number bigint, first_number bigint,
  replay_digest bytea, replay_status smallint, replay_body bytea
) LANGUAGE plpgsql AS $$
DECLARE
  v_order text; v_policy text := a_policy; v_policy_version integer;
  r record;
BEGIN
  PERFORM set_config('app.ws', a_ws::text, true);
  IF a_numbers > 0 THEN
    UPDATE retour.numbering n SET next = n.next + a_numbers
      WHERE n.workspace_id = a_ws AND n.kind = 'line' RETURNING n.next - a_numbers INTO first_number;
  END IF;
  IF a_new THEN
    UPDATE retour.numbering n SET next = n.next + 1
      WHERE n.workspace_id = a_ws AND n.kind = 'return' RETURNING n.next - 1 INTO return_number;
  END IF;
  IF a_return IS NOT NULL THEN
    SELECT x.order_id, x.version, x.body, x.words INTO r
      FROM retour.returns x WHERE x.workspace_id = a_ws AND x.return_id = a_return;
    IF NOT FOUND THEN RETURN; END IF;
    v_order := r.order_id;
    return_version := r.version; return_body := r.body; words := r.words;
    v_policy := r.body -> 'policy' ->> 'id';
    v_policy_version := (r.body -> 'policy' ->> 'version')::integer;
    SELECT o.order_id, o.version, o.stream_sequence, o.body, o.customer
      INTO order_id, order_version, stream_sequence, order_body, customer
      FROM retour.orders o WHERE o.workspace_id = a_ws AND o.order_id = v_order;
  ELSE
    SELECT o.order_id, o.version, o.stream_sequence, o.body, o.customer
      INTO order_id, order_version, stream_sequence, order_body, customer
      FROM retour.orders o WHERE o.workspace_id = a_ws AND o.order_number = a_order_number;
    v_order := order_id;
  END IF;
  IF v_order IS NOT NULL THEN
    SELECT array_agg(l.line_id ORDER BY l.position, l.line_id),
           array_agg(ARRAY[l.delivered, l.requested, l.received, l.accepted, l.rejected, l.settled]
                     ORDER BY l.position, l.line_id)
      INTO line_ids, counters
      FROM retour.order_line l WHERE l.workspace_id = a_ws AND l.order_id = v_order;
    SELECT array_agg(p.payment_id ORDER BY p.position, p.payment_id),
           array_agg(p.captured ORDER BY p.position, p.payment_id),
           array_agg(p.reserved ORDER BY p.position, p.payment_id)
      INTO payment_ids, captured, reserved
      FROM retour.payment p WHERE p.workspace_id = a_ws AND p.order_id = v_order;
    SELECT array_agg(x.body ORDER BY x.return_id) INTO others
      FROM (SELECT y.body, y.return_id FROM retour.returns y
             WHERE y.workspace_id = a_ws AND y.order_id = v_order
               AND y.return_id IS DISTINCT FROM a_return
             ORDER BY y.return_id LIMIT 100) x;
  END IF;
  SELECT p.body INTO policy FROM retour.policy p
    WHERE p.workspace_id = a_ws AND p.policy_id = coalesce(v_policy, 'default')
      AND (v_policy_version IS NULL OR p.version = v_policy_version)
    ORDER BY p.version DESC LIMIT 1;
  IF a_facility IS NOT NULL THEN
    SELECT f.body, f.number INTO facility, facility_number
      FROM retour.facility f WHERE f.workspace_id = a_ws AND f.code = a_facility;
  END IF;
  IF a_key IS NOT NULL THEN
    SELECT i.digest, i.status, i.body INTO replay_digest, replay_status, replay_body
      FROM retour.idempotency i WHERE i.workspace_id = a_ws AND i.key_id = a_key_id AND i.key = a_key;
  END IF;
  -- The workspace last, so that an epoch never looks newer than what was read before it.
  SELECT w.clock_offset_us, w.epoch INTO clock_offset_us, epoch
    FROM retour.workspace w WHERE w.workspace_id = a_ws;
  tick := clock_timestamp();
  RETURN NEXT;
END $$;

-- Appends events to their streams, and to each matching subscription's lanes.
-- The arrays run in parallel: first those of events, then those of deliveries (a_d_event is 1-based).
CREATE FUNCTION retour.append(
  a_ws bigint, a_tick timestamptz, a_stream text, a_return text, a_actor json, a_source text, a_personal json,
  a_ids text[], a_types text[], a_stream_sequences integer[], a_sequences integer[],
  a_occurred timestamptz[], a_snapshots json[],
  a_d_event integer[], a_d_subscription text[], a_d_version integer[], a_d_lane text[], a_d_id text[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1 .. coalesce(array_length(a_ids, 1), 0) LOOP
    INSERT INTO retour.event (workspace_id, event_id, tx, type, stream, stream_sequence, return_id,
        sequence, occurred_at, recorded_at, actor, source, snapshot, personal)
      VALUES (a_ws, a_ids[i], pg_current_xact_id(), a_types[i], a_stream, a_stream_sequences[i],
        CASE WHEN a_sequences[i] IS NULL THEN NULL ELSE a_return END, a_sequences[i],
        a_occurred[i], a_tick, a_actor, a_source, a_snapshots[i], a_personal);
  END LOOP;
  IF array_length(a_d_id, 1) IS NOT NULL THEN
    INSERT INTO retour.delivery (workspace_id, subscription_id, lane, position, delivery_id, event_id,
        subscription_version, type, return_id)
      SELECT s.workspace_id, s.subscription_id, d.lane, a_stream_sequences[d.event], d.id, a_ids[d.event],
             d.version, a_types[d.event],
             CASE WHEN a_sequences[d.event] IS NULL THEN NULL ELSE a_return END
        FROM retour.subscription s
        JOIN unnest(a_d_event, a_d_subscription, a_d_version, a_d_lane, a_d_id)
             AS d(event, subscription_id, version, lane, id) ON d.subscription_id = s.subscription_id
       WHERE s.workspace_id = a_ws;
    INSERT INTO retour.lane (workspace_id, subscription_id, lane, due_at, pending)
      SELECT s.workspace_id, s.subscription_id, d.lane, a_tick, d.n
        FROM retour.subscription s
        JOIN (SELECT x.subscription_id, x.lane, count(*)::integer AS n
                FROM unnest(a_d_subscription, a_d_lane) AS x(subscription_id, lane) GROUP BY 1, 2) d
             ON d.subscription_id = s.subscription_id
       WHERE s.workspace_id = a_ws
       ORDER BY s.subscription_id, d.lane
      ON CONFLICT (workspace_id, subscription_id, lane)
      DO UPDATE SET pending = lane.pending + EXCLUDED.pending;
  END IF;
END $$;

-- Keeps the reply of a request; false where the same key has been answered before.
CREATE FUNCTION retour.keep_reply(
  a_ws bigint, a_tick timestamptz, a_key_id text, a_key text, a_digest bytea, a_status smallint, a_body bytea
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF a_key IS NULL THEN RETURN true; END IF;
  INSERT INTO retour.idempotency (workspace_id, key_id, key, digest, status, body, created_at)
    VALUES (a_ws, a_key_id, a_key, a_digest, a_status, a_body, a_tick)
    ON CONFLICT (workspace_id, key_id, key) DO NOTHING;
  RETURN FOUND;
END $$;

-- Raises RT003 where subscriptions, templates or keys changed since `a_epoch`.
CREATE FUNCTION retour.check_epoch(a_ws bigint, a_epoch integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM retour.workspace w WHERE w.workspace_id = a_ws AND w.epoch = a_epoch;
  IF NOT FOUND THEN RAISE EXCEPTION 'epoch' USING ERRCODE = 'RT003'; END IF;
END $$;

-- Commits one plan on a return: order first, then counters and caps, then the return, then its facts.
-- True when committed, false when the idempotency key had been used (nothing is written then).
CREATE FUNCTION retour.commit_return(
  a_ws bigint, a_tick timestamptz, a_epoch integer,
  a_order text, a_order_version integer, a_order_body json,
  a_lines text[], a_requested integer[], a_received integer[], a_accepted integer[],
  a_rejected integer[], a_settled integer[],
  a_payments text[], a_reserved bigint[],
  a_return text, a_return_version integer, a_order_number text, a_number bigint, a_rma_number text,
  a_status text, a_sequence integer, a_body json, a_words json, a_email bytea, a_skus text[],
  a_actor json, a_source text, a_personal json,
  a_ids text[], a_types text[], a_stream_sequences integer[], a_sequences integer[],
  a_occurred timestamptz[], a_snapshots json[],
  a_d_event integer[], a_d_subscription text[], a_d_version integer[], a_d_lane text[], a_d_id text[],
  a_key_id text, a_key text, a_key_digest bytea, a_reply_status smallint, a_reply bytea
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_count integer;
BEGIN
  PERFORM set_config('app.ws', a_ws::text, true);
  IF NOT retour.keep_reply(a_ws, a_tick, a_key_id, a_key, a_key_digest, a_reply_status, a_reply) THEN
    RETURN false;
  END IF;
  UPDATE retour.orders o
     SET version = o.version + 1, stream_sequence = o.stream_sequence + coalesce(array_length(a_ids, 1), 0),
         body = coalesce(a_order_body, o.body), updated_at = a_tick
   WHERE o.workspace_id = a_ws AND o.order_id = a_order AND o.version = a_order_version;
  IF NOT FOUND THEN RAISE EXCEPTION 'stale order' USING ERRCODE = 'RT001'; END IF;
  PERFORM retour.check_epoch(a_ws, a_epoch);
  IF array_length(a_lines, 1) IS NOT NULL THEN
    UPDATE retour.order_line l
       SET requested = l.requested + d.requested, received = l.received + d.received,
           accepted = l.accepted + d.accepted, rejected = l.rejected + d.rejected,
           settled = l.settled + d.settled
      FROM unnest(a_lines, a_requested, a_received, a_accepted, a_rejected, a_settled)
           AS d(line_id, requested, received, accepted, rejected, settled)
     WHERE l.workspace_id = a_ws AND l.order_id = a_order AND l.line_id = d.line_id
       AND l.requested + d.requested <= l.delivered;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    IF v_count <> array_length(a_lines, 1) THEN RAISE EXCEPTION 'counters' USING ERRCODE = 'RT002'; END IF;
  END IF;
  IF array_length(a_payments, 1) IS NOT NULL THEN
    UPDATE retour.payment p SET reserved = p.reserved + d.reserved
      FROM unnest(a_payments, a_reserved) AS d(payment_id, reserved)
     WHERE p.workspace_id = a_ws AND p.order_id = a_order AND p.payment_id = d.payment_id
       AND p.reserved + d.reserved BETWEEN 0 AND p.captured;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    IF v_count <> array_length(a_payments, 1) THEN RAISE EXCEPTION 'cap' USING ERRCODE = 'RT002'; END IF;
  END IF;
  IF a_return_version = 0 THEN
    INSERT INTO retour.returns (workspace_id, return_id, order_id, order_number, number, rma_number, status,
        version, sequence, body, words, email_digest, created_at, updated_at)
      VALUES (a_ws, a_return, a_order, a_order_number, a_number, a_rma_number, a_status,
        1, a_sequence, a_body, a_words, a_email, a_tick, a_tick);
  ELSE
    UPDATE retour.returns r
       SET status = a_status, version = r.version + 1, sequence = a_sequence, body = a_body, words = a_words,
           updated_at = a_tick
     WHERE r.workspace_id = a_ws AND r.return_id = a_return AND r.version = a_return_version;
    IF NOT FOUND THEN RAISE EXCEPTION 'stale return' USING ERRCODE = 'RT001'; END IF;
  END IF;
  IF array_length(a_skus, 1) IS NOT NULL THEN
    INSERT INTO retour.return_sku (workspace_id, sku, return_id)
      SELECT r.workspace_id, s.sku, r.return_id
        FROM retour.returns r JOIN unnest(a_skus) AS s(sku) ON true
       WHERE r.workspace_id = a_ws AND r.return_id = a_return
      ON CONFLICT (workspace_id, sku, return_id) DO NOTHING;
  END IF;
  PERFORM retour.append(a_ws, a_tick, a_order, a_return, a_actor, a_source, a_personal,
    a_ids, a_types, a_stream_sequences, a_sequences, a_occurred, a_snapshots,
    a_d_event, a_d_subscription, a_d_version, a_d_lane, a_d_id);
  RETURN true;
END $$;

-- Commits an order as it was put: its lines' delivered counts and its payments' captures as they now are.
CREATE FUNCTION retour.commit_order(
  a_ws bigint, a_tick timestamptz, a_epoch integer,
  a_order text, a_order_version integer, a_order_number text, a_order_body json, a_customer json, a_email bytea,
  a_lines text[], a_delivered integer[], a_payments text[], a_captured bigint[],
  a_actor json, a_source text, a_personal json,
  a_ids text[], a_types text[], a_stream_sequences integer[], a_sequences integer[],
  a_occurred timestamptz[], a_snapshots json[],
  a_d_event integer[], a_d_subscription text[], a_d_version integer[], a_d_lane text[], a_d_id text[]
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_events integer := coalesce(array_length(a_ids, 1), 0);
BEGIN
  PERFORM set_config('app.ws', a_ws::text, true);
  IF a_order_version = 0 THEN
    INSERT INTO retour.orders (workspace_id, order_id, order_number, version, stream_sequence, body, customer,
        email_digest, created_at, updated_at)
      VALUES (a_ws, a_order, a_order_number, 1, v_events, a_order_body, a_customer, a_email, a_tick, a_tick)
      ON CONFLICT (workspace_id, order_number) DO NOTHING;
  ELSE
    UPDATE retour.orders o
       SET version = o.version + 1, stream_sequence = o.stream_sequence + v_events, body = a_order_body,
           customer = a_customer, email_digest = a_email, updated_at = a_tick
     WHERE o.workspace_id = a_ws AND o.order_id = a_order AND o.version = a_order_version;
  END IF;
  IF NOT FOUND THEN RAISE EXCEPTION 'stale order' USING ERRCODE = 'RT001'; END IF;
  PERFORM retour.check_epoch(a_ws, a_epoch);
  DELETE FROM retour.order_line l
   WHERE l.workspace_id = a_ws AND l.order_id = a_order AND l.requested = 0 AND NOT l.line_id = ANY (a_lines);
  INSERT INTO retour.order_line (workspace_id, order_id, line_id, position, delivered)
    SELECT o.workspace_id, o.order_id, d.line_id, d.position, d.delivered
      FROM retour.orders o
      JOIN unnest(a_lines, a_delivered) WITH ORDINALITY AS d(line_id, delivered, position) ON true
     WHERE o.workspace_id = a_ws AND o.order_id = a_order
    ON CONFLICT (workspace_id, order_id, line_id)
    DO UPDATE SET delivered = EXCLUDED.delivered, position = EXCLUDED.position;
  DELETE FROM retour.payment p
   WHERE p.workspace_id = a_ws AND p.order_id = a_order AND p.reserved = 0 AND NOT p.payment_id = ANY (a_payments);
  INSERT INTO retour.payment (workspace_id, order_id, payment_id, position, captured)
    SELECT o.workspace_id, o.order_id, d.payment_id, d.position, d.captured
      FROM retour.orders o
      JOIN unnest(a_payments, a_captured) WITH ORDINALITY AS d(payment_id, captured, position) ON true
     WHERE o.workspace_id = a_ws AND o.order_id = a_order
    ON CONFLICT (workspace_id, order_id, payment_id)
    DO UPDATE SET captured = EXCLUDED.captured, position = EXCLUDED.position;
  PERFORM retour.append(a_ws, a_tick, a_order, NULL, a_actor, a_source, a_personal,
    a_ids, a_types, a_stream_sequences, a_sequences, a_occurred, a_snapshots,
    a_d_event, a_d_subscription, a_d_version, a_d_lane, a_d_id);
  RETURN true;
END $$;
