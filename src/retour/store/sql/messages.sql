-- :name append_message
-- Begin a message's own stream with its event, and queue that for whoever is told.
SELECT retour.append($1, $2, $3, NULL, $4, $5, $6, ARRAY[$7::text], ARRAY[$8::text], ARRAY[1],
  ARRAY[NULL::integer], ARRAY[$9::timestamptz], ARRAY[$10::json], $11, $12, $13, $14, $15)

-- :name message
-- The event that a message began with.
SELECT event_id, tx::text AS tx_text, type, stream, stream_sequence, return_id, sequence, occurred_at, recorded_at,
       actor, source, snapshot, personal
  FROM retour.event
 WHERE workspace_id = $1 AND stream = $2 AND stream_sequence = 1
