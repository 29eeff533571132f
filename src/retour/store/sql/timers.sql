-- :name timers_of_return
-- A return's timers, the earliest first, whatever became of them.
SELECT t.timer_id, t.return_id, t.cause, t.moment, t.subject, t.n, t.then_what, t.since, t.due_at, t.deadline,
       t.status, t.is_open, t.fired_at, t.ended_at
  FROM retour.timer t
 WHERE t.workspace_id = $1 AND t.return_id = $2 AND (t.due_at, t.timer_id) > ($3, $4)
 ORDER BY t.due_at, t.timer_id LIMIT $5

-- :name timers_due
-- Timers that wait and are due before an instant, the earliest first.
SELECT t.timer_id, t.return_id, t.cause, t.moment, t.subject, t.n, t.then_what, t.since, t.due_at, t.deadline,
       t.status, t.is_open, t.fired_at, t.ended_at
  FROM retour.timer t
 WHERE t.workspace_id = $1 AND t.status = 'waiting' AND t.due_at < $2 AND (t.due_at, t.timer_id) > ($3, $4)
 ORDER BY t.due_at, t.timer_id LIMIT $5

-- :name overdue
-- Returns that somebody has yet to see to, by what they wait for: those that are late the longest first.
SELECT t.timer_id, t.return_id, t.cause, t.due_at, t.fired_at, t.then_what, t.subject,
       r.rma_number, r.order_number, r.status
  FROM unnest($2::text[]) AS c(cause)
 CROSS JOIN LATERAL (
   SELECT x.workspace_id, x.timer_id, x.return_id, x.cause, x.due_at, x.fired_at, x.then_what, x.subject
     FROM retour.timer x
    WHERE x.workspace_id = $1 AND x.cause = c.cause AND x.is_open AND (x.due_at, x.timer_id) > ($3, $4)
    ORDER BY x.due_at, x.timer_id LIMIT $5) t
  JOIN retour.returns r ON r.workspace_id = t.workspace_id AND r.return_id = t.return_id
 ORDER BY t.due_at, t.timer_id LIMIT $5

-- :name count_overdue
-- How many returns are late, by what they wait for, counted up to a limit.
SELECT c.cause, n.late, n.oldest
  FROM unnest($2::text[]) AS c(cause)
 CROSS JOIN LATERAL (
   SELECT count(*)::integer AS late, min(l.due_at) AS oldest
     FROM (SELECT x.due_at FROM retour.timer x
            WHERE x.workspace_id = $1 AND x.cause = c.cause AND x.is_open
            ORDER BY x.due_at LIMIT $3) l) n

-- :name next_due
-- The timer of a workspace that is due next, where that is before an instant.
SELECT t.timer_id, t.return_id, t.due_at FROM retour.timer t
 WHERE t.workspace_id = $1 AND t.status = 'waiting' AND t.due_at <= $2
 ORDER BY t.due_at, t.timer_id LIMIT 1

-- :name is_return
-- Whether there is such a return.
SELECT EXISTS (SELECT 1 FROM retour.returns r WHERE r.workspace_id = $1 AND r.return_id = $2)
