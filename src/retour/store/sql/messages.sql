-- :name append_message
-- Begin a stream with an event of no return, or go on with it, and queue the event for whoever is told. Those who go
-- on take turns.
SELECT retour.append($1, $2, $3, NULL, $4, $5, $6, ARRAY[$7::text], ARRAY[$8::text],
  ARRAY[(SELECT coalesce(max(e.stream_sequence), 0) + 1 FROM retour.event e
          WHERE e.workspace_id = $1 AND e.stream = $3)],
  ARRAY[NULL::integer], ARRAY[$9::timestamptz], ARRAY[$10::json], $11, $12, $13, $14, $15)

-- :name message
-- The event that a message began with.
SELECT event_id, tx::text AS tx_text, type, stream, stream_sequence, return_id, sequence, occurred_at, recorded_at,
       actor, source, snapshot, personal
  FROM retour.event
 WHERE workspace_id = $1 AND stream = $2 AND stream_sequence = 1
