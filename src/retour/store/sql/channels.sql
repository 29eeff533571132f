-- :name put_account
-- Keep an account; where it has been put before, its stage and watermark stay. $8 says that it asks with another
-- key or elsewhere: then what was tried is to be tried again, and one whose key was refused goes on. $9: by a new key.
INSERT INTO retour.channel_account (workspace_id, code, tenant, name, credentials, stage, facts, watermark, due_at,
  version, created_at, updated_at, staged_at, keyed_at)
VALUES ($1, $2, $3, $4, $5, 'setup', $6, coalesce($7, clock_timestamp() - interval '30 days'), clock_timestamp(), 1,
  clock_timestamp(), clock_timestamp(), clock_timestamp(), clock_timestamp())
ON CONFLICT (workspace_id, code)
DO UPDATE SET tenant = EXCLUDED.tenant, name = EXCLUDED.name, credentials = EXCLUDED.credentials,
              facts = EXCLUDED.facts, trouble = NULL, due_at = EXCLUDED.due_at,
              stage = CASE WHEN $8 AND channel_account.stage = 'refused' THEN 'live' ELSE channel_account.stage END,
              staged_at = CASE WHEN $8 AND channel_account.stage = 'refused' THEN EXCLUDED.staged_at
                          ELSE channel_account.staged_at END,
              keyed_at = CASE WHEN $9 THEN EXCLUDED.keyed_at ELSE channel_account.keyed_at END,
              refused_at = CASE WHEN $8 THEN NULL ELSE channel_account.refused_at END,
              tested_at = CASE WHEN $8 THEN NULL ELSE channel_account.tested_at END,
              rehearsed_at = CASE WHEN $8 THEN NULL ELSE channel_account.rehearsed_at END,
              hook_at = CASE WHEN $8 THEN NULL ELSE channel_account.hook_at END,
              version = channel_account.version + 1, updated_at = EXCLUDED.updated_at
 WHERE channel_account.workspace_id = EXCLUDED.workspace_id

-- :name account
-- One account with what is sealed.
SELECT a.code, a.tenant, a.name, a.credentials, a.stage, a.facts, a.watermark, a.due_at, a.polled_at, a.trouble,
       a.version, a.created_at, a.updated_at, a.tested_at, a.rehearsed_at, a.live_at, a.hook_at, a.refused_at,
       coalesce(a.staged_at, a.updated_at) AS staged_at, coalesce(a.keyed_at, a.created_at) AS keyed_at
  FROM retour.channel_account a WHERE a.workspace_id = $1 AND a.code = $2

-- :name accounts
-- The accounts of a workspace: one at most.
SELECT a.code, a.tenant, a.name, a.credentials, a.stage, a.facts, a.watermark, a.due_at, a.polled_at, a.trouble,
       a.version, a.created_at, a.updated_at, a.tested_at, a.rehearsed_at, a.live_at, a.hook_at, a.refused_at,
       coalesce(a.staged_at, a.updated_at) AS staged_at, coalesce(a.keyed_at, a.created_at) AS keyed_at
  FROM retour.channel_account a WHERE a.workspace_id = $1 AND a.code > $2 ORDER BY a.code LIMIT $3

-- :name set_stage
-- Let an account look for returns, or rest.
UPDATE retour.channel_account a
   SET stage = $3, due_at = clock_timestamp(), updated_at = clock_timestamp(), version = a.version + 1,
       staged_at = CASE WHEN a.stage = $3 THEN a.staged_at ELSE clock_timestamp() END,
       live_at = CASE WHEN $3 = 'live' THEN coalesce(a.live_at, clock_timestamp()) ELSE a.live_at END,
       refused_at = CASE WHEN $3 = 'live' THEN NULL ELSE a.refused_at END
 WHERE a.workspace_id = $1 AND a.code = $2

-- :name note_tested
-- Say that the test call came well.
UPDATE retour.channel_account a SET tested_at = clock_timestamp()
 WHERE a.workspace_id = $1 AND a.code = $2 AND a.version = $3

-- :name note_rehearsed
-- Say that the dry run came well, and with it the test.
UPDATE retour.channel_account a
   SET rehearsed_at = clock_timestamp(), tested_at = coalesce(a.tested_at, clock_timestamp())
 WHERE a.workspace_id = $1 AND a.code = $2 AND a.version = $3

