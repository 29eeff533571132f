-- :name add
-- Begin a reconciliation; nothing where one of the same processor is running.
INSERT INTO retour.reconciliation (workspace_id, reconciliation_id, processor, since, until, state, phase, author,
  created_at)
VALUES ($1, $2, $3, $4, $5, 'running', 'theirs', $6, $7)
ON CONFLICT (workspace_id, processor) WHERE state = 'running' DO NOTHING
RETURNING reconciliation_id

-- :name running_at
-- The reconciliation of a processor that is running.
SELECT r.reconciliation_id FROM retour.reconciliation r
 WHERE r.workspace_id = $1 AND r.processor = $2 AND r.state = 'running'

-- :name one
-- One reconciliation.
SELECT r.* FROM retour.reconciliation r WHERE r.workspace_id = $1 AND r.reconciliation_id = $2

-- :name listing
-- Reconciliations below an id, newest first.
SELECT r.* FROM retour.reconciliation r
 WHERE r.workspace_id = $1 AND r.reconciliation_id < $2 ORDER BY r.reconciliation_id DESC LIMIT $3

-- :name sums
-- What reconciliations come to, by currency.
SELECT s.reconciliation_id, s.currency, s.found, s.explained, s.found_amount::bigint AS found_amount,
       s.explained_amount::bigint AS explained_amount
  FROM retour.reconciliation_sum s
 WHERE s.workspace_id = $1 AND s.reconciliation_id = ANY ($2) ORDER BY s.reconciliation_id, s.currency

-- :name old
-- Ended ones beyond the newest, to be forgotten.
SELECT r.reconciliation_id FROM retour.reconciliation r
 WHERE r.workspace_id = $1 AND r.state <> 'running' ORDER BY r.reconciliation_id DESC OFFSET $2 LIMIT 100

-- :name forget_items
-- Forget what old ones could not explain.
DELETE FROM retour.reconciliation_item i WHERE i.workspace_id = $1 AND i.reconciliation_id = ANY ($2)

-- :name forget_sums
-- Forget what old ones came to.
DELETE FROM retour.reconciliation_sum s WHERE s.workspace_id = $1 AND s.reconciliation_id = ANY ($2)

-- :name forget
-- Forget old ones.
DELETE FROM retour.reconciliation r WHERE r.workspace_id = $1 AND r.reconciliation_id = ANY ($2)

-- :name running_anywhere
-- Reconciliations to go on with. Who looks serves every workspace, and sees ids and instants only.
-- across workspaces: one process looks for all, as delivery does
SELECT r.workspace_id, r.reconciliation_id FROM retour.reconciliation r
 WHERE r.state = 'running' AND (r.retry_at IS NULL OR r.retry_at <= clock_timestamp())
 ORDER BY r.workspace_id, r.reconciliation_id LIMIT 100

-- :name due_anywhere
-- Accounts whose refunds have not been looked at for so many seconds.
-- across workspaces: one process looks for all, as delivery does
SELECT a.workspace_id, a.processor FROM retour.payment_account a
 WHERE a.created_at < clock_timestamp() - make_interval(secs => $1)
   AND NOT EXISTS (SELECT 1 FROM retour.reconciliation r
                    WHERE r.workspace_id = a.workspace_id AND r.processor = a.processor
                      AND r.created_at >= clock_timestamp() - make_interval(secs => $1))
 ORDER BY a.workspace_id, a.processor LIMIT 20

-- :name take
-- Take a reconciliation for one slice; nothing where it has ended or somebody is at it. Who takes it and dies
-- gives it back by time.
UPDATE retour.reconciliation r SET retry_at = clock_timestamp() + make_interval(secs => $3)
 WHERE r.workspace_id = $1 AND r.reconciliation_id = $2 AND r.state = 'running'
   AND (r.retry_at IS NULL OR r.retry_at <= clock_timestamp())
RETURNING r.processor, r.since, r.until, r.phase, r.cursor, r.reached_at, r.reached_leg, r.listed, r.tries,
  r.retry_at, clock_timestamp() AS tick

