-- What agents write: answers written once, what is begun and not sent; and how much waited day by day.

-- :name reply_templates
-- Answers that are written once, by their code.
SELECT t.code, t.name, t.text, t.updated_at FROM retour.reply_template t
 WHERE t.workspace_id = $1 AND t.code > $2 ORDER BY t.code LIMIT $3

-- :name reply_template
-- One of them.
SELECT t.code, t.name, t.text, t.updated_at FROM retour.reply_template t WHERE t.workspace_id = $1 AND t.code = $2

-- :name count_reply_templates
-- How many others there are, as far as somebody counts.
SELECT count(*) FROM (
  SELECT 1 FROM retour.reply_template t WHERE t.workspace_id = $1 AND t.code <> $2 LIMIT $3) f

-- :name put_reply_template
-- Keep one, anew or instead of what it was.
INSERT INTO retour.reply_template (workspace_id, code, name, text, updated_at)
VALUES ($1, $2, $3, $4, clock_timestamp())
ON CONFLICT (workspace_id, code)
DO UPDATE SET name = EXCLUDED.name, text = EXCLUDED.text, updated_at = EXCLUDED.updated_at

-- :name remove_reply_template
-- Forget one.
DELETE FROM retour.reply_template t WHERE t.workspace_id = $1 AND t.code = $2 RETURNING t.code

-- :name draft
-- What somebody has begun to write about a return.
SELECT d.text, d.internal, d.saved_at FROM retour.message_draft d
 WHERE d.workspace_id = $1 AND d.return_id = $2 AND d.writer = $3

-- :name keep_draft
-- Keep what somebody has begun to write.
INSERT INTO retour.message_draft (workspace_id, return_id, writer, text, internal, saved_at)
VALUES ($1, $2, $3, $4, $5, clock_timestamp())
ON CONFLICT (workspace_id, return_id, writer)
DO UPDATE SET text = EXCLUDED.text, internal = EXCLUDED.internal, saved_at = EXCLUDED.saved_at

-- :name remove_draft
-- Forget what somebody has begun to write.
DELETE FROM retour.message_draft d WHERE d.workspace_id = $1 AND d.return_id = $2 AND d.writer = $3

-- :name remove_old_drafts
-- Forget what nobody has gone on with for a month, a few at a time.
DELETE FROM retour.message_draft d
 USING (SELECT o.return_id, o.writer FROM retour.message_draft o
         WHERE o.workspace_id = $1 AND o.saved_at < clock_timestamp() - interval '30 days'
         ORDER BY o.saved_at LIMIT 100) o
 WHERE d.workspace_id = $1 AND d.return_id = o.return_id AND d.writer = o.writer

-- :name keep_depths
-- Keep how much waits today, queue by queue.
INSERT INTO retour.queue_depth (workspace_id, queue, day, count)
SELECT $1, q.queue, $2, q.count FROM unnest($3::text[], $4::integer[]) AS q(queue, count)
ON CONFLICT (workspace_id, queue, day) DO UPDATE SET count = EXCLUDED.count

-- :name remove_old_depths
-- Forget of some queues how much waited before a day.
DELETE FROM retour.queue_depth d WHERE d.workspace_id = $1 AND d.queue = ANY ($3) AND d.day < $2

-- :name depths
-- How much waited on some days, and on the last one before each queue's first of them.
SELECT q.queue, f.day, f.count FROM unnest($2::text[]) AS q(queue)
 CROSS JOIN LATERAL (
   SELECT d.day, d.count FROM retour.queue_depth d
    WHERE d.workspace_id = $1 AND d.queue = q.queue AND d.day <= $3 ORDER BY d.day DESC LIMIT $4) f
 ORDER BY q.queue, f.day

-- :name erase_drafts
-- Forget what was begun to write about some returns.
DELETE FROM retour.message_draft d WHERE d.workspace_id = $1 AND d.return_id = ANY ($2)

-- :name refunds_due
-- Returns whose money is due, by when: those that are late the longest first.
SELECT t.timer_id, t.return_id, t.due_at, t.is_open, r.rma_number, r.order_number, r.status,
       r.body ->> 'legal' IS NOT NULL AS is_withdrawal
  FROM retour.timer t
  JOIN retour.returns r ON r.workspace_id = t.workspace_id AND r.return_id = t.return_id
 WHERE t.workspace_id = $1 AND t.cause = 'refund' AND t.moment = 'deadline' AND (t.status = 'waiting' OR t.is_open)
   AND (t.due_at, t.timer_id) > ($2, $3)
 ORDER BY t.due_at, t.timer_id LIMIT $4

-- :name refunds_before
-- The same, backwards.
SELECT t.timer_id, t.return_id, t.due_at, t.is_open, r.rma_number, r.order_number, r.status,
       r.body ->> 'legal' IS NOT NULL AS is_withdrawal
  FROM retour.timer t
  JOIN retour.returns r ON r.workspace_id = t.workspace_id AND r.return_id = t.return_id
 WHERE t.workspace_id = $1 AND t.cause = 'refund' AND t.moment = 'deadline' AND (t.status = 'waiting' OR t.is_open)
   AND (t.due_at, t.timer_id) < ($2, $3)
 ORDER BY t.due_at DESC, t.timer_id DESC LIMIT $4
