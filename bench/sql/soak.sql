-- The soak: time let pass, and the books at the end.

-- :name forward
-- Lets five minutes pass for every lane that waits.
UPDATE retour.lane SET due_at = due_at - interval '5 minutes'
 WHERE workspace_id = $1 AND token = 0 AND NOT blocked AND due_at > clock_timestamp()

-- :name release
-- Lets the same time pass for subscriptions that are held.
UPDATE retour.subscription SET hold_until = hold_until - interval '5 minutes'
 WHERE workspace_id = $1 AND hold_until > clock_timestamp()

-- :name pending
-- Counts what has not ended.
SELECT count(*) FROM retour.delivery d WHERE d.workspace_id = $1

-- :name events
-- Lists the facts that the soak committed, in the order of their streams.
SELECT e.event_id, e.stream, e.stream_sequence
  FROM retour.event e
 WHERE e.workspace_id = $1 AND e.type = 'parcel.updated'
 ORDER BY e.stream, e.stream_sequence

-- :name endings
-- Lists how deliveries of those facts ended; what has not ended is pending.
SELECT l.event_id, l.subscription_id, l.status
  FROM retour.delivery_log l WHERE l.workspace_id = $1 AND l.type = 'parcel.updated'
UNION ALL
SELECT d.event_id, d.subscription_id, 'pending'
  FROM retour.delivery d WHERE d.workspace_id = $1 AND d.type = 'parcel.updated'