-- :name note_theirs
-- Note how far the processor's list is read; nothing where another has done this slice.
UPDATE retour.reconciliation r
   SET cursor = $4, phase = CASE WHEN $4::text IS NULL THEN 'ours' ELSE r.phase END,
       theirs = r.theirs + $5, told = r.told + $6, listed = r.listed + $7, worked_ms = r.worked_ms + $8,
       tries = 0, retry_at = NULL, failure = NULL
 WHERE r.workspace_id = $1 AND r.reconciliation_id = $2 AND r.state = 'running' AND r.retry_at = $3
RETURNING r.reconciliation_id

-- :name note_ours
-- Note how far our legs are looked up; nothing where another has done this slice.
UPDATE retour.reconciliation r
   SET reached_at = $4, reached_leg = $5, ours = r.ours + $6, told = r.told + $7, listed = r.listed + $8,
       worked_ms = r.worked_ms + $9, tries = 0, retry_at = NULL, failure = NULL,
       state = CASE WHEN $10 THEN 'done' ELSE r.state END,
       finished_at = CASE WHEN $10 THEN clock_timestamp() END
 WHERE r.workspace_id = $1 AND r.reconciliation_id = $2 AND r.state = 'running' AND r.retry_at = $3
RETURNING r.reconciliation_id

-- :name put_off
-- Try again later, and say why.
UPDATE retour.reconciliation r
   SET tries = r.tries + 1, failure = $4, retry_at = clock_timestamp() + make_interval(secs => $5)
 WHERE r.workspace_id = $1 AND r.reconciliation_id = $2 AND r.state = 'running' AND r.retry_at = $3

-- :name end
-- End one that runs, as it stands.
UPDATE retour.reconciliation r SET state = $3, failure = coalesce($4, r.failure), finished_at = clock_timestamp()
 WHERE r.workspace_id = $1 AND r.reconciliation_id = $2 AND r.state = 'running'

-- :name legs
-- Legs that processors' refunds name, by intent or by reference.
SELECT l.leg_id AS id, l.return_id, l.payment, l.amount, l.currency, l.status, l.reference, l.moved_at
  FROM retour.processor_leg l WHERE l.workspace_id = $1 AND l.leg_id = ANY ($2)
UNION
SELECT l.leg_id, l.return_id, l.payment, l.amount, l.currency, l.status, l.reference, l.moved_at
  FROM retour.processor_leg l WHERE l.workspace_id = $1 AND l.reference = ANY ($3)

-- :name mark_seen
-- Remember that legs were found at their processor.
UPDATE retour.processor_leg l SET seen_in = $2 WHERE l.workspace_id = $1 AND l.leg_id = ANY ($3)

-- :name unseen
-- Legs of a span that are paid and were not found, or that wait for too long.
SELECT x.* FROM (
  (SELECT l.leg_id AS id, l.return_id, l.payment, l.amount, l.currency, l.status, l.reference, l.moved_at
     FROM retour.processor_leg l
    WHERE l.workspace_id = $1 AND l.executor = $2 AND l.status = 'succeeded' AND l.moved_at >= $3 AND l.moved_at < $4
      AND l.seen_in IS DISTINCT FROM $6 AND (l.moved_at, l.leg_id) > (coalesce($7::timestamptz, '-infinity'), $8)
    ORDER BY l.moved_at, l.leg_id LIMIT $9)
  UNION ALL
  (SELECT l.leg_id, l.return_id, l.payment, l.amount, l.currency, l.status, l.reference, l.moved_at
     FROM retour.processor_leg l
    WHERE l.workspace_id = $1 AND l.executor = $2 AND l.status IN ('in_flight', 'unknown') AND l.moved_at < $5
      AND l.seen_in IS DISTINCT FROM $6 AND (l.moved_at, l.leg_id) > (coalesce($7::timestamptz, '-infinity'), $8)
    ORDER BY l.moved_at, l.leg_id LIMIT $9)) x
 ORDER BY x.moved_at, x.id LIMIT $9

