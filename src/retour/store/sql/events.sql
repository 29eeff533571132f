-- :name log_events
-- The log behind a place, in the order of commits, as far as no earlier commit can still appear.
-- Events of one commit share `tx`; within it their streams' own order counts.
SELECT event_id, tx::text AS tx_text, type, stream, stream_sequence, return_id, sequence, occurred_at, recorded_at,
       actor, source, snapshot, personal
  FROM retour.event
 WHERE workspace_id = $1 AND tx >= $2::text::xid8 AND (tx, stream_sequence, event_id) > ($2::text::xid8, $3, $4)
   AND tx < pg_snapshot_xmin(pg_current_snapshot())
 ORDER BY tx, stream_sequence, event_id LIMIT $5

-- :name place_of_event
-- Where an event stands in the log.
SELECT tx::text AS tx_text, stream_sequence FROM retour.event WHERE workspace_id = $1 AND event_id = $2

-- :name stream_events
-- One stream behind a number, oldest first.
SELECT event_id, tx::text AS tx_text, type, stream, stream_sequence, return_id, sequence, occurred_at, recorded_at,
       actor, source, snapshot, personal
  FROM retour.event
 WHERE workspace_id = $1 AND stream = $2 AND stream_sequence > $3
 ORDER BY stream_sequence LIMIT $4

-- :name return_events
-- One return's events behind a number, oldest first.
SELECT event_id, tx::text AS tx_text, type, stream, stream_sequence, return_id, sequence, occurred_at, recorded_at,
       actor, source, snapshot, personal
  FROM retour.event
 WHERE workspace_id = $1 AND return_id = $2 AND sequence > $3
 ORDER BY sequence LIMIT $4

-- :name one_event
-- An event by its id.
SELECT event_id, tx::text AS tx_text, type, stream, stream_sequence, return_id, sequence, occurred_at, recorded_at,
       actor, source, snapshot, personal
  FROM retour.event
 WHERE workspace_id = $1 AND event_id = $2

-- :name events_by_id
-- Events committed behind a place in time, by id.
SELECT event_id, tx::text AS tx_text, type, stream, stream_sequence, return_id, sequence, occurred_at, recorded_at,
       actor, source, snapshot, personal
  FROM retour.event
 WHERE workspace_id = $1 AND event_id > $2
 ORDER BY event_id LIMIT $3

-- :name newest_events
-- The newest events below an id, newest first.
SELECT event_id, tx::text AS tx_text, type, stream, stream_sequence, return_id, sequence, occurred_at, recorded_at,
       actor, source, snapshot, personal
  FROM retour.event
 WHERE workspace_id = $1 AND event_id < $2
 ORDER BY event_id DESC LIMIT $3

-- :name newest_of_return
-- A return's newest events, newest first.
SELECT event_id, tx::text AS tx_text, type, stream, stream_sequence, return_id, sequence, occurred_at, recorded_at,
       actor, source, snapshot, personal
  FROM retour.event
 WHERE workspace_id = $1 AND return_id = $2
 ORDER BY sequence DESC LIMIT $3

-- :name return_exists
-- Whether there is such a return.
SELECT 1 FROM retour.returns WHERE workspace_id = $1 AND return_id = $2

-- :name order_stream
-- The stream of an order.
SELECT order_id FROM retour.orders WHERE workspace_id = $1 AND order_number = $2

-- :name last_in_stream
-- The last number of a stream; 0 where it has none.
SELECT coalesce(max(stream_sequence), 0) FROM retour.event WHERE workspace_id = $1 AND stream = $2

-- :name append
-- Append an event to an object's stream; to no lane.
SELECT retour.append($1, $2, $3, NULL, $4, $5, $6, ARRAY[$7::text], ARRAY[$8::text], ARRAY[$9::integer],
  ARRAY[NULL::integer], ARRAY[$10::timestamptz], ARRAY[$11::json], '{}', '{}', '{}', '{}', '{}')
