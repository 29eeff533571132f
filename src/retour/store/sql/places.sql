-- :name insert_policy
-- Keep a new version of a policy.
INSERT INTO retour.policy (workspace_id, policy_id, version, body, created_at)
VALUES ($1, $2, $3, $4, clock_timestamp())
ON CONFLICT (workspace_id, policy_id, version) DO NOTHING
RETURNING version

-- :name latest_policy
-- The version of a policy that is in force.
SELECT version, body FROM retour.policy
 WHERE workspace_id = $1 AND policy_id = $2
 ORDER BY version DESC LIMIT 1

-- :name one_policy
-- A version of a policy, whether it is in force or not.
SELECT version, body, created_at FROM retour.policy
 WHERE workspace_id = $1 AND policy_id = $2 AND version = $3

-- :name policy_versions
-- The versions of a policy below one, newest first.
SELECT version, body, created_at FROM retour.policy
 WHERE workspace_id = $1 AND policy_id = $2 AND version < $3
 ORDER BY version DESC LIMIT $4

-- :name list_policies
-- Every policy as it is in force, by id.
SELECT DISTINCT ON (policy_id) policy_id, version, body FROM retour.policy
 WHERE workspace_id = $1 AND policy_id > $2
 ORDER BY policy_id, version DESC LIMIT $3

-- :name put_facility
-- Make a facility, or say anew what it is; its number stays.
INSERT INTO retour.facility (workspace_id, code, number, body, created_at)
VALUES ($1, $2, $3, $4, clock_timestamp())
ON CONFLICT (workspace_id, code) DO UPDATE SET body = EXCLUDED.body
RETURNING number

-- :name one_facility
-- A facility by its code.
SELECT code, number, body FROM retour.facility WHERE workspace_id = $1 AND code = $2

-- :name known_facilities
-- Those of some codes that are facilities.
SELECT code FROM retour.facility WHERE workspace_id = $1 AND code = ANY ($2::text[])

-- :name list_facilities
-- Facilities by code.
SELECT code, number, body FROM retour.facility
 WHERE workspace_id = $1 AND code > $2 ORDER BY code LIMIT $3

-- :name draw_number
-- Draw the next number of a kind.
UPDATE retour.numbering SET next = next + 1
 WHERE workspace_id = $1 AND kind = $2 RETURNING next - 1
