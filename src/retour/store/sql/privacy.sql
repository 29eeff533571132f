-- What there is of a person, and how it is forgotten. Who is erased from an order has its own id for a digest, which
-- is shorter than any: 30 bytes for 32.

-- :name orders_of_person
-- Orders of somebody, by marks, by the digest of returns and by number, put before an instant; a portion.
SELECT o.order_id, o.order_number FROM retour.orders o
 WHERE o.workspace_id = $1 AND octet_length(o.email_digest) = 32 AND o.created_at <= $6 AND o.order_id IN (
   SELECT m.order_id FROM retour.order_mark m
     JOIN unnest($2::text[], $3::bytea[]) AS d(kind, digest) ON m.kind = d.kind AND m.digest = d.digest
    WHERE m.workspace_id = $1
   UNION
   SELECT r.order_id FROM retour.returns r WHERE r.workspace_id = $1 AND r.email_digest = ANY ($4)
   UNION
   SELECT n.order_id FROM retour.orders n WHERE n.workspace_id = $1 AND n.order_number = ANY ($5))
 ORDER BY o.order_id LIMIT $7

-- :name order_of_return
-- The number of a return's order.
SELECT r.order_number FROM retour.returns r WHERE r.workspace_id = $1 AND r.return_id = $2

-- :name customers_of_orders
-- Who some orders name, and by what marks they are known.
SELECT o.order_number, o.customer FROM retour.orders o WHERE o.workspace_id = $1 AND o.order_number = ANY ($2)

-- :name returns_of_orders
-- Returns of some orders.
SELECT r.return_id, r.order_id, r.status FROM retour.returns r WHERE r.workspace_id = $1 AND r.order_id = ANY ($2)
 ORDER BY r.return_id

-- :name tickets_of_person
-- Tickets of somebody, and those that some returns came of, opened before an instant.
SELECT t.ticket_id FROM retour.ticket t
 WHERE t.workspace_id = $1 AND t.created_at <= $4
   AND (t.email_digest = ANY ($2) OR t.ticket_id = ANY ($3)) AND t.words::text <> '{}'
 ORDER BY t.ticket_id LIMIT $5

-- :name mails_of_threads
-- Mails of some conversations that are not erased.
SELECT i.mail_id FROM retour.incoming_mail i
 WHERE i.workspace_id = $1 AND i.words IS NOT NULL AND i.thread = ANY ($2) ORDER BY i.mail_id LIMIT $3

-- :name mails_of_nobody
-- Who sent mails that belong to no conversation and came before an instant, above an id; a portion.
SELECT i.mail_id, i.words ->> 'sender' AS email FROM retour.incoming_mail i
 WHERE i.workspace_id = $1 AND i.words IS NOT NULL AND i.thread IS NULL AND i.mail_id > $2 AND i.received_at <= $3
 ORDER BY i.mail_id LIMIT $4

-- :name parcels_of_somebody
-- Whose address stands on parcels without a return, noted before an instant, above an id; a portion.
SELECT u.parcel_id, u.body ->> 'email' AS email FROM retour.unmatched_parcel u
 WHERE u.workspace_id = $1 AND u.body ->> 'email' IS NOT NULL AND u.parcel_id > $2 AND u.created_at <= $3
 ORDER BY u.parcel_id LIMIT $4

-- :name cases_of_somebody
-- Who wrote messages that are about no return, before an instant, above an id; a portion.
SELECT m.message_id, e.personal #>> '{customer,email}' AS email FROM retour.message m
  JOIN retour.event e ON e.workspace_id = m.workspace_id AND e.event_id = m.event_id
 WHERE m.workspace_id = $1 AND right(m.message_id, 26) = m.thread AND m.message_id > $2 AND m.at <= $3
   AND e.personal IS NOT NULL
 ORDER BY m.message_id LIMIT $4

-- :name photos_of_owners
-- Photos that returns, tickets and mails have and that are not erased.
SELECT p.photo_id, p.owner FROM retour.photo p
 WHERE p.workspace_id = $1 AND p.owner = ANY ($2) AND p.erased_at IS NULL ORDER BY p.photo_id LIMIT $3