-- :name notes
-- What people said of subjects before.
SELECT n.subject, n.why, n.note, n.author, n.created_at FROM retour.reconciliation_note n
 WHERE n.workspace_id = $1 AND n.processor = $2 AND n.subject = ANY ($3)

-- :name add_items
-- Keep what is not explained.
INSERT INTO retour.reconciliation_item (workspace_id, reconciliation_id, item_id, processor, subject, why, reference,
  leg_id, return_id, payment, order_number, status, amount, currency, our_amount, our_currency)
SELECT r.workspace_id, r.reconciliation_id, i.item_id, r.processor, i.subject, i.why, i.reference, i.leg_id,
       i.return_id, i.payment, i.order_number, i.status, i.amount, i.currency, i.our_amount, i.our_currency
  FROM retour.reconciliation r
  JOIN unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
              $11::text[], $12::bigint[], $13::text[], $14::bigint[], $15::text[])
       AS i(item_id, subject, why, reference, leg_id, return_id, payment, order_number, status, amount, currency,
            our_amount, our_currency) ON true
 WHERE r.workspace_id = $1 AND r.reconciliation_id = $2

-- :name add_sums
-- Add what a slice comes to, by currency.
INSERT INTO retour.reconciliation_sum (workspace_id, reconciliation_id, currency, found, explained, found_amount,
  explained_amount)
SELECT r.workspace_id, r.reconciliation_id, d.currency, d.found, d.explained, d.found_amount, d.explained_amount
  FROM retour.reconciliation r
  JOIN unnest($3::text[], $4::integer[], $5::integer[], $6::bigint[], $7::bigint[])
       AS d(currency, found, explained, found_amount, explained_amount) ON true
 WHERE r.workspace_id = $1 AND r.reconciliation_id = $2
ON CONFLICT (workspace_id, reconciliation_id, currency)
DO UPDATE SET found = reconciliation_sum.found + EXCLUDED.found,
              explained = reconciliation_sum.explained + EXCLUDED.explained,
              found_amount = reconciliation_sum.found_amount + EXCLUDED.found_amount,
              explained_amount = reconciliation_sum.explained_amount + EXCLUDED.explained_amount

-- :name items
-- What is not explained, behind an id.
SELECT i.* FROM retour.reconciliation_item i
 WHERE i.workspace_id = $1 AND i.reconciliation_id = $2 AND i.item_id > $3 ORDER BY i.item_id LIMIT $4

-- :name open_items
-- Those of them that nobody has explained.
SELECT i.* FROM retour.reconciliation_item i
 WHERE i.workspace_id = $1 AND i.reconciliation_id = $2 AND i.item_id > $3 AND i.explained_at IS NULL
 ORDER BY i.item_id LIMIT $4

-- :name item
-- One of them.
SELECT i.* FROM retour.reconciliation_item i
 WHERE i.workspace_id = $1 AND i.reconciliation_id = $2 AND i.item_id = $3

-- :name explain_item
-- Say what it was; the first word stands.
UPDATE retour.reconciliation_item i SET note = $4, explained_by = $5, explained_at = clock_timestamp()
 WHERE i.workspace_id = $1 AND i.reconciliation_id = $2 AND i.item_id = $3 AND i.explained_at IS NULL
RETURNING i.processor, i.subject, i.why, i.amount, i.currency

-- :name keep_note
-- Keep a person's word for later reconciliations.
INSERT INTO retour.reconciliation_note (workspace_id, processor, subject, why, note, author, created_at)
VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())
ON CONFLICT (workspace_id, processor, subject, why) DO NOTHING

-- :name close_case
-- What a person has explained needs nobody any more.
UPDATE retour.payment_case c SET closed_at = clock_timestamp(), note = $4
 WHERE c.workspace_id = $1 AND c.processor = $2 AND c.reference = $3 AND c.closed_at IS NULL
