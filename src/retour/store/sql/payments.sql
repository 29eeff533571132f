-- :name put_account
-- Keep an account at a processor.
INSERT INTO retour.payment_account (workspace_id, code, processor, name, credentials, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, 1, clock_timestamp(), clock_timestamp())
ON CONFLICT (workspace_id, code)
DO UPDATE SET name = EXCLUDED.name, credentials = EXCLUDED.credentials, version = payment_account.version + 1,
              updated_at = EXCLUDED.updated_at
 WHERE payment_account.workspace_id = EXCLUDED.workspace_id

-- :name account
-- One account with what is sealed.
SELECT a.code, a.processor, a.name, a.credentials, a.version, a.created_at, a.updated_at
  FROM retour.payment_account a WHERE a.workspace_id = $1 AND a.code = $2

-- :name account_at
-- The account at a processor, with what is sealed.
SELECT a.code, a.processor, a.name, a.credentials, a.version, a.created_at, a.updated_at
  FROM retour.payment_account a WHERE a.workspace_id = $1 AND a.processor = $2

-- :name accounts
-- Accounts by their codes.
SELECT a.code, a.processor, a.name, a.credentials, a.version, a.created_at, a.updated_at
  FROM retour.payment_account a WHERE a.workspace_id = $1 AND a.code > $2 ORDER BY a.code LIMIT $3

-- :name drop_account
-- Forget an account; what it did stays with its returns.
DELETE FROM retour.payment_account a WHERE a.workspace_id = $1 AND a.code = $2 RETURNING a.code

-- :name processors
-- The processors that a workspace has an account at; marketplaces pay where a channel's account is live.
SELECT a.processor FROM retour.payment_account a WHERE a.workspace_id = $1
UNION
SELECT 'channelengine' FROM retour.channel_account c WHERE c.workspace_id = $1 AND c.stage <> 'setup'
ORDER BY processor

-- :name order_told_of
-- The order a reference was told of before, so that its later words reach the same; else the latest of a payment.
SELECT coalesce(
  (SELECT c.order_number FROM retour.payment_case c
    WHERE c.workspace_id = $1 AND c.processor = $2 AND c.reference = $3),
  (SELECT o.order_number
     FROM retour.payment p JOIN retour.orders o ON o.workspace_id = p.workspace_id AND o.order_id = p.order_id
    WHERE p.workspace_id = $1 AND p.payment_id = ANY ($4) ORDER BY p.order_id DESC LIMIT 1))

-- :name put_case
-- Keep the latest that a processor told of a reference; what was closed stays closed, what is older changes nothing.
INSERT INTO retour.payment_case (workspace_id, case_id, processor, reference, kind, status, is_final, payment,
  order_number, amount, currency, why, event_id, event_at, note, created_at, closed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, NULL, clock_timestamp(),
  CASE WHEN $15 THEN clock_timestamp() END)
ON CONFLICT (workspace_id, processor, reference)
DO UPDATE SET status = EXCLUDED.status, is_final = EXCLUDED.is_final, why = EXCLUDED.why, amount = EXCLUDED.amount,
              order_number = coalesce(payment_case.order_number, EXCLUDED.order_number),
              event_id = EXCLUDED.event_id, event_at = EXCLUDED.event_at,
              closed_at = coalesce(payment_case.closed_at, EXCLUDED.closed_at)
 WHERE payment_case.workspace_id = EXCLUDED.workspace_id
   AND (payment_case.event_at < EXCLUDED.event_at
        OR (payment_case.event_at = EXCLUDED.event_at AND EXCLUDED.is_final AND NOT payment_case.is_final))

-- :name one_case
-- One case.
SELECT c.* FROM retour.payment_case c WHERE c.workspace_id = $1 AND c.case_id = $2

-- :name cases_by_ids
-- Some cases; the caller puts them in order.
SELECT c.* FROM retour.payment_case c
 WHERE c.workspace_id = $1 AND c.case_id = ANY (ARRAY(SELECT unnest($2::text[])))

-- :name cases
-- Cases below an id, newest first.
SELECT c.* FROM retour.payment_case c
 WHERE c.workspace_id = $1 AND c.case_id < $2 ORDER BY c.case_id DESC LIMIT $3

-- :name open_cases
-- Those of them that still need a person.
SELECT c.* FROM retour.payment_case c
 WHERE c.workspace_id = $1 AND c.case_id < $2 AND c.closed_at IS NULL ORDER BY c.case_id DESC LIMIT $3

-- :name close_case
-- Say what a person made of a case; the first word stands.
UPDATE retour.payment_case c SET closed_at = clock_timestamp(), note = $3
 WHERE c.workspace_id = $1 AND c.case_id = $2 AND c.closed_at IS NULL
