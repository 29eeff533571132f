-- Rows 3 and 4: committed events that nobody has been told of yet.

-- :name add_events
-- Copies the last event of return $2 as numbers $4 to $5 of series $3, each of a return of its own.
INSERT INTO retour.event (workspace_id, event_id, tx, type, stream, stream_sequence, return_id,
    sequence, occurred_at, recorded_at, actor, source, snapshot, personal)
  SELECT e.workspace_id, 'evt_' || $3::text || lpad(i::text, 16, '0'), e.tx, e.type,
         'ord_' || $3::text || lpad(i::text, 16, '0'), 1, 'ret_' || $3::text || lpad(i::text, 16, '0'), 1,
         e.occurred_at, e.recorded_at, e.actor, e.source, e.snapshot, e.personal
    FROM (SELECT x.* FROM retour.event x WHERE x.workspace_id = $1 AND x.return_id = $2
           ORDER BY x.sequence DESC LIMIT 1) e
    CROSS JOIN generate_series($4::bigint, $5::bigint) AS i

-- :name add_deliveries
-- Owes each of those events to as many subscriptions as $6 says, all of $7 in turn.
INSERT INTO retour.delivery (workspace_id, subscription_id, lane, position, delivery_id, event_id,
    subscription_version, type, return_id)
  SELECT $1, ($7::text[])[1 + (i * $6 + k) % cardinality($7::text[])],
         'ret_' || $3::text || lpad(i::text, 16, '0'), 1, 'dlv_' || $3::text || lpad((i * $6 + k)::text, 16, '0'),
         'evt_' || $3::text || lpad(i::text, 16, '0'), 1, e.type, 'ret_' || $3::text || lpad(i::text, 16, '0')
    FROM (SELECT x.type FROM retour.event x WHERE x.workspace_id = $1 AND x.return_id = $2
           ORDER BY x.sequence DESC LIMIT 1) e
    CROSS JOIN generate_series($4::bigint, $5::bigint) AS i
    CROSS JOIN generate_series(0, $6::bigint - 1) AS k

-- :name add_lanes
-- Has a lane for each of those deliveries, due at once.
INSERT INTO retour.lane (workspace_id, subscription_id, lane, due_at, pending)
  SELECT $1, ($5::text[])[1 + (i * $4 + k) % cardinality($5::text[])],
         'ret_' || $6::text || lpad(i::text, 16, '0'), clock_timestamp(), 1
    FROM generate_series($2::bigint, $3::bigint) AS i
    CROSS JOIN generate_series(0, $4::bigint - 1) AS k

-- :name attempts
-- Counts what was tried, and what is left to do.
SELECT (SELECT count(*) FROM retour.attempt a WHERE a.workspace_id = $1) AS attempts,
       (SELECT count(*) FROM retour.delivery d WHERE d.workspace_id = $1) AS pending
