-- :name book_label
-- Make a label, however often the same was asked for: that is what carriers do.
INSERT INTO retour.sandbox_label (workspace_id, label_id, intent, tracking_number, service, method, direction,
  status, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'booked', $8)

-- :name label_of_intent
-- The first live label of an intent, else the newest.
SELECT l.label_id, l.intent, l.tracking_number, l.service, l.method, l.direction, l.status, l.pickup, l.at
  FROM retour.sandbox_label l
 WHERE l.workspace_id = $1 AND l.intent = $2 ORDER BY l.status, l.label_id LIMIT 1

-- :name label_of_number
-- The label with a tracking number.
SELECT l.label_id, l.intent, l.tracking_number, l.service, l.method, l.direction, l.status, l.pickup, l.at
  FROM retour.sandbox_label l WHERE l.workspace_id = $1 AND l.tracking_number = $2 LIMIT 1

-- :name cancel_label
-- Take a label back.
UPDATE retour.sandbox_label l SET status = 'canceled', canceled_at = $3
 WHERE l.workspace_id = $1 AND l.label_id = $2 AND l.status = 'booked'

-- :name set_pickup
-- Come for a parcel, or not.
UPDATE retour.sandbox_label l SET pickup = $3 WHERE l.workspace_id = $1 AND l.label_id = $2

-- :name list_labels
-- The ledger, oldest first.
SELECT l.label_id, l.intent, l.tracking_number, l.service, l.method, l.direction, l.status, l.pickup, l.at,
       l.canceled_at
  FROM retour.sandbox_label l
 WHERE l.workspace_id = $1 AND l.label_id > $2 ORDER BY l.label_id LIMIT $3

-- :name add_scan
-- Note what was seen of a parcel, once.
INSERT INTO retour.sandbox_scan (workspace_id, tracking_number, scan_id, code, at, detail, location)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (workspace_id, tracking_number, scan_id) DO NOTHING

-- :name scans
-- What was seen of a parcel, oldest first.
SELECT s.scan_id, s.code, s.at, s.detail, s.location FROM retour.sandbox_scan s
 WHERE s.workspace_id = $1 AND s.tracking_number = $2 ORDER BY s.at, s.scan_id LIMIT 500
