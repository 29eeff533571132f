-- :name queue_deliveries
-- Queue deliveries of one subscription; their lanes are queued beside them.
INSERT INTO retour.delivery (workspace_id, subscription_id, lane, position, delivery_id, event_id,
    subscription_version, type, return_id, resend_of)
SELECT $1, $2, d.lane, d.position, d.id, d.event_id, d.version, d.type, d.return_id, d.resend_of
  FROM unnest($3::text[], $4::integer[], $5::text[], $6::text[], $7::integer[], $8::text[], $9::text[],
              $10::text[]) AS d(lane, position, id, event_id, version, type, return_id, resend_of)

-- :name queue_lanes
-- Make the lanes of fresh deliveries due, in the order everybody locks them.
INSERT INTO retour.lane (workspace_id, subscription_id, lane, due_at, pending)
SELECT $1, $2, x.lane, clock_timestamp(), count(*)
  FROM unnest($3::text[]) AS x(lane) GROUP BY x.lane ORDER BY x.lane
ON CONFLICT (workspace_id, subscription_id, lane)
DO UPDATE SET pending = lane.pending + EXCLUDED.pending

-- :name first_deliveries_pending
-- Which of some events still wait to be told to a subscription for the first time.
-- A first delivery bears the instant of its event in its id.
SELECT e.event_id
  FROM unnest($3::text[]) AS e(event_id)
  CROSS JOIN LATERAL (
    SELECT 1 FROM retour.delivery d
     WHERE d.workspace_id = $1 AND d.delivery_id > 'dlv_' || substr(e.event_id, 5, 10)
       AND d.delivery_id < 'dlv_' || substr(e.event_id, 5, 10) || '~'
       AND d.subscription_id = $2 AND d.event_id = e.event_id LIMIT 1) d

-- :name first_deliveries_ended
-- By which first delivery some events were told to a subscription, or given up.
SELECT e.event_id, d.delivery_id
  FROM unnest($3::text[]) AS e(event_id)
  CROSS JOIN LATERAL (
    SELECT d.delivery_id FROM retour.delivery_log d
     WHERE d.workspace_id = $1 AND d.subscription_id = $2
       AND d.delivery_id > 'dlv_' || substr(e.event_id, 5, 10)
       AND d.delivery_id < 'dlv_' || substr(e.event_id, 5, 10) || '~'
       AND d.event_id = e.event_id LIMIT 1) d

-- :name pending_all
-- The newest waiting deliveries below an id.
SELECT delivery_id, subscription_id, lane, position, event_id, subscription_version, type, return_id,
       resend_of, 'pending' AS status, NULL::timestamptz AS finished_at
  FROM retour.delivery
 WHERE workspace_id = $1 AND delivery_id < $2
 ORDER BY delivery_id DESC LIMIT $3

-- :name pending_of_subscription
-- All that waits at a subscription, if it is no more than a limit.
SELECT delivery_id, subscription_id, lane, position, event_id, subscription_version, type, return_id,
       resend_of, 'pending' AS status, NULL::timestamptz AS finished_at
  FROM retour.delivery
 WHERE workspace_id = $1 AND subscription_id = $2
 ORDER BY lane, position LIMIT $3

-- :name pending_of_return
-- All that waits about a return, if it is no more than a limit: in its own lanes, and apart.
SELECT d.delivery_id, d.subscription_id, d.lane, d.position, d.event_id, d.subscription_version, d.type,
       d.return_id, d.resend_of, 'pending' AS status, NULL::timestamptz AS finished_at
  FROM retour.subscription s
  JOIN retour.delivery d
    ON d.workspace_id = s.workspace_id AND d.subscription_id = s.subscription_id AND d.lane = $2
 WHERE s.workspace_id = $1 AND d.return_id = $2
