-- :name one_api_key
-- A key by its id; its digest stays where it is.
SELECT k.key_id, k.name, k.scopes, k.facilities, k.role, k.networks, k.ends_at, k.created_at, k.revoked_at, u.used_at,
       k.revoked_at IS NULL AND coalesce(k.ends_at > clock_timestamp(), true) AS is_good
  FROM retour.api_key k
  LEFT JOIN retour.api_key_use u ON u.workspace_id = k.workspace_id AND u.key_id = k.key_id
 WHERE k.workspace_id = $1 AND k.key_id = $2

-- :name list_api_keys
-- Keys made before a point, newest first, revoked ones too.
SELECT k.key_id, k.name, k.scopes, k.facilities, k.role, k.networks, k.ends_at, k.created_at, k.revoked_at, u.used_at,
       k.revoked_at IS NULL AND coalesce(k.ends_at > clock_timestamp(), true) AS is_good
  FROM retour.api_key k
  LEFT JOIN retour.api_key_use u ON u.workspace_id = k.workspace_id AND u.key_id = k.key_id
 WHERE k.workspace_id = $1 AND (k.created_at, k.key_id) < ($2, $3)
 ORDER BY k.created_at DESC, k.key_id DESC LIMIT $4

-- :name count_live_api_keys
-- How many keys of a workspace are good.
SELECT count(*) FROM retour.api_key WHERE workspace_id = $1 AND revoked_at IS NULL
   AND coalesce(ends_at > clock_timestamp(), true)

-- :name make_api_key
-- Keep a new key's digest.
INSERT INTO retour.api_key (workspace_id, key_id, name, digest, scopes, created_at, facilities, role, networks, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- :name revoke_api_key
-- End a key; answers whether there was one, also where it had been ended before.
UPDATE retour.api_key SET revoked_at = coalesce(revoked_at, clock_timestamp())
 WHERE workspace_id = $1 AND key_id = $2
RETURNING key_id

-- :name end_api_key_later
-- Have a good key end by itself after a while, or sooner where it was to end sooner.
UPDATE retour.api_key
   SET ends_at = least(coalesce(ends_at, 'infinity'), clock_timestamp() + $3::interval)
 WHERE workspace_id = $1 AND key_id = $2 AND revoked_at IS NULL AND coalesce(ends_at > clock_timestamp(), true)
RETURNING key_id

-- :name note_key_use
-- Note that a key is in use, to the minute.
INSERT INTO retour.api_key_use (workspace_id, key_id, used_at) VALUES ($1, $2, clock_timestamp())
ON CONFLICT (workspace_id, key_id) DO UPDATE SET used_at = EXCLUDED.used_at
