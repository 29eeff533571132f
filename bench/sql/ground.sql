-- What every row stands on: room for numbers of our own, and copies of one real return.

-- :name make_room
-- Has a schema apart for what only measuring needs.
CREATE SCHEMA bench;
CREATE SEQUENCE bench.number CACHE 50;
GRANT USAGE ON SCHEMA bench TO retour_app;
GRANT USAGE ON SEQUENCE bench.number TO retour_app;

-- :name time_prefix
-- Gives the characters with which ids of this moment begin.
SELECT substr(retour.time_prefix('x', clock_timestamp()), 3)

-- :name sample
-- Gives a return and its last event as they stand.
SELECT r.return_id, r.order_id, r.order_number, r.rma_number, r.body::text AS body,
       e.snapshot::text AS snapshot, e.actor::text AS actor, e.personal::text AS personal
  FROM retour.returns r
  JOIN retour.event e ON e.workspace_id = r.workspace_id AND e.return_id = r.return_id
 WHERE r.workspace_id = $1 AND r.return_id = $2
 ORDER BY e.sequence DESC LIMIT 1

-- :name epoch
-- Gives the epoch that a commit must name.
SELECT w.epoch FROM retour.workspace w WHERE w.workspace_id = $1

-- :name copy_orders
-- Copies the order of return $2 as numbers $4 to $5 of series $3.
INSERT INTO retour.orders (workspace_id, order_id, order_number, version, stream_sequence, body,
    customer, email_digest, created_at, updated_at)
  SELECT o.workspace_id, 'ord_' || $3::text || lpad(i::text, 16, '0'), 'B-' || $3::text || i, o.version,
         o.stream_sequence,
         replace(replace(o.body::text, o.order_id, 'ord_' || $3::text || lpad(i::text, 16, '0')),
                 o.order_number, 'B-' || $3::text || i)::json,
         o.customer, o.email_digest, o.created_at, o.updated_at
    FROM retour.orders o
    JOIN retour.returns r ON r.workspace_id = o.workspace_id AND r.order_id = o.order_id
    CROSS JOIN generate_series($4::bigint, $5::bigint) AS i
   WHERE o.workspace_id = $1 AND r.workspace_id = $1 AND r.return_id = $2

-- :name copy_lines
-- Copies how far the order's lines have come back.
INSERT INTO retour.order_line (workspace_id, order_id, line_id, position, delivered, requested)
  SELECT l.workspace_id, 'ord_' || $3::text || lpad(i::text, 16, '0'), l.line_id, l.position, l.delivered, l.requested
    FROM retour.order_line l
    JOIN retour.returns r ON r.workspace_id = l.workspace_id AND r.order_id = l.order_id
    CROSS JOIN generate_series($4::bigint, $5::bigint) AS i
   WHERE l.workspace_id = $1 AND r.workspace_id = $1 AND r.return_id = $2

-- :name copy_payments
-- Copies what was paid.
INSERT INTO retour.payment (workspace_id, order_id, payment_id, position, captured, reserved)
  SELECT p.workspace_id, 'ord_' || $3::text || lpad(i::text, 16, '0'), p.payment_id, p.position, p.captured, p.reserved
    FROM retour.payment p
    JOIN retour.returns r ON r.workspace_id = p.workspace_id AND r.order_id = p.order_id
    CROSS JOIN generate_series($4::bigint, $5::bigint) AS i
   WHERE p.workspace_id = $1 AND r.workspace_id = $1 AND r.return_id = $2

-- :name copy_returns
-- Copies the return itself, under ids of its own.
INSERT INTO retour.returns (workspace_id, return_id, order_id, order_number, number, rma_number, status,
    version, sequence, body, words, email_digest, created_at, updated_at)
  SELECT r.workspace_id, 'ret_' || $3::text || lpad(i::text, 16, '0'), 'ord_' || $3::text || lpad(i::text, 16, '0'),
         'B-' || $3::text || i, 1000000 + i, 'RMA-' || $3::text || i, r.status, r.version, r.sequence,
         replace(replace(replace(r.body::text,
           r.return_id, 'ret_' || $3::text || lpad(i::text, 16, '0')),
           r.order_number, 'B-' || $3::text || i),
           r.rma_number, 'RMA-' || $3::text || i)::json,
         r.words, r.email_digest, r.created_at, r.updated_at
    FROM retour.returns r CROSS JOIN generate_series($4::bigint, $5::bigint) AS i
   WHERE r.workspace_id = $1 AND r.return_id = $2

-- :name add_subscription
-- Adds an active webhook of version 1.
INSERT INTO retour.subscription (workspace_id, subscription_id, kind, version, state, state_at, secrets, created_at)
  VALUES ($1, $2, 'webhook', 1, 'active', clock_timestamp(), $3, clock_timestamp())

-- :name add_subscription_version
-- Says what it says.
INSERT INTO retour.subscription_version (workspace_id, subscription_id, version, body, created_at)
  VALUES ($1, $2, 1, $3, clock_timestamp())

-- :name settle_down
-- Leaves the planner and the disk as they are after some hours of work.
VACUUM (ANALYZE)