UNION ALL
SELECT delivery_id, subscription_id, lane, position, event_id, subscription_version, type, return_id,
       resend_of, 'pending' AS status, NULL::timestamptz AS finished_at
  FROM retour.delivery
 WHERE workspace_id = $1 AND return_id = $2 AND lane <> return_id
LIMIT $3

-- :name pending_of_event
-- All that waits about an event, if it is no more than a limit: for the first time, and again.
SELECT delivery_id, subscription_id, lane, position, event_id, subscription_version, type, return_id,
       resend_of, 'pending' AS status, NULL::timestamptz AS finished_at
  FROM retour.delivery
 WHERE workspace_id = $1 AND event_id = $2
   AND delivery_id > 'dlv_' || substr($2, 5, 10) AND delivery_id < 'dlv_' || substr($2, 5, 10) || '~'
UNION
SELECT delivery_id, subscription_id, lane, position, event_id, subscription_version, type, return_id,
       resend_of, 'pending' AS status, NULL::timestamptz AS finished_at
  FROM retour.delivery
 WHERE workspace_id = $1 AND event_id = $2 AND resend_of IS NOT NULL
LIMIT $3

-- :name ended_all
-- The newest ended deliveries below an id.
SELECT delivery_id, subscription_id, lane, position, event_id, subscription_version, type, return_id,
       resend_of, status, finished_at
  FROM retour.delivery_log
 WHERE workspace_id = $1 AND delivery_id < $2
 ORDER BY delivery_id DESC LIMIT $3

-- :name ended_given_up
-- The newest deliveries below an id that were given up: dead or skipped.
SELECT delivery_id, subscription_id, lane, position, event_id, subscription_version, type, return_id,
       resend_of, status, finished_at
  FROM retour.delivery_log
 WHERE workspace_id = $1 AND delivery_id < $2 AND status <> 'delivered'
 ORDER BY delivery_id DESC LIMIT $3

-- :name ended_of_subscription
-- A subscription's newest ended deliveries below an id.
SELECT delivery_id, subscription_id, lane, position, event_id, subscription_version, type, return_id,
       resend_of, status, finished_at
  FROM retour.delivery_log
 WHERE workspace_id = $1 AND delivery_id < $2 AND subscription_id = $4
 ORDER BY delivery_id DESC LIMIT $3

-- :name ended_of_return
-- A return's newest ended deliveries below an id.
SELECT delivery_id, subscription_id, lane, position, event_id, subscription_version, type, return_id,
       resend_of, status, finished_at
  FROM retour.delivery_log
 WHERE workspace_id = $1 AND delivery_id < $2 AND return_id = $4
 ORDER BY delivery_id DESC LIMIT $3

-- :name ended_of_event
-- An event's ended deliveries below an id: told for the first time, and told again.
SELECT * FROM (
  SELECT delivery_id, subscription_id, lane, position, event_id, subscription_version, type, return_id,
         resend_of, status, finished_at
    FROM retour.delivery_log
   WHERE workspace_id = $1 AND event_id = $4
     AND delivery_id > 'dlv_' || substr($4, 5, 10) AND delivery_id < 'dlv_' || substr($4, 5, 10) || '~'
  UNION
  SELECT delivery_id, subscription_id, lane, position, event_id, subscription_version, type, return_id,
         resend_of, status, finished_at
    FROM retour.delivery_log
   WHERE workspace_id = $1 AND event_id = $4 AND resend_of IS NOT NULL) d
 WHERE d.delivery_id < $2
 ORDER BY d.delivery_id DESC LIMIT $3

-- :name one_delivery
-- A delivery, waiting or ended.
SELECT delivery_id, subscription_id, lane, position, event_id, subscription_version, type, return_id,
       resend_of, 'pending' AS status, NULL::timestamptz AS finished_at
  FROM retour.delivery WHERE workspace_id = $1 AND delivery_id = $2
UNION ALL
SELECT delivery_id, subscription_id, lane, position, event_id, subscription_version, type, return_id,
       resend_of, status, finished_at
  FROM retour.delivery_log WHERE workspace_id = $1 AND delivery_id = $2
