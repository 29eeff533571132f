-- :name add_withdrawal
-- Keep a statement's record with its place in the chain.
INSERT INTO retour.withdrawal (workspace_id, withdrawal_id, number, received_at, recorded_at, content_digest,
  previous, hash, email_digest, status, order_id, matched_at, matched_by, refund_by, period_ends_at, in_time,
  acknowledgement)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'waiting')

-- :name add_content
-- Keep what was said, apart from its record.
INSERT INTO retour.withdrawal_content (workspace_id, withdrawal_id, content) VALUES ($1, $2, $3)

-- :name last_withdrawal
-- The end of the chain, behind which the next statement goes.
SELECT w.number, w.hash FROM retour.withdrawal w
 WHERE w.workspace_id = $1 ORDER BY w.number DESC LIMIT 1

-- :name stated_order
-- The order that a consumer names by its number, if it was sold to the same address.
SELECT o.order_id FROM retour.orders o
 WHERE o.workspace_id = $1 AND o.order_number = $2 AND o.email_digest = $3

-- :name named_order
-- The order that an agent names by its number.
SELECT o.order_id FROM retour.orders o WHERE o.workspace_id = $1 AND o.order_number = $2

-- :name business_now
-- What time it is for a workspace.
SELECT clock_timestamp() + s.clock_offset_us * interval '1 microsecond' FROM retour.workspace s
 WHERE s.workspace_id = $1

-- :name sold_orders
-- What judgements ask of orders: when their goods came, and where to.
SELECT o.order_id, o.body, o.customer FROM retour.orders o WHERE o.workspace_id = $1 AND o.order_id = ANY ($2)

-- :name one_withdrawal
-- One statement, with what was said, the number of the order it is about, and how its return stands.
SELECT w.withdrawal_id, w.number, w.received_at, w.recorded_at, w.content_digest, w.previous, w.hash, w.status,
       w.order_id, w.matched_at, w.matched_by, w.refund_by, w.period_ends_at, w.in_time, w.acknowledgement,
       w.acknowledged_at, w.return_id, w.duplicate_of, w.erased_at, c.content, o.order_number,
       r.status AS return_status
  FROM retour.withdrawal w
  LEFT JOIN retour.withdrawal_content c ON c.workspace_id = w.workspace_id AND c.withdrawal_id = w.withdrawal_id
  LEFT JOIN retour.orders o ON o.workspace_id = w.workspace_id AND o.order_id = w.order_id
  LEFT JOIN retour.returns r ON r.workspace_id = w.workspace_id AND r.return_id = w.return_id
 WHERE w.workspace_id = $1 AND w.withdrawal_id = $2

-- :name withdrawals_by_ids
-- Some statements likewise; the caller puts them in order.
SELECT w.withdrawal_id, w.number, w.received_at, w.recorded_at, w.content_digest, w.previous, w.hash, w.status,
       w.order_id, w.matched_at, w.matched_by, w.refund_by, w.period_ends_at, w.in_time, w.acknowledgement,
       w.acknowledged_at, w.return_id, w.duplicate_of, w.erased_at, c.content, o.order_number,
       r.status AS return_status
  FROM retour.withdrawal w
  LEFT JOIN retour.withdrawal_content c ON c.workspace_id = w.workspace_id AND c.withdrawal_id = w.withdrawal_id
  LEFT JOIN retour.orders o ON o.workspace_id = w.workspace_id AND o.order_id = w.order_id
  LEFT JOIN retour.returns r ON r.workspace_id = w.workspace_id AND r.return_id = w.return_id
 WHERE w.workspace_id = $1 AND w.withdrawal_id = ANY (ARRAY(SELECT unnest($2::text[])))

-- :name ids_all
-- Newest statements first.
SELECT w.withdrawal_id FROM retour.withdrawal w
 WHERE w.workspace_id = $1 AND w.withdrawal_id < $2 ORDER BY w.withdrawal_id DESC LIMIT $3

-- :name ids_by_status
-- Newest statements of one status first.
SELECT w.withdrawal_id FROM retour.withdrawal w
 WHERE w.workspace_id = $1 AND w.withdrawal_id < $2 AND w.status = $4 ORDER BY w.withdrawal_id DESC LIMIT $3

-- :name ids_out_of_time
-- Newest first of those that came too late and are not dealt with.
SELECT w.withdrawal_id FROM retour.withdrawal w
 WHERE w.workspace_id = $1 AND w.withdrawal_id < $2 AND NOT w.in_time AND w.return_id IS NULL
   AND w.status = 'matched' AND $4::text IS NOT NULL
 ORDER BY w.withdrawal_id DESC LIMIT $3

-- :name ids_unacknowledged
-- Newest first of those whose mail nobody has taken.
SELECT w.withdrawal_id FROM retour.withdrawal w
 WHERE w.workspace_id = $1 AND w.withdrawal_id < $2 AND w.acknowledgement = 'failed' AND $4::text IS NOT NULL
 ORDER BY w.withdrawal_id DESC LIMIT $3

-- :name ids_refund_due
-- Newest first of those to be paid back soon by the workspace's own clock, and not paid back.
SELECT w.withdrawal_id FROM retour.workspace s
  JOIN retour.withdrawal w ON w.workspace_id = s.workspace_id
  LEFT JOIN retour.returns r ON r.workspace_id = w.workspace_id AND r.return_id = w.return_id
 WHERE s.workspace_id = $1 AND w.withdrawal_id < $2 AND w.status = 'matched' AND w.in_time IS NOT FALSE
   AND w.refund_by < clock_timestamp() + s.clock_offset_us * interval '1 microsecond' + $4::text::interval
   AND (r.status IS NULL OR r.status NOT IN ('settled', 'completed'))
 ORDER BY w.withdrawal_id DESC LIMIT $3

