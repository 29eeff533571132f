-- :name return_ids_all
-- Newest returns first.
SELECT r.return_id FROM retour.returns r
 WHERE r.workspace_id = $1 AND r.return_id < $2
 ORDER BY r.return_id DESC LIMIT $3

-- :name return_ids_by_status
-- Newest returns of one status first.
SELECT r.return_id FROM retour.returns r
 WHERE r.workspace_id = $1 AND r.return_id < $2 AND r.status = $4
 ORDER BY r.return_id DESC LIMIT $3

-- :name return_ids_by_order
-- Newest returns of one order first.
SELECT r.return_id FROM retour.returns r
 WHERE r.workspace_id = $1 AND r.return_id < $2 AND r.order_number = $4
 ORDER BY r.return_id DESC LIMIT $3

-- :name return_ids_by_email
-- Newest returns of one customer first.
SELECT r.return_id FROM retour.returns r
 WHERE r.workspace_id = $1 AND r.return_id < $2 AND r.email_digest = $4
 ORDER BY r.return_id DESC LIMIT $3

-- :name return_ids_by_sku
-- Newest returns that hold a SKU first.
SELECT s.return_id FROM retour.return_sku s
 WHERE s.workspace_id = $1 AND s.return_id < $2 AND s.sku = $4
 ORDER BY s.return_id DESC LIMIT $3

-- :name return_ids_by_rma
-- The return with an RMA number.
SELECT r.return_id FROM retour.returns r
 WHERE r.workspace_id = $1 AND r.return_id < $2 AND r.rma_number = $4
 ORDER BY r.return_id DESC LIMIT $3

-- :name return_ids_updated_since
-- Newest returns first among those that changed at or after an instant.
SELECT r.return_id FROM retour.returns r
 WHERE r.workspace_id = $1 AND r.return_id < $2 AND r.updated_at >= $4
 ORDER BY r.return_id DESC LIMIT $3

-- :name returns_by_ids
-- Returns with what shows them; the caller puts them in order.
SELECT r.return_id, r.body, r.words, r.status, r.order_number, r.email_digest, r.updated_at
  FROM retour.returns r
 WHERE r.workspace_id = $1 AND r.return_id = ANY ($2)