-- :name withdrawals_of_person
-- Statements of somebody, or about some orders, that are not erased, taken before an instant.
SELECT w.withdrawal_id, w.received_at FROM retour.withdrawal w
 WHERE w.workspace_id = $1 AND w.erased_at IS NULL AND w.recorded_at <= $4
   AND (w.email_digest = ANY ($2) OR w.order_id = ANY ($3))
 ORDER BY w.withdrawal_id LIMIT $5

-- :name credits_of_person
-- Store credit that somebody still has.
SELECT c.credit_id FROM retour.store_credit c
 WHERE c.workspace_id = $1 AND c.email_digest = ANY ($2) AND c.balance > 0 ORDER BY c.credit_id

-- :name money_of_returns
-- What stays of the money of some returns: settlements, refunds, and the documents that were made of them.
SELECT count(*) FILTER (WHERE e.type = 'settlement.settled') AS settlements,
       count(*) FILTER (WHERE e.type = 'refund.succeeded') AS refunds,
       count(*) FILTER (WHERE e.type = 'settlement_memo.completed') AS memos
  FROM retour.event e WHERE e.workspace_id = $1 AND e.return_id = ANY ($2)

-- :name lock_orders
-- Have some orders to oneself: whoever decides on them meanwhile is stale.
UPDATE retour.orders o SET version = o.version + 1, customer = '{"email":"[erased]"}',
       email_digest = convert_to(o.order_id, 'UTF8')
 WHERE o.workspace_id = $1 AND o.order_id = ANY ($2)

-- :name erase_returns
-- Take what persons wrote out of returns, and by what address they are looked up.
UPDATE retour.returns r SET words = '{}', email_digest = convert_to(r.order_id, 'UTF8')
 WHERE r.workspace_id = $1 AND r.order_id = ANY ($2)

-- :name erase_tickets
-- The same of tickets.
UPDATE retour.ticket t SET words = '{}', email_digest = NULL, version = t.version + 1
 WHERE t.workspace_id = $1 AND t.ticket_id = ANY ($2)

-- :name erase_events
-- Turn what events of some streams say of persons to stone; gives the events and when each was written.
UPDATE retour.event e SET personal = NULL WHERE e.workspace_id = $1 AND e.stream = ANY ($2)
RETURNING e.event_id, e.recorded_at

-- :name erase_renderings
-- Drop the bytes that were made of events.
DELETE FROM retour.rendering x WHERE x.workspace_id = $1 AND x.event_id = ANY ($2)

-- :name erase_attempts
-- Drop what was sent with, and answered to, deliveries of returns and of what was written at some instants.
UPDATE retour.attempt a SET detail = NULL, request_headers = NULL, response_headers = NULL, response_body = NULL
 WHERE a.workspace_id = $1 AND a.delivery_id IN (
   SELECT l.delivery_id FROM retour.delivery_log l WHERE l.workspace_id = $1 AND l.return_id = ANY ($2)
   UNION
   SELECT d.delivery_id FROM unnest($3::text[]) AS t(moment)
     JOIN retour.delivery_log d ON d.workspace_id = $1
      AND d.delivery_id >= 'dlv_' || t.moment AND d.delivery_id < 'dlv_' || t.moment || '~'
    WHERE d.event_id = ANY ($4)
   UNION
   SELECT q.delivery_id FROM retour.delivery q WHERE q.workspace_id = $1 AND q.event_id = ANY ($4))

-- :name erase_replies
-- Empty what was answered to requests about some things, within a minute of some instants; repeated, they do nothing.
UPDATE retour.idempotency i SET body = '{"erased":true}'
 WHERE i.workspace_id = $1
   AND EXISTS (SELECT FROM unnest($3::timestamptz[]) AS t(at)
                WHERE i.created_at BETWEEN t.at - interval '1 minute' AND t.at + interval '2 minutes')
   AND EXISTS (SELECT FROM unnest($2::bytea[]) AS n(needle) WHERE position(n.needle IN i.body) > 0)

-- :name erase_labels
-- Drop the papers of parcels: addresses stand on them.
DELETE FROM retour.parcel_document d
 WHERE d.workspace_id = $1 AND d.parcel_id IN
   (SELECT p.parcel_id FROM retour.parcel p WHERE p.workspace_id = $1 AND p.return_id = ANY ($2))

-- :name erase_drafts
-- Drop what somebody had begun to write about some returns.
DELETE FROM retour.message_draft d WHERE d.workspace_id = $1 AND d.return_id = ANY ($2)

