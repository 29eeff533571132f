-- :name keep_reply
-- Keep a reply under its idempotency key; false where the key is taken. Waits for a twin's end.
SELECT retour.keep_reply($1, clock_timestamp(), $2, $3, $4, $5, $6)

-- :name kept_reply
-- The reply kept under a key.
SELECT digest, status, body FROM retour.idempotency
 WHERE workspace_id = $1 AND key_id = $2 AND key = $3

-- :name take_turn
-- Who changes what a workspace tells waits here for the one before; commits do not.
SELECT clock_timestamp() AS tick, clock_offset_us FROM retour.workspace
 WHERE workspace_id = $1 FOR NO KEY UPDATE

-- :name bump_epoch
-- Say that subscriptions changed; commits that had not heard decide again.
UPDATE retour.workspace SET epoch = epoch + 1 WHERE workspace_id = $1

-- :name add_subscription
-- Make a subscription; what it says goes to its first version.
INSERT INTO retour.subscription (workspace_id, subscription_id, kind, version, state, state_at, secrets,
    template_id, profile_id, created_at)
VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, $5)

-- :name add_version
-- Keep what a subscription says from this version on.
INSERT INTO retour.subscription_version (workspace_id, subscription_id, version, body, created_at)
VALUES ($1, $2, $3, $4, clock_timestamp())

-- :name set_version
-- Make a version the one that counts.
UPDATE retour.subscription SET version = $3 WHERE workspace_id = $1 AND subscription_id = $2

-- :name set_state
-- Say whether a subscription is served, and why; what the endpoint did before is forgotten.
UPDATE retour.subscription
   SET state = $3, state_reason = $4, state_at = clock_timestamp(), hold_until = NULL, failures = 0,
       failing_since = NULL, probes = 0
 WHERE workspace_id = $1 AND subscription_id = $2

-- :name set_secrets
-- Replace the sealed keys of a subscription.
UPDATE retour.subscription SET secrets = $3 WHERE workspace_id = $1 AND subscription_id = $2

-- :name subscriptions_by_ids
-- Some subscriptions with what they now say, in any order; deleted ones too.
SELECT s.subscription_id, s.kind, s.version, s.state, s.state_reason, s.state_at, s.hold_until,
       s.failures, s.failing_since, s.secrets, s.template_id, s.profile_id, s.created_at, v.body
  FROM retour.subscription s
  JOIN retour.subscription_version v
    ON v.workspace_id = s.workspace_id AND v.subscription_id = s.subscription_id AND v.version = s.version
 WHERE s.workspace_id = $1 AND s.subscription_id = ANY ($2::text[])

-- :name list_subscriptions
-- The webhooks and notices people made, newest first.
SELECT s.subscription_id, s.kind, s.version, s.state, s.state_reason, s.state_at, s.hold_until,
       s.failures, s.failing_since, s.secrets, s.template_id, s.profile_id, s.created_at, v.body
  FROM retour.subscription s
  JOIN retour.subscription_version v
    ON v.workspace_id = s.workspace_id AND v.subscription_id = s.subscription_id AND v.version = s.version
 WHERE s.workspace_id = $1 AND s.subscription_id < $2 AND s.kind IN ('webhook', 'notice') AND s.template_id IS NULL
   AND s.profile_id IS NULL AND s.state <> 'deleted'
 ORDER BY s.subscription_id DESC LIMIT $3

-- :name resume
-- Serve a subscription again from where it stopped; what waits becomes due, spread over a moment.
SELECT retour.resume($1, $2)

-- :name lock_lanes
-- Hold some lanes of a subscription, in the order everybody locks them.
SELECT lane FROM retour.lane
 WHERE workspace_id = $1 AND subscription_id = $2 ORDER BY lane LIMIT $3 FOR UPDATE

-- :name skip_lanes
-- List what waits in lanes as skipped.
WITH gone AS (
  DELETE FROM retour.delivery d WHERE workspace_id = $1 AND subscription_id = $2 AND lane = ANY ($3)
  RETURNING d.*
)
INSERT INTO retour.delivery_log (workspace_id, delivery_id, subscription_id, lane, position, event_id,
    subscription_version, type, return_id, resend_of, status, finished_at)
SELECT workspace_id, delivery_id, subscription_id, lane, position, event_id, subscription_version,
       type, return_id, resend_of, 'skipped', clock_timestamp()
  FROM gone
ON CONFLICT DO NOTHING

-- :name drop_lanes
-- Take lanes away.
DELETE FROM retour.lane WHERE workspace_id = $1 AND subscription_id = $2 AND lane = ANY ($3)

-- :name newest_transaction
-- The transaction number that every commit begun by now lies below.
SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint

-- :name oldest_transaction
-- The number below which every transaction has ended.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint

-- :name lock_subscription
-- Hold a subscription against whoever else says something about it.
SELECT 1 FROM retour.subscription
 WHERE workspace_id = $1 AND subscription_id = $2 FOR NO KEY UPDATE
