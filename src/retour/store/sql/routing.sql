-- :name choosy_facilities
-- Facilities that are closed, or do not take everything from everywhere.
SELECT f.code, f.body FROM retour.facility f
 WHERE f.workspace_id = $1
   AND ((f.body -> 'active') IS NOT NULL OR (f.body -> 'groups') IS NOT NULL OR (f.body -> 'countries') IS NOT NULL)
 ORDER BY f.code LIMIT $2

-- :name count_facilities
-- How many facilities there are.
SELECT count(*) FROM retour.facility f WHERE f.workspace_id = $1

-- :name routing
-- The table of where goods go.
SELECT t.version, t.body FROM retour.routing t WHERE t.workspace_id = $1

-- :name add_routing
-- Say for the first time where goods go; gives nothing where somebody else was faster.
INSERT INTO retour.routing (workspace_id, version, body) VALUES ($1, 1, $2)
ON CONFLICT (workspace_id) DO NOTHING RETURNING version

-- :name put_routing
-- Say anew where goods go, over the version that was seen; gives nothing where there is another by now.
UPDATE retour.routing SET version = version + 1, body = $3
 WHERE workspace_id = $1 AND version = $2 RETURNING version

-- :name returns_to_come
-- How many returns are still to come to a facility, counted up to a limit.
SELECT count(*) FROM (
  SELECT 1 FROM retour.returns r
    JOIN retour.return_facet f ON f.workspace_id = $1 AND f.return_id = r.return_id
   WHERE r.workspace_id = $1 AND r.status = ANY ($3::text[]) AND coalesce(f.facility, 'main') = $2
   LIMIT $4) n

-- :name policies_sending_to
-- Policies in force with a rule that sends goods to a facility, up to a limit.
SELECT p.policy_id FROM (
  SELECT DISTINCT ON (q.policy_id) q.policy_id, q.body FROM retour.policy q
   WHERE q.workspace_id = $1 ORDER BY q.policy_id, q.version DESC) p
 WHERE EXISTS (
   SELECT 1 FROM json_array_elements(p.body -> 'rules') AS e(rule)
    WHERE json_typeof(e.rule -> 'then') = 'object' AND e.rule -> 'then' ->> 'destination' = $2)
 ORDER BY p.policy_id LIMIT $3

-- :name bound_to
-- How many members and good keys are bound to a facility.
SELECT (SELECT count(*) FROM retour.membership m WHERE m.workspace_id = $1 AND $2 = ANY (m.facilities)) AS people,
       (SELECT count(*) FROM retour.api_key k
         WHERE k.workspace_id = $1 AND k.revoked_at IS NULL AND $2 = ANY (k.facilities)) AS keys
