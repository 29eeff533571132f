-- What a sandbox takes over from the live workspace it is made beside.

-- :name sandbox_beside
-- The sandbox that stands beside a workspace.
-- across workspaces: the house reads which workspace was made beside which
SELECT workspace_id, name FROM retour.workspace WHERE beside = $1 ORDER BY workspace_id LIMIT 1

-- :name set_beside
-- Say beside which workspace a sandbox stands.
UPDATE retour.workspace SET beside = $2 WHERE workspace_id = $1

-- :name settings_taken_over
-- A workspace's settings as rows: of which table, under which key and version, and what they say.
SELECT 'policy' AS name, policy_id AS key, version, body::text AS body FROM retour.policy WHERE workspace_id = $1
UNION ALL
SELECT 'grading_set', set_id, version, body::text FROM retour.grading_set WHERE workspace_id = $1
UNION ALL
SELECT 'grade', grade, version, body::text FROM retour.grade WHERE workspace_id = $1
UNION ALL
SELECT 'disposition', code, 1, body::text FROM retour.disposition WHERE workspace_id = $1
UNION ALL
SELECT 'portal', '', 1, body::text FROM retour.portal_settings WHERE workspace_id = $1
UNION ALL
SELECT 'workflow', '', version, body::text FROM retour.return_configuration WHERE workspace_id = $1
UNION ALL
SELECT 'withdrawals', '', 1, body::text FROM retour.withdrawal_settings WHERE workspace_id = $1
ORDER BY name, key, version

-- :name take_policy
-- Keep a version of a policy that is taken over.
INSERT INTO retour.policy (workspace_id, policy_id, version, body, created_at)
VALUES ($1, $2, $3, $4, clock_timestamp()) ON CONFLICT DO NOTHING

-- :name take_grading_set
-- Keep a version of a grading set that is taken over.
INSERT INTO retour.grading_set (workspace_id, set_id, version, body, created_at)
VALUES ($1, $2, $3, $4, clock_timestamp()) ON CONFLICT DO NOTHING

-- :name take_grade
-- Keep what a grade is called and looks like.
INSERT INTO retour.grade (workspace_id, grade, version, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING

-- :name take_disposition
-- Keep a disposition that is taken over.
INSERT INTO retour.disposition (workspace_id, code, body, created_at)
SELECT $1, $2::text, $4::json, clock_timestamp() WHERE $3::integer IS NOT NULL ON CONFLICT DO NOTHING

-- :name take_portal
-- Keep how the portal is arranged.
INSERT INTO retour.portal_settings (workspace_id, body, updated_at)
SELECT $1, $4::json, clock_timestamp() WHERE $2::text IS NOT NULL AND $3::integer IS NOT NULL ON CONFLICT DO NOTHING

-- :name take_workflow
-- Keep the return configuration.
INSERT INTO retour.return_configuration (workspace_id, version, body, updated_at)
SELECT $1, $3::integer, $4::json, clock_timestamp() WHERE $2::text IS NOT NULL ON CONFLICT DO NOTHING

-- :name take_withdrawals
-- Keep how withdrawals are taken.
INSERT INTO retour.withdrawal_settings (workspace_id, body, updated_at)
SELECT $1, $4::json, clock_timestamp() WHERE $2::text IS NOT NULL AND $3::integer IS NOT NULL ON CONFLICT DO NOTHING
