-- What a decision looks at is read at one moment.  Each statement of 0009's load saw what was committed when it
-- began: a return as it was beside counters as they are.  No commit could come of that, but a refusal, or a false
-- alarm of our own assertions.  A stable function sees what its caller sees, from its first statement to its last;
-- it may write nothing, so numbers are drawn outside of it.

-- Looks at an order (by number, or by one of its returns) with all that a decision needs; no lock is taken.
CREATE FUNCTION retour.look(
  a_ws bigint, a_return text, a_order_number text, a_policy text, a_facility text, a_key_id text, a_key text
) RETURNS TABLE (
  tick timestamptz, clock_offset_us bigint, epoch integer,
  order_id text, order_version integer, stream_sequence integer, order_body json, customer json,
  line_ids text[], counters integer[], payment_ids text[], captured bigint[], reserved bigint[],
  return_version integer, return_body json, words json, others json[], others_words json[],
  policy json, facility json, facility_number bigint,
  replay_digest bytea, replay_status smallint, replay_body bytea
) LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_order text; v_policy text := a_policy; v_policy_version integer;
  r record;
BEGIN
  PERFORM set_config('app.ws', a_ws::text, true);
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
    SELECT array_agg(x.body ORDER BY x.return_id), array_agg(x.words ORDER BY x.return_id)
      INTO others, others_words
      FROM (SELECT y.body, y.words, y.return_id FROM retour.returns y
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
  SELECT w.clock_offset_us, w.epoch INTO clock_offset_us, epoch
    FROM retour.workspace w WHERE w.workspace_id = a_ws;
  tick := clock_timestamp();
  RETURN NEXT;
END $$;

-- Draws numbers where some are needed, then looks.
CREATE OR REPLACE FUNCTION retour.load(
  a_ws bigint, a_return text, a_order_number text, a_policy text, a_facility text,
  a_new boolean, a_numbers integer, a_key_id text, a_key text
) RETURNS TABLE (
  tick timestamptz, clock_offset_us bigint, epoch integer,
  order_id text, order_version integer, stream_sequence integer, order_body json, customer json,
  line_ids text[], counters integer[], payment_ids text[], captured bigint[], reserved bigint[],
  return_version integer, return_body json, words json, others json[], others_words json[],
  policy json, facility json, facility_number bigint, return_number bigint, first_number bigint,
  replay_digest bytea, replay_status smallint, replay_body bytea
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_return bigint; v_first bigint;
BEGIN
  PERFORM set_config('app.ws', a_ws::text, true);
  IF a_numbers > 0 THEN
    UPDATE retour.numbering n SET next = n.next + a_numbers
      WHERE n.workspace_id = a_ws AND n.kind = 'line' RETURNING n.next - a_numbers INTO v_first;
  END IF;
  IF a_new THEN
    UPDATE retour.numbering n SET next = n.next + 1
      WHERE n.workspace_id = a_ws AND n.kind = 'return' RETURNING n.next - 1 INTO v_return;
  END IF;
  RETURN QUERY
    SELECT l.tick, l.clock_offset_us, l.epoch,
           l.order_id, l.order_version, l.stream_sequence, l.order_body, l.customer,
           l.line_ids, l.counters, l.payment_ids, l.captured, l.reserved,
           l.return_version, l.return_body, l.words, l.others, l.others_words,
           l.policy, l.facility, l.facility_number, v_return, v_first,
           l.replay_digest, l.replay_status, l.replay_body
      FROM retour.look(a_ws, a_return, a_order_number, a_policy, a_facility, a_key_id, a_key) l;
END $$;