-- :name erase_decisions
-- Take what was written with decisions that are held, or that failed, on some returns; none is carried out any more.
UPDATE retour.held_decision h SET body = '{}', status = 'failed', why = $3
 WHERE h.workspace_id = $1 AND h.return_id = ANY ($2)

-- :name erase_mails
-- Take what persons wrote out of mails that came; what nobody had matched is put aside.
UPDATE retour.incoming_mail i SET words = NULL,
       status = CASE WHEN i.status = 'unmatched' THEN 'discarded' ELSE i.status END
 WHERE i.workspace_id = $1 AND i.mail_id = ANY ($2)

-- :name erase_parcels_seen
-- Take persons out of what was noted of parcels that came without a return.
UPDATE retour.unmatched_parcel u SET body = (u.body::jsonb - 'email' - 'name' - 'note')::json
 WHERE u.workspace_id = $1 AND (u.parcel_id = ANY ($2) OR u.return_id = ANY ($3))
RETURNING u.parcel_id

-- :name erase_cases
-- The same of questions of the dock about some returns and parcels.
UPDATE retour.dock_case c SET body = (c.body::jsonb - 'email' - 'name' - 'note')::json
 WHERE c.workspace_id = $1 AND (c.return_id = ANY ($2) OR c.subject = ANY ($3))

-- :name erase_declared
-- Take what buyers wrote out of what marketplaces declared.
UPDATE retour.channel_return c
   SET body = (c.body::jsonb - 'CustomerComment' - 'MerchantComment' - 'ExtraData')::json
 WHERE c.workspace_id = $1 AND c.merchant_order_no = ANY ($2)

-- :name erase_credits
-- Forget whose store credit was, where none is left.
UPDATE retour.store_credit c SET email_digest = convert_to(c.credit_id, 'UTF8')
 WHERE c.workspace_id = $1 AND c.email_digest = ANY ($2) AND c.balance = 0

-- :name empty_mailbox
-- Drop what a sandbox's mailbox and sink were sent: nothing there tells whom it is about.
DELETE FROM retour.sandbox_message m WHERE m.workspace_id = $1 AND m.at <= $2

-- :name practice_channel
-- The ChannelEngine that a sandbox practises with, as it stands; nobody else changes it meanwhile.
SELECT s.body FROM retour.sandbox_channelengine s WHERE s.workspace_id = $1 FOR UPDATE

-- :name put_practice_channel
-- Put it as it stands now.
UPDATE retour.sandbox_channelengine s SET body = $2, changed_at = clock_timestamp() WHERE s.workspace_id = $1

-- :name add_erasure
-- Note that somebody is to be forgotten.
INSERT INTO retour.erasure (workspace_id, erasure_id, asked_at, asked_by, kinds, marks, digests, orders,
  with_evidence, with_lists, counts)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '{}') ON CONFLICT DO NOTHING

-- :name one_erasure
-- Somebody who was, or is being, forgotten; nobody else goes on with it meanwhile.
SELECT e.erasure_id, e.asked_at, e.asked_by, e.kinds, e.marks, e.digests, e.orders, e.with_evidence, e.with_lists,
       e.counts, e.done_at
  FROM retour.erasure e WHERE e.workspace_id = $1 AND e.erasure_id = $2 FOR UPDATE

-- :name erasures
-- Who was forgotten, newest first, below an id.
SELECT e.erasure_id, e.asked_at, e.asked_by, e.kinds, e.marks, e.digests, e.orders, e.with_evidence, e.with_lists,
       e.counts, e.done_at
  FROM retour.erasure e WHERE e.workspace_id = $1 AND e.erasure_id < $2 ORDER BY e.erasure_id DESC LIMIT $3

-- :name erasures_above
-- Who was forgotten, oldest first, above an id.
SELECT e.erasure_id, e.asked_at, e.asked_by, e.kinds, e.marks, e.digests, e.orders, e.with_evidence, e.with_lists
  FROM retour.erasure e WHERE e.workspace_id = $1 AND e.erasure_id > $2 ORDER BY e.erasure_id LIMIT $3

-- :name count_erasure
-- Say how far somebody is forgotten.
UPDATE retour.erasure e SET counts = $3 WHERE e.workspace_id = $1 AND e.erasure_id = $2

-- :name end_erasure
-- Say that somebody is forgotten wholly.
UPDATE retour.erasure e SET counts = $3, done_at = clock_timestamp() WHERE e.workspace_id = $1 AND e.erasure_id = $2

