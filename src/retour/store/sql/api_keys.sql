-- :name one_api_key
-- A key by its id; its digest stays where it is.
SELECT key_id, name, scopes, facilities, role, created_at, revoked_at
  FROM retour.api_key WHERE workspace_id = $1 AND key_id = $2

-- :name list_api_keys
-- Keys made before a point, newest first, revoked ones too.
SELECT key_id, name, scopes, facilities, role, created_at, revoked_at
  FROM retour.api_key WHERE workspace_id = $1 AND (created_at, key_id) < ($2, $3)
 ORDER BY created_at DESC, key_id DESC LIMIT $4

-- :name count_live_api_keys
-- How many keys of a workspace are good.
SELECT count(*) FROM retour.api_key WHERE workspace_id = $1 AND revoked_at IS NULL

-- :name make_api_key
-- Keep a new key's digest.
INSERT INTO retour.api_key (workspace_id, key_id, name, digest, scopes, created_at, facilities, role)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

-- :name revoke_api_key
-- End a key; answers whether there was one, also where it had been ended before.
UPDATE retour.api_key SET revoked_at = coalesce(revoked_at, clock_timestamp())
 WHERE workspace_id = $1 AND key_id = $2
RETURNING key_id
