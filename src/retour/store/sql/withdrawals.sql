-- :name add_withdrawal
-- Keep a statement with its place in the chain.
INSERT INTO retour.withdrawal (workspace_id, withdrawal_id, number, received_at, recorded_at, content, content_digest,
  previous, hash, email_digest, status, order_id, matched_at, matched_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)

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

-- :name one_withdrawal
-- One statement, with the number of the order it is about.
SELECT w.withdrawal_id, w.number, w.received_at, w.recorded_at, w.content, w.content_digest, w.previous, w.hash,
       w.status, w.order_id, w.matched_at, w.matched_by, o.order_number
  FROM retour.withdrawal w
  LEFT JOIN retour.orders o ON o.workspace_id = w.workspace_id AND o.order_id = w.order_id
 WHERE w.workspace_id = $1 AND w.withdrawal_id = $2

-- :name withdrawals
-- Newest statements first, of one status or of all.
SELECT w.withdrawal_id, w.number, w.received_at, w.recorded_at, w.content, w.content_digest, w.previous, w.hash,
       w.status, w.order_id, w.matched_at, w.matched_by, o.order_number
  FROM retour.withdrawal w
  LEFT JOIN retour.orders o ON o.workspace_id = w.workspace_id AND o.order_id = w.order_id
 WHERE w.workspace_id = $1 AND w.withdrawal_id < $2 AND ($4::text IS NULL OR w.status = $4)
 ORDER BY w.withdrawal_id DESC LIMIT $3

-- :name neighbours
-- The hashes that the links around one carry: of the one before, and what the one behind says came before it.
SELECT w.number, w.previous, w.hash FROM retour.withdrawal w
 WHERE w.workspace_id = $1 AND w.number IN ($2::bigint - 1, $2::bigint + 1)

-- :name match_withdrawal
-- Say which order a statement is about, if nobody has said so yet.
UPDATE retour.withdrawal w SET status = 'matched', order_id = $3, matched_at = $4, matched_by = $5
 WHERE w.workspace_id = $1 AND w.withdrawal_id = $2 AND w.status = 'unmatched'
RETURNING w.withdrawal_id
