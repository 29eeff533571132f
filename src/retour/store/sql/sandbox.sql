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
INSERT INTO retour.sandbox_booking (workspace_id, booking_id, intent, payment, amount, currency, status, at, booked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)

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

-- :name booked_between
-- What was booked in a span of database time, behind a booking, oldest first.
SELECT b.booking_id, b.intent, b.payment, b.amount, b.currency, b.status, b.booked_at FROM retour.sandbox_booking b
 WHERE b.workspace_id = $1 AND b.booked_at >= $2 AND b.booked_at < $3
   AND (b.booked_at, b.booking_id) > (coalesce($4::timestamptz, '-infinity'), $5)
 ORDER BY b.booked_at, b.booking_id LIMIT $6

-- :name disputed_between
-- Disputes opened in a span of database time, behind one, oldest first.
SELECT d.dispute_id, d.payment, d.amount, d.currency, d.status, d.told, d.at FROM retour.sandbox_dispute d
 WHERE d.workspace_id = $1 AND d.at >= $2 AND d.at < $3 AND d.dispute_id > $4
 ORDER BY d.dispute_id LIMIT $5

-- :name open_dispute
-- The bank takes a payment back.
INSERT INTO retour.sandbox_dispute (workspace_id, dispute_id, payment, amount, currency, status, told, at)
VALUES ($1, $2, $3, $4, $5, 'needs_response', 1, $6)

-- :name end_dispute
-- The bank has decided; the first word stands.
UPDATE retour.sandbox_dispute d SET status = $3, told = d.told + 1
 WHERE d.workspace_id = $1 AND d.dispute_id = $2 AND d.status = 'needs_response'

-- :name one_dispute
-- One dispute.
SELECT d.dispute_id, d.payment, d.amount, d.currency, d.status, d.told, d.at FROM retour.sandbox_dispute d
 WHERE d.workspace_id = $1 AND d.dispute_id = $2

-- :name one_booking
-- One booking.
SELECT b.booking_id, b.intent, b.payment, b.amount, b.currency, b.status, b.at, b.booked_at
  FROM retour.sandbox_booking b WHERE b.workspace_id = $1 AND b.booking_id = $2
