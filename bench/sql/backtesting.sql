-- A backtest of many returns, and a customer who has done a lot.

-- :name copy_judgements
-- Freezes the facts of $3 returns $2 for $4 more, a minute apart, taking turns.
INSERT INTO retour.judgement (workspace_id, return_id, asked_at, policy_id, policy_version, body)
  SELECT j.workspace_id, 'ret_' || lpad(n::text, 26, '0'), j.asked_at - n * interval '1 minute', j.policy_id,
         j.policy_version, j.body
    FROM generate_series(1, $4::integer) AS n
    JOIN retour.judgement j ON j.workspace_id = $1 AND j.return_id = ($2::text[])[1 + n % $3::integer]

-- :name copy_marks
-- Gives $3 orders the marks of order $2: one customer of many, or many of one each where $4 says so.
INSERT INTO retour.order_mark (workspace_id, order_id, kind, digest, ordered_at, units, value, currency)
  SELECT m.workspace_id, 'ord_' || lpad(n::text, 26, '0'), m.kind,
         CASE WHEN $4 THEN decode(md5(n::text || m.kind), 'hex') ELSE m.digest END,
         m.ordered_at - n * interval '1 hour', m.units, m.value, m.currency
    FROM generate_series($5::integer, $5::integer + $3::integer - 1) AS n
    JOIN retour.order_mark m ON m.workspace_id = $1 AND m.order_id = $2

-- :name copy_tallies
-- Gives each of those orders a return like $2's.
INSERT INTO retour.return_tally (workspace_id, order_id, return_id, asked_at, units, value, currency, kept,
    missing_or_wrong, rejected, failed_payments)
  SELECT t.workspace_id, 'ord_' || lpad(n::text, 26, '0'), 'ret_' || lpad(n::text, 26, '0'),
         t.asked_at - n * interval '1 hour', t.units, t.value, t.currency, 0, 0, false, 0
    FROM generate_series($4::integer, $4::integer + $3::integer - 1) AS n
    JOIN retour.return_tally t ON t.workspace_id = $1 AND t.return_id = $2

-- :name order_of
-- The order of a return.
SELECT r.order_id FROM retour.returns r WHERE r.workspace_id = $1 AND r.return_id = $2

-- :name number_of
-- The number of an order.
SELECT o.order_number FROM retour.orders o WHERE o.workspace_id = $1 AND o.order_id = $2

-- :name analyze
-- Tells the planner what was added.
ANALYZE retour.judgement, retour.order_mark, retour.return_tally
