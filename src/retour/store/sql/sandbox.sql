-- :name lock_intent
-- One at a time per intent, as a processor's idempotency keys have it.
SELECT pg_advisory_xact_lock(hashtextextended($1, 7))

-- :name live_booking
-- The booking of an intent that has not failed.
SELECT booking_id, amount, currency, status FROM retour.sandbox_booking
 WHERE workspace_id = $1 AND intent = $2 AND status <> 'failed'
 ORDER BY booking_id DESC LIMIT 1

-- :name latest_booking
-- The newest booking of an intent, whatever became of it.
SELECT booking_id, amount, currency, status FROM retour.sandbox_booking
 WHERE workspace_id = $1 AND intent = $2 ORDER BY booking_id DESC LIMIT 1

-- :name insert_booking
-- Book.
INSERT INTO retour.sandbox_booking (workspace_id, booking_id, intent, payment, amount, currency, status, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

-- :name fail_booking
-- A pending booking turned out badly.
UPDATE retour.sandbox_booking SET status = 'failed' WHERE workspace_id = $1 AND booking_id = $2

-- :name list_bookings
-- The ledger, oldest first.
SELECT booking_id, intent, payment, amount, currency, status, at FROM retour.sandbox_booking
 WHERE workspace_id = $1 AND booking_id > $2 ORDER BY booking_id LIMIT $3

-- :name take_fault
-- Play the oldest fault that fits, once.
UPDATE retour.sandbox_fault f SET times = f.times - 1
  FROM (SELECT x.fault_id FROM retour.sandbox_fault x
         WHERE x.workspace_id = $1 AND x.service = $2 AND (x.payment IS NULL OR x.payment = $3) AND x.times > 0
         ORDER BY x.fault_id LIMIT 1 FOR UPDATE) chosen
 WHERE f.workspace_id = $1 AND f.fault_id = chosen.fault_id
RETURNING f.outcome

-- :name insert_fault
-- Ask for a fault.
INSERT INTO retour.sandbox_fault (workspace_id, fault_id, service, payment, outcome, times)
VALUES ($1, $2, $3, $4, $5, $6)

-- :name insert_message
-- Keep what the sink or the mailbox was sent.
INSERT INTO retour.sandbox_message (workspace_id, message_id, kind, at, headers, body)
VALUES ($1, $2, $3, clock_timestamp(), $4, $5)

-- :name list_messages
-- What the sink and the mailbox were sent, newest first.
SELECT message_id, kind, at, headers, body FROM retour.sandbox_message
 WHERE workspace_id = $1 AND message_id < $2 ORDER BY message_id DESC LIMIT $3

-- :name trim_messages
-- Keep the newest messages only.
DELETE FROM retour.sandbox_message
 WHERE workspace_id = $1 AND message_id < (
   SELECT m.message_id FROM retour.sandbox_message m
    WHERE m.workspace_id = $1 ORDER BY m.message_id DESC OFFSET $2 LIMIT 1)

-- :name sandbox_now
-- Database time, and the workspace's business time.
SELECT clock_timestamp() AS tick, clock_timestamp() + make_interval(secs => clock_offset_us / 1e6) AS at
  FROM retour.workspace WHERE workspace_id = $1 AND mode = 'sandbox'