-- :name open_erasures
-- Who is not forgotten wholly, in every workspace.
-- across workspaces: whoever looks goes on with each in its own
SELECT e.workspace_id, e.erasure_id FROM retour.erasure e
 WHERE e.done_at IS NULL ORDER BY e.workspace_id, e.erasure_id LIMIT 100

-- :name is_sandbox
-- Whether a workspace practises.
SELECT w.mode = 'sandbox' FROM retour.workspace w WHERE w.workspace_id = $1

-- :name tick
-- Database time.
SELECT clock_timestamp()

-- :name export_orders
-- Orders of somebody, whole.
SELECT o.order_number AS name, json_build_object('order', o.body, 'customer', o.customer, 'created_at', o.created_at)
  FROM retour.orders o WHERE o.workspace_id = $1 AND o.order_id = ANY ($2) ORDER BY o.order_id

-- :name export_returns
-- Returns of somebody, with what was written about them.
SELECT r.rma_number AS name, json_build_object('return', r.body, 'words', r.words, 'created_at', r.created_at)
  FROM retour.returns r WHERE r.workspace_id = $1 AND r.return_id = ANY ($2) ORDER BY r.return_id

-- :name export_tickets
-- Tickets of somebody, with what was written in them.
SELECT t.ticket_id AS name, json_build_object('ticket', t.body, 'words', t.words, 'created_at', t.created_at)
  FROM retour.ticket t WHERE t.workspace_id = $1 AND t.ticket_id = ANY ($2) ORDER BY t.ticket_id

-- :name export_mails
-- Mails of somebody.
SELECT i.mail_id AS name, json_build_object('mail', i.words, 'received_at', i.received_at)
  FROM retour.incoming_mail i WHERE i.workspace_id = $1 AND i.mail_id = ANY ($2) ORDER BY i.mail_id

-- :name export_messages
-- What was written in some conversations and not among ourselves alone.
SELECT m.message_id AS name, json_build_object('at', m.at, 'way', m.way, 'said', e.personal -> 'messages')
  FROM retour.message m
  JOIN retour.event e ON e.workspace_id = m.workspace_id AND e.event_id = m.event_id
 WHERE m.workspace_id = $1 AND m.thread = ANY ($2) AND m.way <> 'inside' ORDER BY m.message_id LIMIT 10000

-- :name export_withdrawals
-- Statements of somebody, as they were taken.
SELECT w.withdrawal_id AS name, json_build_object('received_at', w.received_at, 'status', w.status,
         'said', convert_from(c.content, 'UTF8'))
  FROM retour.withdrawal w
  LEFT JOIN retour.withdrawal_content c ON c.workspace_id = w.workspace_id AND c.withdrawal_id = w.withdrawal_id
 WHERE w.workspace_id = $1 AND w.withdrawal_id = ANY ($2) ORDER BY w.withdrawal_id

-- :name export_parcels
-- Parcels that somebody's address stands on.
SELECT u.parcel_id AS name, u.body FROM retour.unmatched_parcel u
 WHERE u.workspace_id = $1 AND u.parcel_id = ANY ($2) ORDER BY u.parcel_id

-- :name export_papers
-- Memos and credit notes of some returns, as they were made.
SELECT p.kind || '-' || p.number AS name, p.body FROM retour.paper p
 WHERE p.workspace_id = $1 AND p.event_id IN
   (SELECT e.event_id FROM retour.event e WHERE e.workspace_id = $1 AND e.return_id = ANY ($2)
       AND e.type = 'settlement_memo.completed')
 ORDER BY p.settlement_id

-- :name export_photo
-- A photo's picture.
SELECT i.body FROM retour.photo_image i WHERE i.workspace_id = $1 AND i.photo_id = $2 AND i.size = 'full'

-- :name export_labels
-- Papers of the parcels of some returns.
SELECT d.parcel_id, d.kind, d.format, d.body FROM retour.parcel_document d
  JOIN retour.parcel p ON p.workspace_id = d.workspace_id AND p.parcel_id = d.parcel_id
 WHERE d.workspace_id = $1 AND p.return_id = ANY ($2) ORDER BY d.parcel_id, d.kind LIMIT 1000

