-- :name open_credit
-- Have an account for whoever a return is of, in a currency; nothing where it is there already.
INSERT INTO retour.store_credit (workspace_id, credit_id, email_digest, currency, balance, created_at, updated_at)
SELECT r.workspace_id, $3, r.email_digest, $4, 0, clock_timestamp(), clock_timestamp()
  FROM retour.returns r WHERE r.workspace_id = $1 AND r.return_id = $2
ON CONFLICT (workspace_id, email_digest, currency) DO NOTHING

-- :name credit_of_return
-- The account of whoever a return is of, in a currency.
SELECT c.credit_id
  FROM retour.returns r
  JOIN retour.store_credit c ON c.workspace_id = r.workspace_id AND c.email_digest = r.email_digest
 WHERE r.workspace_id = $1 AND r.return_id = $2 AND c.currency = $3

-- :name move_credit
-- Give or take once per kind and reference; nothing where the balance does not suffice.
SELECT m.* FROM retour.move_credit($1, $2, $3, $4, $5, $6, $7, $8) m

-- :name entry_by_reference
-- The movement of a kind by its reference.
SELECT e.* FROM retour.store_credit_entry e
 WHERE e.workspace_id = $1 AND e.kind = $2 AND e.reference = $3

-- :name entries
-- Movements of an account above a position, oldest first.
SELECT e.* FROM retour.store_credit_entry e
 WHERE e.workspace_id = $1 AND e.credit_id = $2 AND e.position > $3 ORDER BY e.position LIMIT $4

-- :name one_credit
-- One account.
SELECT c.* FROM retour.store_credit c WHERE c.workspace_id = $1 AND c.credit_id = $2

-- :name credits
-- Accounts below an id, newest first.
SELECT c.* FROM retour.store_credit c
 WHERE c.workspace_id = $1 AND c.credit_id < $2 ORDER BY c.credit_id DESC LIMIT $3

-- :name credits_of
-- Accounts of one customer, newest first; one per currency.
SELECT c.* FROM retour.store_credit c
 WHERE c.workspace_id = $1 AND c.credit_id < $2 AND c.email_digest = $4 ORDER BY c.credit_id DESC LIMIT $3

-- :name legs_in
-- Legs in one of these statuses above an id, oldest first, each with its return.
SELECT l.leg_id, l.since, r.body, r.order_number
  FROM retour.leg l
  JOIN retour.returns r ON r.workspace_id = l.workspace_id AND r.return_id = l.return_id
 WHERE l.workspace_id = $1 AND l.status = ANY ($2) AND l.leg_id > $3 ORDER BY l.leg_id LIMIT $4

-- :name count_legs_in
-- How many legs are in each of these statuses, up to a number at which nobody counts any more.
SELECT s.status,
       (SELECT count(*) FROM (SELECT 1 FROM retour.leg l
                               WHERE l.workspace_id = $1 AND l.status = s.status LIMIT $3) x) AS legs
  FROM unnest($2::text[]) AS s(status)
