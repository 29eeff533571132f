-- :name workspace_config
-- What every request of a workspace depends on, in one row set: the workspace itself.
SELECT name, mode, zone, currency, epoch, clock_offset_us
  FROM retour.workspace WHERE workspace_id = $1

-- :name workspace_keys
-- The keys that are still good.
SELECT key_id, name, digest, scopes, facilities, role, networks
  FROM retour.api_key
 WHERE workspace_id = $1 AND revoked_at IS NULL AND coalesce(ends_at > clock_timestamp(), true)

-- :name workspace_subscribers
-- Everyone whom a commit may have to tell, with what they now say.
SELECT s.subscription_id, s.version, v.body
  FROM retour.subscription s
  JOIN retour.subscription_version v
    ON v.workspace_id = s.workspace_id AND v.subscription_id = s.subscription_id AND v.version = s.version
 WHERE s.workspace_id = $1 AND s.state NOT IN ('disabled', 'deleted')
 ORDER BY s.subscription_id

-- :name next_workspace_number
-- Draw the number of a new workspace.
SELECT nextval('retour.workspace_number')

-- :name insert_workspace
-- Make a workspace.
INSERT INTO retour.workspace (workspace_id, name, mode, zone, currency, created_at)
VALUES ($1, $2, $3, $4, $5, clock_timestamp())

-- :name insert_numbering
-- Start a kind of per-workspace numbers.
INSERT INTO retour.numbering (workspace_id, kind, next) VALUES ($1, $2, 1)

-- :name insert_api_key
-- Keep the digest of a new key.
INSERT INTO retour.api_key (workspace_id, key_id, name, digest, scopes, created_at)
VALUES ($1, $2, $3, $4, $5, clock_timestamp())

-- :name bump_epoch
-- Say that subscriptions, templates or keys changed; commits notice.
UPDATE retour.workspace SET epoch = epoch + 1 WHERE workspace_id = $1

-- :name advance_clock
-- Move a sandbox's business time ahead; answers the new offset.
UPDATE retour.workspace SET clock_offset_us = clock_offset_us + $2
 WHERE workspace_id = $1 AND mode = 'sandbox'
RETURNING clock_offset_us

-- :name bring_lanes_forward
-- Bring the waiting work of a workspace forward by as much as its clock moved, and let what failed have
-- failed so much longer ago: messages expire on this clock too.  What is being done at this moment (it
-- has a token) is left alone.  Locked in the order of keys, as everywhere.
UPDATE retour.lane l SET due_at = l.due_at - make_interval(secs => $2),
                         first_fail_at = l.first_fail_at - make_interval(secs => $2)
  FROM (SELECT x.subscription_id, x.lane FROM retour.lane x
         WHERE x.workspace_id = $1 AND NOT x.blocked AND x.token = 0
           AND (x.due_at > clock_timestamp() OR x.first_fail_at IS NOT NULL)
         ORDER BY x.subscription_id, x.lane FOR UPDATE) waiting
 WHERE l.workspace_id = $1 AND l.subscription_id = waiting.subscription_id AND l.lane = waiting.lane

-- :name release_holds
-- Bring held and probing subscriptions forward by as much as the clock moved.  Locked in the order
-- of keys, and before any lane, as by whoever resumes one.
UPDATE retour.subscription s
   SET hold_until = s.hold_until - make_interval(secs => $2),
       failing_since = s.failing_since - make_interval(secs => $2)
  FROM (SELECT x.subscription_id FROM retour.subscription x
         WHERE x.workspace_id = $1 AND (x.hold_until IS NOT NULL OR x.failing_since IS NOT NULL)
         ORDER BY x.subscription_id FOR UPDATE) held
 WHERE s.workspace_id = $1 AND s.subscription_id = held.subscription_id

-- :name next_timer
-- How far ahead, in seconds, the next waiting work of a workspace lies; null where none waits.
SELECT extract(epoch FROM min(l.due_at) - clock_timestamp())::float8
  FROM retour.subscription s
  CROSS JOIN LATERAL (
    SELECT l.due_at FROM retour.lane l
     WHERE l.workspace_id = s.workspace_id AND l.subscription_id = s.subscription_id
       AND NOT l.blocked AND l.token = 0 AND l.due_at > clock_timestamp()
     ORDER BY l.due_at LIMIT 1) l
 WHERE s.workspace_id = $1 AND s.state IN ('active', 'probing')
