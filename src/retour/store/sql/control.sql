-- Control of money: what a workspace says of limits, and promises that wait for somebody's agreement.

-- :name said
-- What a workspace has said about limits and four eyes.
SELECT c.body FROM retour.money_control c WHERE c.workspace_id = $1

-- :name say
-- Say it anew.
INSERT INTO retour.money_control (workspace_id, body, updated_at) VALUES ($1, $2, clock_timestamp())
ON CONFLICT (workspace_id) DO UPDATE SET body = EXCLUDED.body, updated_at = EXCLUDED.updated_at

-- :name changed
-- When it was said last and by whom, from the log.
SELECT x.at, x.actor, w.act
  FROM unnest(ARRAY['money_control.insert', 'money_control.update']) AS w(act)
 CROSS JOIN LATERAL (
   SELECT a.number, a.at, a.actor FROM retour.audit a
    WHERE a.workspace_id = $1 AND a.act = w.act ORDER BY a.number DESC LIMIT 1) x
 ORDER BY x.number DESC LIMIT 1

-- :name put_approval
-- Keep a question, or what became of it.
INSERT INTO retour.approval (workspace_id, settlement_id, return_id, status, amount, currency, why, asked_by,
  asked_at, decided_by, decided_at, note)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (workspace_id, settlement_id)
DO UPDATE SET status = EXCLUDED.status, amount = EXCLUDED.amount, why = EXCLUDED.why,
              decided_by = EXCLUDED.decided_by, decided_at = EXCLUDED.decided_at, note = EXCLUDED.note

-- :name approvals_needed
-- Questions that nobody has answered, the oldest first.
SELECT a.*, r.rma_number, r.order_number
  FROM retour.approval a
  JOIN retour.returns r ON r.workspace_id = a.workspace_id AND r.return_id = a.return_id
 WHERE a.workspace_id = $1 AND a.settlement_id > $2 AND a.status = 'needed'
 ORDER BY a.settlement_id LIMIT $3

-- :name approvals
-- Every question, answered or not, the newest first.
SELECT a.*, r.rma_number, r.order_number
  FROM retour.approval a
  JOIN retour.returns r ON r.workspace_id = a.workspace_id AND r.return_id = a.return_id
 WHERE a.workspace_id = $1 AND a.settlement_id < $2
 ORDER BY a.settlement_id DESC LIMIT $3

-- :name count_needed
-- How many questions wait, counted up to a limit, and since when the oldest.
SELECT count(*) AS waiting, min(n.asked_at) AS oldest
  FROM (SELECT a.asked_at FROM retour.approval a
         WHERE a.workspace_id = $1 AND a.status = 'needed' LIMIT $2) n