LIMIT 1

-- :name attempts
-- The tries of some deliveries, in their order.
SELECT delivery_id, n, at, outcome, status_code, error, detail, duration_ms, ms_dns, ms_connect,
       ms_tls, ms_first_byte, peer, request_headers, response_headers, response_body, fenced
  FROM retour.attempt
 WHERE workspace_id = $1 AND delivery_id = ANY ($2)
 ORDER BY attempt_id

-- :name version_body
-- What a subscription said at one of its versions.
SELECT body FROM retour.subscription_version
 WHERE workspace_id = $1 AND subscription_id = $2 AND version = $3

-- :name earlier_versions
-- What a subscription said at its versions before one, the latest first.
SELECT version, body FROM retour.subscription_version
 WHERE workspace_id = $1 AND subscription_id = $2 AND version < $3
 ORDER BY version DESC LIMIT $4

-- :name renderings
-- The bytes kept under some (event, render key).
SELECT r.event_id, r.render_key, r.content_type, r.body
  FROM unnest($2::text[], $3::text[]) AS n(event_id, render_key)
  JOIN retour.rendering r
    ON r.workspace_id = $1 AND r.event_id = n.event_id AND r.render_key = n.render_key

-- :name lane_of
-- How the lane of a waiting delivery stands, and which delivery heads it.
SELECT l.blocked, l.due_at, l.attempt,
       (SELECT d.delivery_id FROM retour.delivery d
         WHERE d.workspace_id = l.workspace_id AND d.subscription_id = l.subscription_id AND d.lane = l.lane
         ORDER BY d.position LIMIT 1) AS head
  FROM retour.lane l
 WHERE l.workspace_id = $1 AND l.subscription_id = $2 AND l.lane = $3

-- :name tick
-- Database time.
SELECT clock_timestamp()

-- :name rearm
-- Set a blocked lane going again: its head is due at once, at the start of a new series.
UPDATE retour.lane
   SET blocked = false, due_at = clock_timestamp(), series_start = attempt, first_fail_at = NULL
 WHERE workspace_id = $1 AND subscription_id = $2 AND lane = $3 AND blocked

-- :name repoint
-- Let some of what waits be told as a later version has it.
-- What is being settled at this moment is left out.
WITH waiting AS (
  SELECT lane, position, subscription_version FROM retour.delivery
   WHERE workspace_id = $1 AND subscription_id = $2 AND (lane, position) > ($5, $6)
   ORDER BY lane, position LIMIT $7 FOR UPDATE SKIP LOCKED
), moved AS (
  UPDATE retour.delivery d SET subscription_version = $4
    FROM waiting
   WHERE d.workspace_id = $1 AND d.subscription_id = $2 AND d.lane = waiting.lane
     AND d.position = waiting.position AND waiting.subscription_version = ANY ($3)
)
SELECT lane, position FROM waiting ORDER BY lane DESC, position DESC LIMIT 1

-- :name late_attempts
-- Attempts of some subscriptions since an instant, by hour and in all, for whose each is; of a workspace's newest.
SELECT o.owner, date_trunc('hour', a.at) AS hour, count(*) AS attempts,
       count(*) FILTER (WHERE a.outcome = 'delivered') AS delivered,
       percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY a.duration_ms) AS percentiles
  FROM (SELECT x.subscription_id, x.at, x.outcome, x.duration_ms FROM retour.attempt x
         WHERE x.workspace_id = $1 AND x.attempt_id >= $2 AND x.outcome <> 'unsent'
         ORDER BY x.attempt_id DESC LIMIT $5) a
  JOIN unnest($3::text[], $4::text[]) AS o(subscription_id, owner) ON o.subscription_id = a.subscription_id
 GROUP BY GROUPING SETS ((o.owner, date_trunc('hour', a.at)), (o.owner))
