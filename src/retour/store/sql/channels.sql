-- :name put_account
-- Keep an account; where it has been put before, its stage and watermark stay.
INSERT INTO retour.channel_account (workspace_id, code, tenant, name, credentials, stage, facts, watermark, due_at,
  version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, 'setup', $6, coalesce($7, clock_timestamp() - interval '30 days'), clock_timestamp(), 1,
  clock_timestamp(), clock_timestamp())
ON CONFLICT (workspace_id, code)
DO UPDATE SET tenant = EXCLUDED.tenant, name = EXCLUDED.name, credentials = EXCLUDED.credentials,
              facts = EXCLUDED.facts, trouble = NULL, due_at = EXCLUDED.due_at,
              version = channel_account.version + 1, updated_at = EXCLUDED.updated_at
 WHERE channel_account.workspace_id = EXCLUDED.workspace_id

-- :name account
-- One account with what is sealed.
SELECT a.code, a.tenant, a.name, a.credentials, a.stage, a.facts, a.watermark, a.due_at, a.polled_at, a.trouble,
       a.version, a.created_at, a.updated_at
  FROM retour.channel_account a WHERE a.workspace_id = $1 AND a.code = $2

-- :name accounts
-- The accounts of a workspace: one at most.
SELECT a.code, a.tenant, a.name, a.credentials, a.stage, a.facts, a.watermark, a.due_at, a.polled_at, a.trouble,
       a.version, a.created_at, a.updated_at
  FROM retour.channel_account a WHERE a.workspace_id = $1 AND a.code > $2 ORDER BY a.code LIMIT $3

-- :name set_stage
-- Let an account look for returns, or rest.
UPDATE retour.channel_account a
   SET stage = $3, due_at = clock_timestamp(), updated_at = clock_timestamp(), version = a.version + 1
 WHERE a.workspace_id = $1 AND a.code = $2

-- :name drop_account
-- Forget an account; what it found stays with its returns.
DELETE FROM retour.channel_account a WHERE a.workspace_id = $1 AND a.code = $2 RETURNING a.code

-- :name wake_account
-- Have an account look for returns at once; called a hundred times it looks once.
UPDATE retour.channel_account a SET due_at = clock_timestamp()
 WHERE a.workspace_id = $1 AND a.code = $2 AND a.stage = 'live'

-- :name due_anywhere
-- Accounts whose turn it is. Who looks serves every workspace, and sees their codes only.
-- across workspaces: one process looks for all, as delivery does
SELECT a.workspace_id, a.code FROM retour.channel_account a
 WHERE a.stage = 'live' AND a.due_at <= clock_timestamp() ORDER BY a.due_at LIMIT 20

-- :name take_account
-- Take an account's turn; whoever takes it and dies gives it back in five minutes.
UPDATE retour.channel_account a SET due_at = clock_timestamp() + interval '5 minutes'
 WHERE a.workspace_id = $1 AND a.code = $2 AND a.stage = 'live' AND a.due_at <= clock_timestamp()
RETURNING a.due_at

-- :name end_turn
-- Say how a turn ended and when the next one is; a turn asked for meanwhile stays asked for.
UPDATE retour.channel_account a
   SET due_at = CASE WHEN a.due_at = $3 THEN clock_timestamp() + $4 * interval '1 second' ELSE a.due_at END,
       watermark = greatest(a.watermark, $5), polled_at = clock_timestamp(), trouble = $6
 WHERE a.workspace_id = $1 AND a.code = $2

-- :name keep_found
-- Keep a page of what was found; what is known keeps its place and takes what is new about it.
INSERT INTO retour.channel_return (workspace_id, code, foreign_id, status, marketplace, merchant_order_no,
  channel_order_no, body, declared_at, seen_at)
SELECT $1, $2, f.foreign_id, 'found', f.marketplace, f.merchant_order_no, f.channel_order_no, f.body::json,
       coalesce(f.declared_at, clock_timestamp()), clock_timestamp()
  FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
       AS f(foreign_id, marketplace, merchant_order_no, channel_order_no, body, declared_at)
ON CONFLICT (workspace_id, code, foreign_id)
DO UPDATE SET body = EXCLUDED.body, seen_at = EXCLUDED.seen_at
 WHERE channel_return.workspace_id = EXCLUDED.workspace_id

-- :name in_status
-- Channel returns of one status behind an id, oldest first.
SELECT r.code, r.foreign_id, r.status, r.marketplace, r.merchant_order_no, r.channel_order_no, r.body, r.why,
       r.return_id, r.parts, r.declared_at, r.seen_at, r.acknowledged_at
  FROM retour.channel_return r
 WHERE r.workspace_id = $1 AND r.status = $2 AND r.foreign_id > $3 ORDER BY r.foreign_id LIMIT $4

-- :name of_order
-- Channel returns of one order, whatever became of them.
SELECT r.code, r.foreign_id, r.status, r.marketplace, r.merchant_order_no, r.channel_order_no, r.body, r.why,
       r.return_id, r.parts, r.declared_at, r.seen_at, r.acknowledged_at
  FROM retour.channel_return r
 WHERE r.workspace_id = $1 AND r.merchant_order_no = $2 AND r.foreign_id > $3 ORDER BY r.foreign_id LIMIT $4

-- :name one_found
-- One channel return.
SELECT r.code, r.foreign_id, r.status, r.marketplace, r.merchant_order_no, r.channel_order_no, r.body, r.why,
       r.return_id, r.parts, r.declared_at, r.seen_at, r.acknowledged_at
  FROM retour.channel_return r WHERE r.workspace_id = $1 AND r.code = $2 AND r.foreign_id = $3

-- :name found_of
-- The channel return that a return of ours is.
SELECT r.code, r.foreign_id, r.status, r.marketplace, r.merchant_order_no, r.channel_order_no, r.body, r.why,
       r.return_id, r.parts, r.declared_at, r.seen_at, r.acknowledged_at
  FROM retour.channel_return r WHERE r.workspace_id = $1 AND r.return_id = $2

-- :name unacknowledged
-- Returns of ours that the channel has not been told our number of.
SELECT r.code, r.foreign_id, r.status, r.marketplace, r.merchant_order_no, r.channel_order_no, r.body, r.why,
       r.return_id, r.parts, r.declared_at, r.seen_at, r.acknowledged_at
  FROM retour.channel_return r
 WHERE r.workspace_id = $1 AND r.status = 'open' AND r.acknowledged_at IS NULL AND r.foreign_id > $2
 ORDER BY r.foreign_id LIMIT $3

-- :name become
-- Say what became of a channel return; one that is a return of ours stays it.
UPDATE retour.channel_return r
   SET status = $4, why = $5, return_id = coalesce(r.return_id, $6), parts = coalesce($7::json, r.parts)
 WHERE r.workspace_id = $1 AND r.code = $2 AND r.foreign_id = $3

-- :name note_acknowledged
-- Say that the channel knows our number.
UPDATE retour.channel_return r SET acknowledged_at = clock_timestamp()
 WHERE r.workspace_id = $1 AND r.code = $2 AND r.foreign_id = $3 AND r.acknowledged_at IS NULL

-- :name orders_named
-- Orders that a channel's numbers name: by their own number, or by a payment of theirs.
SELECT o.order_number FROM retour.orders o WHERE o.workspace_id = $1 AND o.order_number = ANY ($2)
UNION
SELECT o.order_number
  FROM retour.payment p JOIN retour.orders o ON o.workspace_id = p.workspace_id AND o.order_id = p.order_id
 WHERE p.workspace_id = $1 AND p.payment_id = ANY ($2)
ORDER BY order_number LIMIT 2
