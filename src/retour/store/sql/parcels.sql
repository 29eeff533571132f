-- :name parcels
-- Newest boxes first, each under the return that asked for it; of one status or of all.
SELECT p.parcel_id, p.return_id, p.order_number, p.body FROM retour.parcel p
 WHERE p.workspace_id = $1 AND p.is_owner AND p.parcel_id < $2 AND ($4::text IS NULL OR p.status = $4)
 ORDER BY p.parcel_id DESC LIMIT $3

-- :name parcels_tracked
-- Boxes by their tracking number, newest first.
SELECT p.parcel_id, p.return_id, p.order_number, p.body FROM retour.parcel p
 WHERE p.workspace_id = $1 AND p.tracking_key = retour.tracking_key($4) AND p.is_owner AND p.parcel_id < $2
   AND ($5::text IS NULL OR p.status = $5)
 ORDER BY p.parcel_id DESC LIMIT $3

-- :name parcel_rows
-- One box with every return that has goods in it, its owner first.
SELECT p.parcel_id, p.return_id, p.order_number, p.body, p.is_owner FROM retour.parcel p
 WHERE p.workspace_id = $1 AND p.parcel_id = ANY ($2::text[])
 ORDER BY p.parcel_id, p.is_owner DESC, p.return_id LIMIT 5000

-- :name parcel_of_number
-- The newest box with a tracking number that is not void.
SELECT p.parcel_id FROM retour.parcel p
 WHERE p.workspace_id = $1 AND p.tracking_key = retour.tracking_key($2)
 ORDER BY p.status = 'voided', p.parcel_id DESC LIMIT 1

-- :name put_document
-- Keep a paper; the newest of a kind and format counts.
INSERT INTO retour.parcel_document (workspace_id, parcel_id, kind, format, digest, body, created_at)
VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())
ON CONFLICT (workspace_id, parcel_id, kind, format)
DO UPDATE SET digest = EXCLUDED.digest, body = EXCLUDED.body, created_at = EXCLUDED.created_at
 WHERE parcel_document.workspace_id = EXCLUDED.workspace_id AND parcel_document.digest <> EXCLUDED.digest

-- :name document
-- One paper of a box.
SELECT d.body FROM retour.parcel_document d
 WHERE d.workspace_id = $1 AND d.parcel_id = $2 AND d.kind = $3 AND d.format = $4

-- :name open_stray
-- What is known of a number that no return has, for whoever adds to it.
SELECT s.stray_id, s.scans FROM retour.stray_parcel s
 WHERE s.workspace_id = $1 AND s.tracking_key = retour.tracking_key($2) AND s.carrier = $3
   AND s.matched_parcel IS NULL
 FOR UPDATE

-- :name add_stray
-- Keep a number that no return has; nothing where somebody just did.
INSERT INTO retour.stray_parcel (workspace_id, stray_id, carrier, tracking_number, tracking_key, scans, why, created_at,
  updated_at)
VALUES ($1, $2, $3, $4, retour.tracking_key($4), $5, $6, clock_timestamp(), clock_timestamp())
ON CONFLICT (workspace_id, tracking_key, carrier) WHERE matched_parcel IS NULL DO NOTHING
RETURNING stray_id

-- :name update_stray
-- Keep more scans of a number that no return has.
UPDATE retour.stray_parcel s SET scans = $3, why = $4, updated_at = clock_timestamp()
 WHERE s.workspace_id = $1 AND s.stray_id = $2

-- :name stray
-- One parcel that only its carrier knows.
SELECT s.stray_id, s.carrier, s.tracking_number, s.scans, s.why, s.matched_parcel, s.created_at
  FROM retour.stray_parcel s WHERE s.workspace_id = $1 AND s.stray_id = $2

-- :name strays_by_ids
-- Some of them; the caller puts them in order.
SELECT s.stray_id, s.carrier, s.tracking_number, s.scans, s.why, s.matched_parcel, s.created_at
  FROM retour.stray_parcel s
 WHERE s.workspace_id = $1 AND s.stray_id = ANY (ARRAY(SELECT unnest($2::text[])))

-- :name strays
-- Parcels that only their carriers know, newest first.
SELECT s.stray_id, s.carrier, s.tracking_number, s.scans, s.why, s.matched_parcel, s.created_at
  FROM retour.stray_parcel s
 WHERE s.workspace_id = $1 AND s.matched_parcel IS NULL AND s.stray_id < $2
   AND ($4::text IS NULL OR s.tracking_key = retour.tracking_key($4))
 ORDER BY s.stray_id DESC LIMIT $3

-- :name strays_of_number
-- What carriers said of a number before its return was known.
SELECT s.stray_id, s.carrier, s.tracking_number, s.scans, s.why, s.matched_parcel, s.created_at
  FROM retour.stray_parcel s
 WHERE s.workspace_id = $1 AND s.tracking_key = retour.tracking_key($2) AND s.matched_parcel IS NULL
 ORDER BY s.stray_id LIMIT 20

-- :name match_stray
-- Say which box it was, once.
UPDATE retour.stray_parcel s SET matched_parcel = $3, updated_at = clock_timestamp()
 WHERE s.workspace_id = $1 AND s.stray_id = $2 AND s.matched_parcel IS NULL
RETURNING s.stray_id

-- :name facility_of
-- Where a facility is.
SELECT f.body FROM retour.facility f WHERE f.workspace_id = $1 AND f.code = $2

-- :name same_customer
-- Whether two returns are of the same person.
SELECT a.email_digest = b.email_digest
  FROM retour.returns a JOIN retour.returns b ON b.workspace_id = a.workspace_id
 WHERE a.workspace_id = $1 AND a.return_id = $2 AND b.return_id = $3
