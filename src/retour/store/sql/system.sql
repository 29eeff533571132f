-- How the house fares, and what a workspace has set up.

-- :name server
-- The database: its version, its size, its clock, and how many connections it has left.
SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS size,
       clock_timestamp() AS tick, current_setting('max_connections')::integer AS connections_max,
       (SELECT count(*) FROM pg_stat_activity a WHERE a.datname = current_database()) AS connections

-- :name lanes
-- What waits to be delivered, by kind of subscription.
SELECT s.kind, count(*) AS lanes, sum(l.pending) AS deliveries, count(*) FILTER (WHERE l.blocked) AS blocked,
       min(l.due_at) FILTER (WHERE NOT l.blocked) AS oldest_at
  FROM retour.lane l
  JOIN retour.subscription s ON s.workspace_id = l.workspace_id AND s.subscription_id = l.subscription_id
 WHERE l.workspace_id = $1 GROUP BY s.kind ORDER BY s.kind

-- :name jobs
-- What works in the background: how many of each, and since when the oldest does; of drafts, when the next is due.
SELECT * FROM (
  SELECT 'backtests' AS what, count(*) AS count, min(b.created_at) AS at FROM retour.backtest b
   WHERE b.workspace_id = $1 AND b.state = 'running'
  UNION ALL
  SELECT 'reconciliations', count(*), min(r.created_at) FROM retour.reconciliation r
   WHERE r.workspace_id = $1 AND r.state = 'running'
  UNION ALL
  SELECT 'exports', count(*), min(x.created_at) FROM retour.workspace_export x
   WHERE x.workspace_id = $1 AND x.state = 'running'
  UNION ALL
  SELECT 'erasures', count(*), min(e.asked_at) FROM retour.erasure e
   WHERE e.workspace_id = $1 AND e.done_at IS NULL
  UNION ALL
  SELECT 'scheduled drafts', count(*), min(d.publish_at) FROM retour.policy_draft d
   WHERE d.workspace_id = $1 AND d.publish_at IS NOT NULL
) AS jobs

-- :name waiting_for
-- How many deliveries wait for one subscription, through one profile, or of one kind.
SELECT coalesce(sum(l.pending), 0)::bigint AS deliveries
  FROM retour.lane l
  JOIN retour.subscription s ON s.workspace_id = l.workspace_id AND s.subscription_id = l.subscription_id
 WHERE l.workspace_id = $1 AND $2::text IN (s.subscription_id, s.profile_id, s.kind)

-- :name ended_by_hour
-- How many deliveries ended in each of the last hours, and how many of them were given up.
SELECT date_trunc('hour', l.finished_at) AS hour, count(*) AS ended, count(*) FILTER (WHERE l.status = 'dead') AS dead
  FROM retour.delivery_log l
 WHERE l.workspace_id = $1 AND l.finished_at > clock_timestamp() - interval '24 hours' AND l.delivery_id > $2
 GROUP BY 1 ORDER BY 1

-- :name set_up
-- What a workspace has set up, as far as its data tell.
SELECT EXISTS (SELECT FROM retour.facility f
                WHERE f.workspace_id = $1 AND f.body -> 'address' ->> 'street' IS NOT NULL
                  AND f.body -> 'address' ->> 'city' IS NOT NULL AND f.body -> 'address' ->> 'country' IS NOT NULL)
         AS facility,
       EXISTS (SELECT FROM retour.policy p WHERE p.workspace_id = $1 AND (p.version > 1 OR p.policy_id <> 'default'))
         AS policy,
       EXISTS (SELECT FROM retour.portal_settings s WHERE s.workspace_id = $1) AS reasons,
       EXISTS (SELECT FROM retour.carrier_account c WHERE c.workspace_id = $1) AS carrier,
       EXISTS (SELECT FROM retour.payment_account p WHERE p.workspace_id = $1) AS payment,
       EXISTS (SELECT FROM retour.notification_profile p
                 JOIN retour.subscription s ON s.workspace_id = p.workspace_id AND s.profile_id = p.profile_id
                WHERE p.workspace_id = $1 AND p.deleted_at IS NULL AND s.state = 'active'
                  AND p.body ->> 'type' = 'email' AND p.body ->> 'target' = 'customer') AS mails,
       EXISTS (SELECT FROM retour.brand b WHERE b.workspace_id = $1) AS brand,
       (SELECT o.created_at FROM retour.orders o WHERE o.workspace_id = $1 ORDER BY o.order_id DESC LIMIT 1)
         AS order_at,
       (SELECT w.mode = 'sandbox' FROM retour.workspace w WHERE w.workspace_id = $1) AS is_sandbox,
       (SELECT a.aside_at FROM retour.setup_aside a WHERE a.workspace_id = $1) AS aside_at

-- :name put_aside
-- Put the list of what is to be set up aside.
INSERT INTO retour.setup_aside (workspace_id, aside_at) VALUES ($1, clock_timestamp()) ON CONFLICT DO NOTHING

-- :name take_up
-- Have it back.
DELETE FROM retour.setup_aside a WHERE a.workspace_id = $1
