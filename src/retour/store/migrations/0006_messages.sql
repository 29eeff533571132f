-- One event, several messages: a dialect may say an event in up to four words, each a delivery of its
-- own.  A delivery's place in its lane is four times its event's number plus which of its words it is,
-- so that words stay in order and everything queued before, under the number alone, stays ahead.

-- Appends events to their streams, and to each matching subscription's lanes.
-- The arrays run in parallel: first those of events, then those of deliveries.  `a_d_event` is four
-- times the event's place in its arrays, from 1, plus which of its words the delivery says, from 0.
CREATE OR REPLACE FUNCTION retour.append(
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
      SELECT s.workspace_id, s.subscription_id, d.lane,
             a_stream_sequences[d.event / 4] * 4 + d.event % 4, d.id, a_ids[d.event / 4],
             d.version, a_types[d.event / 4],
             CASE WHEN a_sequences[d.event / 4] IS NULL THEN NULL ELSE a_return END
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

-- Pauses a subscription that is being served, and says so: the event `subscription.paused` in the
-- subscription's own stream, for those who want it.  False where somebody else changed it before.
CREATE OR REPLACE FUNCTION retour.pause(
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
    ARRAY[a_snapshot], array_fill(4, ARRAY[coalesce(array_length(a_d_id, 1), 0)]), a_d_subscription, a_d_version,
    a_d_lane, a_d_id);
  RETURN true;
END $$;