-- :name note_hook
-- Say whether our address is among the account's webhooks.
UPDATE retour.channel_account a SET hook_at = CASE WHEN $3 THEN clock_timestamp() END
 WHERE a.workspace_id = $1 AND a.code = $2

-- :name note_refused
-- Stop an account whose key is known no more; a key that was put meanwhile is not stopped.
UPDATE retour.channel_account a
   SET stage = 'refused', refused_at = clock_timestamp(), trouble = $4, updated_at = clock_timestamp(),
       staged_at = clock_timestamp()
 WHERE a.workspace_id = $1 AND a.code = $2 AND a.version = $3 AND a.stage = 'live'
RETURNING a.code

-- :name waiting_legs
-- How many payments by marketplaces are under way, counted up to a thousand.
SELECT count(*) FROM (
  SELECT 1 FROM retour.subscription s
    JOIN retour.lane l ON l.workspace_id = s.workspace_id AND l.subscription_id = s.subscription_id
    JOIN retour.delivery d
      ON d.workspace_id = l.workspace_id AND d.subscription_id = l.subscription_id AND d.lane = l.lane
    JOIN retour.returns r ON r.workspace_id = d.workspace_id AND r.return_id = d.return_id
   WHERE s.workspace_id = $1 AND s.kind = 'refund' AND EXISTS (
     SELECT 1 FROM json_array_elements(r.body -> 'settlements') AS t(settlement),
                   json_array_elements(t.settlement -> 'legs') AS g(leg)
      WHERE g.leg ->> 'id' = l.lane AND g.leg ->> 'executor' = 'channelengine')
   LIMIT 1000) c

-- :name wake_legs
-- Let payments by marketplaces that wait for their time be asked for at once; those under way are left alone. Locked
-- in the order of keys, as everywhere.
UPDATE retour.lane l SET due_at = clock_timestamp()
  FROM (SELECT x.subscription_id, x.lane
          FROM retour.subscription s
          JOIN retour.lane x ON x.workspace_id = s.workspace_id AND x.subscription_id = s.subscription_id
          JOIN retour.delivery d
            ON d.workspace_id = x.workspace_id AND d.subscription_id = x.subscription_id AND d.lane = x.lane
          JOIN retour.returns r ON r.workspace_id = d.workspace_id AND r.return_id = d.return_id
         WHERE s.workspace_id = $1 AND s.kind = 'refund' AND NOT x.blocked AND x.token = 0
           AND x.due_at > clock_timestamp() AND EXISTS (
             SELECT 1 FROM json_array_elements(r.body -> 'settlements') AS t(settlement),
                           json_array_elements(t.settlement -> 'legs') AS g(leg)
              WHERE g.leg ->> 'id' = x.lane AND g.leg ->> 'executor' = 'channelengine')
         ORDER BY x.subscription_id, x.lane FOR UPDATE OF x) waiting
 WHERE l.workspace_id = $1 AND l.subscription_id = waiting.subscription_id AND l.lane = waiting.lane
RETURNING l.subscription_id

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
DO UPDATE SET body = CASE WHEN channel_return.status IN ('found', 'unmatched') THEN EXCLUDED.body
                          ELSE (EXCLUDED.body::jsonb - 'CustomerComment' - 'MerchantComment')::json END,
              seen_at = EXCLUDED.seen_at
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

-- :name found_by_ids
-- Some channel returns, by their channels' codes and their numbers there; the caller puts them in order.
SELECT f.* FROM unnest($2::text[], $3::bigint[]) AS w(code, foreign_id)
 CROSS JOIN LATERAL (
   SELECT r.code, r.foreign_id, r.status, r.marketplace, r.merchant_order_no, r.channel_order_no, r.body, r.why,
          r.return_id, r.parts, r.declared_at, r.seen_at, r.acknowledged_at
     FROM retour.channel_return r
    WHERE r.workspace_id = $1 AND r.code = w.code AND r.foreign_id = w.foreign_id LIMIT 1) f

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
-- Say what became of a channel return; one that is a return of ours stays it. What the buyer wrote stays only while
-- it waits to be matched. What somebody saw to meanwhile does not wait again because a look began before.
UPDATE retour.channel_return r
   SET status = $4, why = $5, return_id = coalesce(r.return_id, $6), parts = coalesce($7::json, r.parts), cause = $8,
       tried_at = CASE WHEN $4 = 'unmatched' THEN clock_timestamp() ELSE r.tried_at END,
       body = CASE WHEN $4 IN ('found', 'unmatched') THEN r.body
              ELSE (r.body::jsonb - 'CustomerComment' - 'MerchantComment')::json END
 WHERE r.workspace_id = $1 AND r.code = $2 AND r.foreign_id = $3
   AND ($4 <> 'unmatched' OR r.status IN ('found', 'unmatched'))

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