-- :name ids_returnless
-- Newest first of those whose order is known and that no return follows.
SELECT w.withdrawal_id FROM retour.withdrawal w
 WHERE w.workspace_id = $1 AND w.withdrawal_id < $2 AND w.status = 'matched' AND w.return_id IS NULL
   AND $4::text IS NOT NULL
 ORDER BY w.withdrawal_id DESC LIMIT $3

-- :name neighbours
-- The hashes that the links around one carry: of the one before, and what the one behind says came before it.
SELECT w.number, w.previous, w.hash FROM retour.withdrawal w
 WHERE w.workspace_id = $1 AND w.number IN ($2::bigint - 1, $2::bigint + 1)

-- :name set_standing
-- Say how a statement stands by now: which order it is about, whether it was in time, what it repeats.
UPDATE retour.withdrawal w
   SET status = $3, order_id = $4, matched_at = $5, matched_by = $6, period_ends_at = $7, in_time = $8,
       duplicate_of = $9
 WHERE w.workspace_id = $1 AND w.withdrawal_id = $2

-- :name set_acknowledgement
-- Say what became of the mail.
UPDATE retour.withdrawal w SET acknowledgement = $3, acknowledged_at = $4
 WHERE w.workspace_id = $1 AND w.withdrawal_id = $2

-- :name set_return
-- Say which return follows a statement; nothing where one did already.
UPDATE retour.withdrawal w SET return_id = $3
 WHERE w.workspace_id = $1 AND w.withdrawal_id = $2 AND w.return_id IS NULL
RETURNING w.withdrawal_id

-- :name acts
-- What became of a statement, oldest first.
SELECT a.kind, a.record, a.hash FROM retour.withdrawal_act a
 WHERE a.workspace_id = $1 AND a.withdrawal_id = $2 ORDER BY a.n LIMIT 1000

-- :name add_act
-- Put an act behind those of a statement.
INSERT INTO retour.withdrawal_act (workspace_id, withdrawal_id, n, kind, record, hash) VALUES ($1, $2, $3, $4, $5, $6)

-- :name append_event
-- Append an event to a statement's own stream, and queue it for whoever is told.
SELECT retour.append($1, $2, $3, NULL, $4, $5, $6, ARRAY[$7::text], ARRAY[$8::text],
  ARRAY[(SELECT coalesce(max(e.stream_sequence), 0) + 1 FROM retour.event e
          WHERE e.workspace_id = $1 AND e.stream = $3)],
  ARRAY[NULL::integer], ARRAY[$9::timestamptz], ARRAY[$10::json], $11, $12, $13, $14, $15)

-- :name drop_content
-- Erase what was said.
DELETE FROM retour.withdrawal_content c WHERE c.workspace_id = $1 AND c.withdrawal_id = $2

-- :name set_erased
-- Say that what was said is erased, and forget by what address it could be found.
UPDATE retour.withdrawal w SET erased_at = $3, email_digest = ''
 WHERE w.workspace_id = $1 AND w.withdrawal_id = $2

-- :name erase_events
-- Turn what a statement's events say of persons to stone.
UPDATE retour.event e SET personal = NULL WHERE e.workspace_id = $1 AND e.stream = $2

-- :name erase_replies
-- Take what was said out of the replies kept for repeated requests, made within a minute of some instants.
UPDATE retour.idempotency i SET body = $4
  FROM unnest($3::timestamptz[]) AS t(at)
 WHERE i.workspace_id = $1 AND i.created_at BETWEEN t.at - interval '1 minute' AND t.at + interval '1 minute'
   AND position($2::bytea IN i.body) > 0

-- :name drop_renderings
-- Drop the bytes that were made of a statement's events.
DELETE FROM retour.rendering x
 WHERE x.workspace_id = $1
   AND x.event_id IN (SELECT e.event_id FROM retour.event e WHERE e.workspace_id = $1 AND e.stream = $2)

-- :name drop_answers
-- Drop what deliveries of a statement's events were sent with, and what came back.
UPDATE retour.attempt a SET detail = NULL, request_headers = NULL, response_headers = NULL, response_body = NULL
  FROM retour.event e
  JOIN retour.delivery_log l ON l.workspace_id = e.workspace_id AND l.event_id = e.event_id
   AND l.delivery_id >= 'dlv_' || substr(e.event_id, 5, 10)
   AND l.delivery_id < 'dlv_' || substr(e.event_id, 5, 10) || '~'
 WHERE e.workspace_id = $1 AND e.stream = $2 AND a.workspace_id = $1 AND a.delivery_id = l.delivery_id

-- :name settings
-- What a workspace has said about withdrawals.
SELECT s.body FROM retour.withdrawal_settings s WHERE s.workspace_id = $1

-- :name put_settings
-- Say it anew.
INSERT INTO retour.withdrawal_settings (workspace_id, body, updated_at) VALUES ($1, $2, clock_timestamp())
ON CONFLICT (workspace_id) DO UPDATE SET body = EXCLUDED.body, updated_at = EXCLUDED.updated_at
