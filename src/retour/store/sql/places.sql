-- :name insert_policy
-- Keep a new version of a policy.
INSERT INTO retour.policy (workspace_id, policy_id, version, body, author, restores, created_at)
VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())
ON CONFLICT (workspace_id, policy_id, version) DO NOTHING
RETURNING version

-- :name latest_policy
-- The version of a policy that is in force.
SELECT version, body FROM retour.policy
 WHERE workspace_id = $1 AND policy_id = $2
 ORDER BY version DESC LIMIT 1

-- :name one_policy
-- A version of a policy, whether it is in force or not.
SELECT version, body, author, restores, created_at FROM retour.policy
 WHERE workspace_id = $1 AND policy_id = $2 AND version = $3

-- :name policy_versions
-- The versions of a policy below one, newest first.
SELECT version, body, author, restores, created_at FROM retour.policy
 WHERE workspace_id = $1 AND policy_id = $2 AND version < $3
 ORDER BY version DESC LIMIT $4

-- :name list_policies
-- Every policy as it is in force, by id.
SELECT DISTINCT ON (policy_id) policy_id, version, body FROM retour.policy
 WHERE workspace_id = $1 AND policy_id > $2
 ORDER BY policy_id, version DESC LIMIT $3

-- :name policies_with_drafts
-- Every policy by id, with what is in force of it and its draft; either may be missing.
SELECT coalesce(p.policy_id, d.policy_id) AS policy_id, p.version, p.body, p.author, p.created_at,
       d.body AS draft, d.editor, d.edited_at, d.publish_at, d.held
  FROM (SELECT DISTINCT ON (x.policy_id) x.policy_id, x.version, x.body, x.author, x.created_at
          FROM retour.policy x WHERE x.workspace_id = $1 ORDER BY x.policy_id, x.version DESC) p
  FULL JOIN (SELECT y.policy_id, y.body, y.editor, y.edited_at, y.publish_at, y.held
               FROM retour.policy_draft y WHERE y.workspace_id = $1) d ON d.policy_id = p.policy_id
 WHERE coalesce(p.policy_id, d.policy_id) > $2
 ORDER BY 1 LIMIT $3

-- :name one_draft
-- The draft of a policy, and which version is in force.
SELECT d.version, d.body, d.based_on, d.editor, d.begun_at, d.edited_at, d.publish_at, d.held,
       coalesce((SELECT max(p.version) FROM retour.policy p
                  WHERE p.workspace_id = d.workspace_id AND p.policy_id = d.policy_id), 0) AS in_force
  FROM retour.policy_draft d WHERE d.workspace_id = $1 AND d.policy_id = $2

-- :name begin_draft
-- Begin a draft on what is in force; nothing where somebody began one.
INSERT INTO retour.policy_draft (workspace_id, policy_id, version, body, based_on, editor, begun_at, edited_at)
VALUES ($1, $2, 1, $3, $4, $5, $6, $6)
ON CONFLICT (workspace_id, policy_id) DO NOTHING
RETURNING version

-- :name edit_draft
-- Say what a draft says from now on.
UPDATE retour.policy_draft SET version = version + 1, body = $3, editor = $4, edited_at = $5, held = NULL
 WHERE workspace_id = $1 AND policy_id = $2

-- :name schedule_draft
-- Say when a draft comes into force, or that it does not, and why.
UPDATE retour.policy_draft SET publish_at = $3, held = $4, editor = coalesce($5, editor), based_on = $6
 WHERE workspace_id = $1 AND policy_id = $2

-- :name discard_draft
-- Forget a draft.
DELETE FROM retour.policy_draft WHERE workspace_id = $1 AND policy_id = $2

-- :name due_drafts
-- Drafts that are due by the clocks of their workspaces.
-- across workspaces: one process looks for all, as delivery does
SELECT d.workspace_id, d.policy_id
  FROM retour.policy_draft d JOIN retour.workspace w ON w.workspace_id = d.workspace_id
 WHERE d.publish_at IS NOT NULL
   AND d.publish_at <= clock_timestamp() + w.clock_offset_us * interval '1 microsecond'
 ORDER BY d.publish_at LIMIT 100

-- :name put_facility
-- Make a facility, or say anew what it is; its number stays.
INSERT INTO retour.facility (workspace_id, code, number, body, created_at)
VALUES ($1, $2, $3, $4, clock_timestamp())
ON CONFLICT (workspace_id, code) DO UPDATE SET body = EXCLUDED.body, version = facility.version + 1

-- :name one_facility
-- A facility by its code, with the workspace's zone and what time it is there.
SELECT f.code, f.number, f.version, f.body, w.zone,
       clock_timestamp() + w.clock_offset_us * interval '1 microsecond' AS now
  FROM retour.facility f JOIN retour.workspace w ON w.workspace_id = f.workspace_id
 WHERE f.workspace_id = $1 AND f.code = $2

-- :name facilities_named
-- Some facilities by their codes.
SELECT f.code, f.body FROM retour.facility f WHERE f.workspace_id = $1 AND f.code = ANY ($2::text[])

-- :name known_facilities
-- Those of some codes that are facilities.
SELECT code FROM retour.facility WHERE workspace_id = $1 AND code = ANY ($2::text[])

-- :name list_facilities
-- Facilities by code.
SELECT f.code, f.number, f.version, f.body, w.zone,
       clock_timestamp() + w.clock_offset_us * interval '1 microsecond' AS now
  FROM retour.facility f JOIN retour.workspace w ON w.workspace_id = f.workspace_id
 WHERE f.workspace_id = $1 AND f.code > $2 ORDER BY f.code LIMIT $3

-- :name draw_number
-- Draw the next number of a kind.
UPDATE retour.numbering SET next = next + 1
 WHERE workspace_id = $1 AND kind = $2 RETURNING next - 1