-- :name try_again
-- Let what waits for a person be tried again: where its order came or changed since, a product of it was mapped, or
-- half a day passed. One batch at a time, those tried longest ago first.
UPDATE retour.channel_return r SET status = 'found'
 WHERE r.workspace_id = $1 AND r.code = $2 AND r.foreign_id IN (
   SELECT u.foreign_id FROM retour.channel_return u
    WHERE u.workspace_id = $1 AND u.code = $2 AND u.status = 'unmatched'
      AND (u.tried_at IS NULL OR u.tried_at < clock_timestamp() - interval '12 hours'
        OR EXISTS (SELECT 1 FROM retour.orders o
                    WHERE o.workspace_id = $1 AND o.order_number IN (u.merchant_order_no, u.channel_order_no)
                      AND o.updated_at > u.tried_at)
        OR EXISTS (SELECT 1 FROM retour.payment p
                     JOIN retour.orders o ON o.workspace_id = p.workspace_id AND o.order_id = p.order_id
                    WHERE p.workspace_id = $1 AND p.payment_id IN (u.merchant_order_no, u.channel_order_no)
                      AND o.updated_at > u.tried_at))
    ORDER BY u.tried_at NULLS FIRST, u.foreign_id LIMIT 200)
   AND r.status = 'unmatched'

-- :name forget_comments
-- Forget what buyers wrote of returns that have waited for 90 days.
UPDATE retour.channel_return r
   SET body = (r.body::jsonb - 'CustomerComment' - 'MerchantComment')::json
 WHERE r.workspace_id = $1 AND r.code = $2 AND r.status = 'unmatched'
   AND r.declared_at < clock_timestamp() - interval '90 days' AND r.body ->> 'CustomerComment' IS NOT NULL

-- :name unmatched_like
-- What waits for a person, of those that a text is in: an order number, a marketplace, a product, a number of theirs.
SELECT r.code, r.foreign_id, r.status, r.marketplace, r.merchant_order_no, r.channel_order_no, r.body, r.why,
       r.return_id, r.parts, r.declared_at, r.seen_at, r.acknowledged_at
  FROM retour.channel_return r
 WHERE r.workspace_id = $1 AND r.status = ANY ($2) AND r.foreign_id > $4
   AND position(lower($3) IN lower(concat_ws(' ', r.foreign_id, r.marketplace, r.merchant_order_no,
     r.channel_order_no, r.body ->> 'ChannelReturnNo', r.body ->> 'Lines'))) > 0
   AND ($6::text IS NULL OR r.cause = $6) AND ($7::text IS NULL OR r.marketplace = $7)
   AND ($8::int IS NULL OR r.declared_at < clock_timestamp() - $8 * interval '1 day')
 ORDER BY r.foreign_id LIMIT $5

-- :name count_by_status
-- How many channel returns there are of each status that somebody has to see to; a thousand are told as such.
SELECT s.status, (SELECT count(*) FROM (SELECT 1 FROM retour.channel_return r
   WHERE r.workspace_id = $1 AND r.status = s.status LIMIT 1000) c) AS amount
  FROM unnest($2::text[]) AS s(status)

-- :name orders_like
-- Orders whose number begins with a text.
SELECT o.order_number FROM retour.orders o
 WHERE o.workspace_id = $1 AND o.order_number >= $2 AND o.order_number < $3
 ORDER BY o.order_number LIMIT $4

-- :name put_product
-- Say how we call a product; what waits is tried again with it.
INSERT INTO retour.channel_product (workspace_id, code, product, sku, mapped_at)
VALUES ($1, $2, $3, $4, clock_timestamp())
ON CONFLICT (workspace_id, code, product)
DO UPDATE SET sku = EXCLUDED.sku, mapped_at = EXCLUDED.mapped_at
 WHERE channel_product.workspace_id = EXCLUDED.workspace_id
