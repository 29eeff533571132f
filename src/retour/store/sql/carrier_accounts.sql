-- :name put_account
-- Keep an account; what proves us there stays as it was where nothing new is given.
INSERT INTO retour.carrier_account (workspace_id, code, carrier, name, body, credentials, version, created_at,
  updated_at)
VALUES ($1, $2, $3, $4, $5, $6, 1, clock_timestamp(), clock_timestamp())
ON CONFLICT (workspace_id, code)
DO UPDATE SET carrier = EXCLUDED.carrier, name = EXCLUDED.name, body = EXCLUDED.body,
              credentials = EXCLUDED.credentials, version = carrier_account.version + 1,
              updated_at = EXCLUDED.updated_at
 WHERE carrier_account.workspace_id = EXCLUDED.workspace_id
RETURNING version

-- :name account
-- One account with what is sealed.
SELECT a.code, a.carrier, a.name, a.body, a.credentials, a.version, a.created_at, a.updated_at
  FROM retour.carrier_account a WHERE a.workspace_id = $1 AND a.code = $2

-- :name accounts
-- Accounts by their codes.
SELECT a.code, a.carrier, a.name, a.body, a.credentials, a.version, a.created_at, a.updated_at
  FROM retour.carrier_account a WHERE a.workspace_id = $1 AND a.code > $2 ORDER BY a.code LIMIT $3

-- :name drop_account
-- Forget an account; what it did stays with its parcels.
DELETE FROM retour.carrier_account a WHERE a.workspace_id = $1 AND a.code = $2 RETURNING a.code

-- :name policies_labelling_by
-- Policies in force that label by an account, up to a limit.
SELECT p.policy_id FROM (
  SELECT DISTINCT ON (q.policy_id) q.policy_id, q.body FROM retour.policy q
   WHERE q.workspace_id = $1 ORDER BY q.policy_id, q.version DESC) p
 WHERE coalesce(p.body ->> 'carrier', 'sandbox') = $2
 ORDER BY p.policy_id LIMIT $3

-- :name labels_owed
-- How many labels were asked of an account and are not there yet, counted up to a limit.
SELECT count(*) FROM (
  SELECT 1 FROM retour.parcel p
   WHERE p.workspace_id = $1 AND p.is_owner AND p.status IN ('requested', 'label_failed') AND p.body ->> 'carrier' = $2
   LIMIT $3) n
