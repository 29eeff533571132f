-- What delivery reads for many subscriptions at once; leases and settlements are functions.

-- :name subscription_bodies
-- Gives what subscriptions said at some versions.
SELECT v.workspace_id, v.subscription_id, v.version, v.body
  FROM unnest($1::bigint[], $2::text[], $3::integer[]) AS w(ws, sub, version)
  JOIN retour.subscription_version v
    ON v.workspace_id = w.ws AND v.subscription_id = w.sub AND v.version = w.version

-- :name sealed_keys
-- Gives the sealed signing keys of subscriptions.
SELECT b.workspace_id, b.subscription_id, b.secrets
  FROM unnest($1::bigint[], $2::text[]) AS w(ws, sub)
  JOIN retour.subscription b ON b.workspace_id = w.ws AND b.subscription_id = w.sub

-- :name kept_renderings
-- Gives the bytes kept of some events, by the place of the asked.
SELECT w.i, r.content_type, r.headers, r.body
  FROM unnest($1::bigint[], $2::text[], $3::text[]) WITH ORDINALITY AS w(ws, event, key, i)
  CROSS JOIN LATERAL (
    SELECT x.content_type, x.headers, x.body FROM retour.rendering x
     WHERE x.workspace_id = w.ws AND x.event_id = w.event AND x.render_key = w.key LIMIT 1) r

-- :name subscribers
-- Lists everyone in a workspace who may have to be told something.
SELECT s.subscription_id, s.version, v.body
  FROM retour.subscription s
  JOIN retour.subscription_version v
    ON v.workspace_id = s.workspace_id AND v.subscription_id = s.subscription_id
   AND v.version = s.version
 WHERE s.workspace_id = $1 AND s.state NOT IN ('disabled', 'deleted')
 ORDER BY s.subscription_id

-- :name now
-- Gives database time and the workspace's distance from it.
SELECT clock_timestamp(), clock_offset_us FROM retour.workspace WHERE workspace_id = $1

-- :name past_replies
-- Gives what was replied to a delivery so far, in the order of the attempts.
SELECT response_body FROM retour.attempt
 WHERE workspace_id = $1 AND delivery_id = $2 AND response_body IS NOT NULL
 ORDER BY attempt_id

-- :name latest_snapshot
-- Gives the world as a return's latest event left it.
SELECT snapshot FROM retour.event
 WHERE workspace_id = $1 AND return_id = $2
 ORDER BY sequence DESC LIMIT 1

-- :name forget_replies
-- Drops some of the replies kept for idempotency keys longer than so many days.
-- across workspaces: a sweep by age; each look-up names its own workspace
DELETE FROM retour.idempotency i
 WHERE i.ctid = ANY (ARRAY(
   SELECT x.ctid FROM retour.workspace w
   CROSS JOIN LATERAL (
     SELECT y.ctid FROM retour.idempotency y
      WHERE y.workspace_id = w.workspace_id
        AND y.created_at < clock_timestamp() - make_interval(days => $1)
      ORDER BY y.created_at LIMIT 1000) x
   LIMIT 10000))