RETURNING product, sku, mapped_at

-- :name products
-- How a channel's products are called here, behind a name.
SELECT p.product, p.sku, p.mapped_at FROM retour.channel_product p
 WHERE p.workspace_id = $1 AND p.code = $2 AND p.product > $3 ORDER BY p.product LIMIT $4

-- :name products_named
-- How some of a channel's products are called here.
SELECT p.product, p.sku FROM retour.channel_product p
 WHERE p.workspace_id = $1 AND p.code = $2 AND p.product = ANY ($3)

-- :name drop_product
-- Call a product as the channel does.
DELETE FROM retour.channel_product p WHERE p.workspace_id = $1 AND p.code = $2 AND p.product = $3
RETURNING p.product

-- :name hurry_unmatched
-- Have all that waits for a person tried again.
UPDATE retour.channel_return r SET tried_at = NULL
 WHERE r.workspace_id = $1 AND r.code = $2 AND r.status = 'unmatched'

-- :name restore
-- Have one that was set aside wait again, to be tried at the next look.
UPDATE retour.channel_return r SET status = 'unmatched', why = $4, cause = NULL, tried_at = NULL
 WHERE r.workspace_id = $1 AND r.code = $2 AND r.foreign_id = $3 AND r.status = 'dismissed' AND r.return_id IS NULL
RETURNING r.foreign_id

-- :name marketplaces
-- Where the returns of some statuses were declared.
SELECT DISTINCT r.marketplace FROM retour.channel_return r
 WHERE r.workspace_id = $1 AND r.status = ANY ($2) AND r.marketplace IS NOT NULL ORDER BY r.marketplace LIMIT 100

-- :name under_way
-- How many channel returns are returns of ours that have not ended, counted up to a thousand.
SELECT count(*) FROM (
  SELECT 1 FROM retour.channel_return h
    JOIN retour.returns r ON r.workspace_id = h.workspace_id AND r.return_id = h.return_id
   WHERE h.workspace_id = $1 AND h.status IN ('open', 'recalled')
     AND r.status NOT IN ('completed', 'canceled', 'rejected') LIMIT 1000) c

-- :name closing
-- Returns that a marketplace is about to cancel or has had time to, the next first.
SELECT t.timer_id, t.due_at, t.is_open, t.return_id, r.rma_number, r.order_number, r.status, h.code, h.foreign_id,
       h.marketplace
  FROM retour.timer t
  JOIN retour.returns r ON r.workspace_id = t.workspace_id AND r.return_id = t.return_id
  LEFT JOIN retour.channel_return h ON h.workspace_id = t.workspace_id AND h.return_id = t.return_id
 WHERE t.workspace_id = $1 AND t.cause = 'channel' AND t.moment = 'deadline'
   AND (t.status = 'waiting' OR t.is_open) AND t.due_at < $2 AND (t.due_at, t.timer_id) > ($3, $4)
 ORDER BY t.due_at, t.timer_id LIMIT $5

-- :name refused_payments
-- Returns of which a payment failed, behind an id; which of their legs it was stands in the return.
SELECT c.return_id, r.rma_number, r.order_number, r.body
  FROM retour.concern c
  JOIN retour.returns r ON r.workspace_id = c.workspace_id AND r.return_id = c.return_id
 WHERE c.workspace_id = $1 AND c.cause = 'payment_refused' AND c.return_id > $2 ORDER BY c.return_id LIMIT $3

-- :name orders_with_goods
-- Of the newest orders, those in which any of some words is a line's SKU or stands in its title, the newest first.
SELECT o.order_number
  FROM (SELECT x.order_id, x.order_number, x.body FROM retour.orders x
         WHERE x.workspace_id = $1 ORDER BY x.order_id DESC LIMIT $4) o
 WHERE EXISTS (SELECT 1 FROM json_array_elements(o.body -> 'lines') AS l(line)
                WHERE l.line ->> 'sku' = ANY ($2)
                   OR ($3 <> ''
                       AND position(lower($3) IN lower(concat_ws(' ', l.line ->> 'sku', l.line ->> 'title'))) > 0))
 ORDER BY o.order_id DESC LIMIT $5