-- :name requests_open
-- Requests that wait for an answer, the one that is due first first, behind a place.
SELECT d.request_id, d.kind, d.who, d.hint, d.asked_at, d.due_at, d.status, d.note, d.closed_at, d.closed_by
  FROM retour.data_request d
 WHERE d.workspace_id = $1 AND d.status = 'open' AND d.request_id > $2 ORDER BY d.request_id LIMIT $3

-- :name requests_closed
-- Requests that were answered, oldest first, behind a place.
SELECT d.request_id, d.kind, d.who, d.hint, d.asked_at, d.due_at, d.status, d.note, d.closed_at, d.closed_by
  FROM retour.data_request d
 WHERE d.workspace_id = $1 AND d.status <> 'open' AND d.request_id > $2 ORDER BY d.request_id LIMIT $3

-- :name one_request
-- A request.
SELECT d.request_id, d.kind, d.who, d.hint, d.asked_at, d.due_at, d.status, d.note, d.closed_at, d.closed_by
  FROM retour.data_request d WHERE d.workspace_id = $1 AND d.request_id = $2

-- :name add_request
-- Keep a request; the law gives a month.
INSERT INTO retour.data_request (workspace_id, request_id, kind, who, hint, asked_at, due_at, status)
VALUES ($1, $2, $3, $4, $5, $6::timestamptz, $6::timestamptz + interval '1 month', 'open')

-- :name close_request
-- Say what became of a request, and forget who asked.
UPDATE retour.data_request d SET status = $3, who = NULL, note = $4, closed_at = clock_timestamp(), closed_by = $5
 WHERE d.workspace_id = $1 AND d.request_id = $2 AND d.status = 'open'
RETURNING d.request_id

-- :name kept_days
-- For how long a workspace keeps what, as it said.
SELECT r.body FROM retour.retention r WHERE r.workspace_id = $1

-- :name keep_days
-- Say it anew.
INSERT INTO retour.retention (workspace_id, body, updated_at) VALUES ($1, $2, clock_timestamp())
ON CONFLICT (workspace_id) DO UPDATE SET body = EXCLUDED.body, updated_at = EXCLUDED.updated_at

-- :name old_mails
-- Mails that came long ago and that nobody has to see to; some of them.
SELECT i.mail_id FROM retour.incoming_mail i
 WHERE i.workspace_id = $1 AND i.words IS NOT NULL AND i.status <> 'unmatched' AND i.received_at < $2
 ORDER BY i.received_at LIMIT $3

-- :name old_photos
-- Photos that were taken in long ago; some of them. What shows how a grade looks is nobody's, and stays.
SELECT p.photo_id FROM retour.photo p
 WHERE p.workspace_id = $1 AND p.erased_at IS NULL AND p.created_at < $2 AND p.owner IS DISTINCT FROM 'grade'
 ORDER BY p.created_at LIMIT $3

-- :name old_withdrawals
-- Statements that were taken long ago; some of them.
SELECT w.withdrawal_id FROM retour.withdrawal w
 WHERE w.workspace_id = $1 AND w.erased_at IS NULL AND w.received_at < $2 ORDER BY w.received_at LIMIT $3

-- :name old_customers
-- Orders that nothing happened to for long, with no return that is not over; some of them.
SELECT o.order_number FROM retour.orders o
 WHERE o.workspace_id = $1 AND octet_length(o.email_digest) = 32 AND o.updated_at < $2
   AND NOT EXISTS (SELECT FROM retour.returns r WHERE r.workspace_id = $1 AND r.order_id = o.order_id
                      AND (r.status NOT IN ('completed', 'canceled', 'rejected') OR r.updated_at >= $2))
 ORDER BY o.updated_at LIMIT $3

-- :name count_run
-- Note what went today because its time was over.
INSERT INTO retour.retention_run (workspace_id, day, subject, count, ran_at)
VALUES ($1, (clock_timestamp() AT TIME ZONE 'UTC')::date, $2, $3, clock_timestamp())
ON CONFLICT (workspace_id, day, subject)
DO UPDATE SET count = retention_run.count + EXCLUDED.count, ran_at = EXCLUDED.ran_at

-- :name runs
-- What went, newest first, of one subject or of all.
SELECT r.subject, sum(r.count) AS count, max(r.ran_at) AS ran_at FROM retour.retention_run r
 WHERE r.workspace_id = $1 AND r.count > 0 GROUP BY r.subject
