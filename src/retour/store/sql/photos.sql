-- :name add_photo
-- Take a photo in; it waits until it is attached. Whoever sent the same bytes before is named.
INSERT INTO retour.photo (workspace_id, photo_id, sent_digest, digest, width, height, bytes, duplicate_of,
  created_at, created_by)
SELECT $1, $2, $3, $4, $5, $6, $7,
       (SELECT p.photo_id FROM retour.photo p
         WHERE p.workspace_id = $1 AND p.sent_digest = $3 ORDER BY p.photo_id LIMIT 1),
       $8, $9

-- :name add_photo_image
-- Keep one of a photo's JPEGs.
INSERT INTO retour.photo_image (workspace_id, photo_id, size, body) VALUES ($1, $2, $3, $4)

-- :name waiting_twin
-- A photo of the very same bytes that nobody has attached yet: the same upload, sent again.
SELECT p.photo_id FROM retour.photo p
 WHERE p.workspace_id = $1 AND p.sent_digest = $2 AND p.owner IS NULL AND p.erased_at IS NULL
 ORDER BY p.photo_id DESC LIMIT 1

-- :name photo
-- What is known of one photo.
SELECT p.photo_id, p.owner, p.digest, p.width, p.height, p.bytes, p.duplicate_of, d.owner AS duplicate_owner,
       p.created_at, p.created_by, p.erased_at
  FROM retour.photo p
  LEFT JOIN retour.photo d ON d.workspace_id = p.workspace_id AND d.photo_id = p.duplicate_of
 WHERE p.workspace_id = $1 AND p.photo_id = $2

-- :name photos_of_return
-- A return's photos, newest first.
SELECT p.photo_id, p.owner, p.digest, p.width, p.height, p.bytes, p.duplicate_of, d.owner AS duplicate_owner,
       p.created_at, p.created_by, p.erased_at
  FROM retour.photo p
  LEFT JOIN retour.photo d ON d.workspace_id = p.workspace_id AND d.photo_id = p.duplicate_of
 WHERE p.workspace_id = $1 AND p.owner = $2 AND p.photo_id < $3
 ORDER BY p.photo_id DESC LIMIT $4

-- :name named_photos
-- What a decision needs of the photos that a plan names.
SELECT p.photo_id, p.owner, p.digest, p.width, p.height FROM retour.photo p
 WHERE p.workspace_id = $1 AND p.photo_id = ANY ($2) AND p.erased_at IS NULL

-- :name owned_photos
-- All photos that somebody has, with both JPEGs.
SELECT p.photo_id, p.sent_digest, p.digest, p.width, p.height, p.created_at, p.created_by,
       f.body AS large, t.body AS small
  FROM retour.photo p
  JOIN retour.photo_image f ON f.workspace_id = p.workspace_id AND f.photo_id = p.photo_id AND f.size = 'full'
  JOIN retour.photo_image t ON t.workspace_id = p.workspace_id AND t.photo_id = p.photo_id AND t.size = 'thumb'
 WHERE p.workspace_id = $1 AND p.owner = $2 AND p.erased_at IS NULL
 ORDER BY p.photo_id

-- :name claim_photos
-- Give photos an owner that wait, or lie with a mail; fewer than asked for: somebody else was faster.
UPDATE retour.photo p SET owner = $3
 WHERE p.workspace_id = $1 AND p.photo_id = ANY ($2) AND (p.owner IS NULL OR p.owner LIKE 'iml\_%')
   AND p.erased_at IS NULL
RETURNING p.photo_id

-- :name image
-- One of a photo's JPEGs with its digest; nothing once erased.
SELECT i.body, p.digest FROM retour.photo_image i
  JOIN retour.photo p ON p.workspace_id = i.workspace_id AND p.photo_id = i.photo_id
 WHERE i.workspace_id = $1 AND i.photo_id = $2 AND i.size = $3

-- :name image_until
-- The same by a link, as long as it is good.
SELECT i.body, p.digest FROM retour.photo_image i
  JOIN retour.photo p ON p.workspace_id = i.workspace_id AND p.photo_id = i.photo_id
 WHERE i.workspace_id = $1 AND i.photo_id = $2 AND i.size = $3 AND clock_timestamp() < $4::timestamptz

-- :name wipe_images
-- Take the bytes of photos away.
DELETE FROM retour.photo_image i WHERE i.workspace_id = $1 AND i.photo_id = ANY ($2)

-- :name mark_erased
-- Note since when photos are gone.
UPDATE retour.photo p SET erased_at = $3 WHERE p.workspace_id = $1 AND p.photo_id = ANY ($2) AND p.erased_at IS NULL

-- :name stale_uploads
-- Photos that were uploaded long ago and never attached; a few at a time.
SELECT p.photo_id FROM retour.photo p
 WHERE p.workspace_id = $1 AND p.owner IS NULL AND p.erased_at IS NULL AND p.created_at < $2
 ORDER BY p.created_at LIMIT $3 FOR UPDATE SKIP LOCKED

-- :name moment
-- Database time, by which links end.
SELECT clock_timestamp()
