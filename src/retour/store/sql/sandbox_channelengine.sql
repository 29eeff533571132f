-- :name make_account
-- Have an account to practise with, of a sandbox only; one that is there stays.
INSERT INTO retour.sandbox_channelengine (workspace_id, body, changed_at)
SELECT w.workspace_id, $2, clock_timestamp() FROM retour.workspace w
 WHERE w.workspace_id = $1 AND w.mode = 'sandbox'
ON CONFLICT (workspace_id) DO NOTHING

-- :name hold_account
-- Read it while nobody else changes it.
SELECT c.body, clock_timestamp() AS now FROM retour.sandbox_channelengine c WHERE c.workspace_id = $1 FOR UPDATE

-- :name keep_account
-- Keep what it has become.
UPDATE retour.sandbox_channelengine c SET body = $2, changed_at = clock_timestamp() WHERE c.workspace_id = $1

-- :name account_now
-- The instant that a new account begins at.
SELECT clock_timestamp()
