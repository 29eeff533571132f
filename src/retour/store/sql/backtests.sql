-- :name count_running
-- How many backtests of a workspace have not ended.
SELECT count(*) FROM retour.backtest b WHERE b.workspace_id = $1 AND b.state = 'running'

-- :name count_judged
-- How many returns were asked for under a policy in a span of time.
SELECT count(*) FROM retour.judgement j
 WHERE j.workspace_id = $1 AND j.policy_id = $2 AND j.asked_at > $3 AND j.asked_at <= $4

-- :name add_backtest
-- Begin a backtest.
INSERT INTO retour.backtest (workspace_id, backtest_id, state, policy_id, policy, is_draft, author, since, until, total,
  reached_at, created_at)
VALUES ($1, $2, 'running', $3, $4, $5, $6, $7, $8, $9, $7, $10)

-- :name old_backtests
-- Ended backtests beyond the newest that are kept.
SELECT b.backtest_id FROM retour.backtest b
 WHERE b.workspace_id = $1 AND b.state <> 'running'
 ORDER BY b.backtest_id DESC OFFSET $2 LIMIT 100

-- :name forget_changes
-- Forget what old backtests found.
DELETE FROM retour.backtest_change c WHERE c.workspace_id = $1 AND c.backtest_id = ANY ($2)

-- :name forget_backtests
-- Forget old backtests.
DELETE FROM retour.backtest b WHERE b.workspace_id = $1 AND b.backtest_id = ANY ($2)

-- :name one_backtest
-- A backtest as it stands.
SELECT b.backtest_id, b.state, b.policy_id, b.policy, b.is_draft, b.author, b.since, b.until, b.total, b.tried,
       b.approved, b.reviewed, b.rejected, b.changed, b.listed, b.worked_ms, b.failure, b.worth,
       b.created_at, b.finished_at
  FROM retour.backtest b WHERE b.workspace_id = $1 AND b.backtest_id = $2

-- :name backtests
-- Backtests below an id, newest first; of one policy, or of all.
SELECT b.backtest_id, b.state, b.policy_id, b.policy, b.is_draft, b.author, b.since, b.until, b.total, b.tried,
       b.approved, b.reviewed, b.rejected, b.changed, b.listed, b.worked_ms, b.failure, b.worth,
       b.created_at, b.finished_at
  FROM retour.backtest b WHERE b.workspace_id = $1 AND b.backtest_id < $2
   AND ($4::text IS NULL OR b.policy_id = $4)
 ORDER BY b.backtest_id DESC LIMIT $3

-- :name end_backtest
-- End a backtest that runs, as it stands.
UPDATE retour.backtest b SET state = $3, failure = $4, finished_at = $5
 WHERE b.workspace_id = $1 AND b.backtest_id = $2 AND b.state = 'running'

-- :name changes
-- Lines that are answered otherwise, behind a position, with what their returns were judged on.
SELECT c.position, c.return_id, c.line, c.was, c.becomes, c.rule, c.detail, r.rma_number, j.body
  FROM retour.backtest_change c
  LEFT JOIN retour.returns r ON r.workspace_id = c.workspace_id AND r.return_id = c.return_id
  LEFT JOIN retour.judgement j ON j.workspace_id = c.workspace_id AND j.return_id = c.return_id
 WHERE c.workspace_id = $1 AND c.backtest_id = $2 AND c.position > $3
 ORDER BY c.position LIMIT $4

-- :name running_anywhere
-- Backtests to go on with. Who looks serves every workspace, and sees their ids only.
-- across workspaces: one process looks for all, as delivery does
SELECT b.workspace_id, b.backtest_id FROM retour.backtest b
 WHERE b.state = 'running' ORDER BY b.workspace_id, b.backtest_id LIMIT 100

-- :name take_backtest
-- Take a backtest for one slice; nothing where it has ended, or another process is at it.
SELECT b.policy_id, b.policy, b.since, b.until, b.reached_at, b.reached_id, b.changed, b.listed, b.worth
  FROM retour.backtest b
 WHERE b.workspace_id = $1 AND b.backtest_id = $2 AND b.state = 'running'
   FOR UPDATE SKIP LOCKED

-- :name judged_after
-- The next returns of a policy that were asked for by an instant, in the order they were.
SELECT j.return_id, j.asked_at, j.body FROM retour.judgement j
 WHERE j.workspace_id = $1 AND j.policy_id = $2 AND (j.asked_at, j.return_id) > ($3, $4) AND j.asked_at <= $5
 ORDER BY j.asked_at, j.return_id LIMIT $6

-- :name add_changes
-- Keep lines that are answered otherwise.
INSERT INTO retour.backtest_change (workspace_id, backtest_id, position, return_id, line, was, becomes, rule, detail)
SELECT b.workspace_id, b.backtest_id, c.position, c.return_id, c.line, c.was, c.becomes, c.rule, c.detail
  FROM retour.backtest b
  JOIN unnest($3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
       AS c(position, return_id, line, was, becomes, rule, detail) ON true
 WHERE b.workspace_id = $1 AND b.backtest_id = $2

-- :name note_slice
-- Note how far a backtest has come; the next slice goes on from there.
UPDATE retour.backtest b
   SET tried = b.tried + $3, approved = b.approved + $4, reviewed = b.reviewed + $5, rejected = b.rejected + $6,
       changed = b.changed + $7, listed = b.listed + $8, reached_at = $9, reached_id = $10,
       worked_ms = b.worked_ms + $11, worth = $14,
       state = CASE WHEN $12 THEN 'done' ELSE b.state END,
       finished_at = CASE WHEN $12 THEN $13::timestamptz END
 WHERE b.workspace_id = $1 AND b.backtest_id = $2

-- :name one_judgement
-- The facts a return was judged on.
SELECT j.return_id, j.asked_at, j.policy_id, j.policy_version, j.body FROM retour.judgement j
 WHERE j.workspace_id = $1 AND j.return_id = $2
