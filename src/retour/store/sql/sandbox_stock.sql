-- :name available
-- What could be put aside now.
SELECT s.sku, s.on_hand - s.held AS free FROM retour.sandbox_stock s
 WHERE s.workspace_id = $1 AND s.sku = ANY($2::text[])

-- :name list_stock
-- What is there, by SKU.
SELECT s.sku, s.on_hand, s.held FROM retour.sandbox_stock s
 WHERE s.workspace_id = $1 AND s.sku > $2 ORDER BY s.sku LIMIT $3

-- :name set_stock
-- Say how much of something is there; never less than is put aside.
INSERT INTO retour.sandbox_stock AS s (workspace_id, sku, on_hand) VALUES ($1, $2, $3)
ON CONFLICT (workspace_id, sku) DO UPDATE SET on_hand = EXCLUDED.on_hand WHERE EXCLUDED.on_hand >= s.held
RETURNING s.on_hand, s.held

-- :name reservation
-- What became of an intent.
SELECT r.status, r.skus, r.quantities, r.reference FROM retour.sandbox_reservation r
 WHERE r.workspace_id = $1 AND r.intent = $2

-- :name hold
-- Put aside, where there is enough.
UPDATE retour.sandbox_stock s SET held = s.held + $3
 WHERE s.workspace_id = $1 AND s.sku = $2 AND s.on_hand - s.held >= $3
RETURNING s.sku

-- :name unhold
-- Let go.
UPDATE retour.sandbox_stock s SET held = s.held - $3 WHERE s.workspace_id = $1 AND s.sku = $2

-- :name ship
-- What was put aside leaves.
UPDATE retour.sandbox_stock s SET held = s.held - $3, on_hand = s.on_hand - $3
 WHERE s.workspace_id = $1 AND s.sku = $2

-- :name put_reservation
-- Note what became of an intent.
INSERT INTO retour.sandbox_reservation (workspace_id, intent, status, skus, quantities, reference, at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (workspace_id, intent) DO UPDATE
   SET status = EXCLUDED.status, skus = EXCLUDED.skus, quantities = EXCLUDED.quantities,
       reference = EXCLUDED.reference, at = EXCLUDED.at

-- :name insert_move
-- Keep a move.
INSERT INTO retour.sandbox_stock_move (workspace_id, move_id, kind, sku, quantity, intent, at)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- :name list_moves
-- The ledger, oldest first.
SELECT m.move_id, m.kind, m.sku, m.quantity, m.intent, m.at FROM retour.sandbox_stock_move m
 WHERE m.workspace_id = $1 AND m.move_id > $2 ORDER BY m.move_id LIMIT $3
