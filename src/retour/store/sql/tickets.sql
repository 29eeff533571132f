-- :name open_turn
-- The two clocks and the epoch of a workspace; locks nothing.
SELECT clock_timestamp() AS tick, w.clock_offset_us, w.epoch
  FROM retour.workspace w WHERE w.workspace_id = $1

-- :name next_number
-- The number of a ticket: the next of returns, for it may become one.
UPDATE retour.numbering n SET next = n.next + 1
 WHERE n.workspace_id = $1 AND n.kind = 'return' RETURNING n.next - 1

-- :name one_ticket
-- A ticket without a return, by its id.
SELECT t.ticket_id, t.version, t.body, t.words FROM retour.ticket t
 WHERE t.workspace_id = $1 AND t.ticket_id = $2

-- :name tickets_by_ids
-- Some tickets without a return; the caller puts them in order.
SELECT t.ticket_id, t.version, t.body, t.words FROM retour.ticket t
 WHERE t.workspace_id = $1 AND t.ticket_id = ANY (ARRAY(SELECT unnest($2::text[])))

-- :name commit_ticket
-- The ticket as it now is, with what was said of it.
SELECT retour.commit_ticket($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
  $21, $22)

-- :name match_ticket
-- Ends a ticket's wait, if it still waits as it was read: from now on it is a return.
UPDATE retour.ticket t
   SET status = 'matched', version = t.version + 1, body = $4, updated_at = $5
 WHERE t.workspace_id = $1 AND t.ticket_id = $2 AND t.version = $3 AND t.status = 'open'
RETURNING t.ticket_id

-- :name tickets_falling
-- Returns and tickets that wait, newest first, below a key.
SELECT * FROM (
  (SELECT substr(r.return_id, 5) AS key, r.updated_at, r.body AS return_body, NULL::json AS ticket_body, r.words,
          o.customer
     FROM retour.returns r
     JOIN retour.orders o ON o.workspace_id = r.workspace_id AND o.order_id = r.order_id
    WHERE r.workspace_id = $1 AND r.return_id < 'ret_' || $2
      AND ($4::bytea IS NULL OR r.email_digest = $4)
    ORDER BY r.return_id DESC LIMIT $3)
  UNION ALL
  (SELECT substr(t.ticket_id, 5), t.updated_at, NULL, t.body, t.words, NULL
     FROM retour.ticket t
    WHERE t.workspace_id = $1 AND t.ticket_id < 'tkt_' || $2 AND t.status <> 'matched'
      AND ($4::bytea IS NULL OR t.email_digest = $4)
    ORDER BY t.ticket_id DESC LIMIT $3)) both_kinds
 ORDER BY key COLLATE "C" DESC LIMIT $3

-- :name tickets_rising
-- Returns and tickets that wait, oldest first, above a key.
SELECT * FROM (
  (SELECT substr(r.return_id, 5) AS key, r.updated_at, r.body AS return_body, NULL::json AS ticket_body, r.words,
          o.customer
     FROM retour.returns r
     JOIN retour.orders o ON o.workspace_id = r.workspace_id AND o.order_id = r.order_id
    WHERE r.workspace_id = $1 AND r.return_id > 'ret_' || $2
      AND ($4::bytea IS NULL OR r.email_digest = $4)
    ORDER BY r.return_id LIMIT $3)
  UNION ALL
  (SELECT substr(t.ticket_id, 5), t.updated_at, NULL, t.body, t.words, NULL
     FROM retour.ticket t
    WHERE t.workspace_id = $1 AND t.ticket_id > 'tkt_' || $2 AND t.status <> 'matched'
      AND ($4::bytea IS NULL OR t.email_digest = $4)
    ORDER BY t.ticket_id LIMIT $3)) both_kinds
 ORDER BY key COLLATE "C" LIMIT $3

-- :name tickets_touched_falling
-- Returns and tickets that wait, the latest changed first, before an instant and key.
SELECT * FROM (
  (SELECT substr(r.return_id, 5) AS key, r.updated_at, r.body AS return_body, NULL::json AS ticket_body, r.words,
          o.customer
     FROM retour.returns r
     JOIN retour.orders o ON o.workspace_id = r.workspace_id AND o.order_id = r.order_id
    WHERE r.workspace_id = $1 AND (r.updated_at, r.return_id) < ($5, 'ret_' || $2)
      AND ($4::bytea IS NULL OR r.email_digest = $4)
    ORDER BY r.updated_at DESC, r.return_id DESC LIMIT $3)
  UNION ALL
  (SELECT substr(t.ticket_id, 5), t.updated_at, NULL, t.body, t.words, NULL
     FROM retour.ticket t
    WHERE t.workspace_id = $1 AND (t.updated_at, t.ticket_id) < ($5, 'tkt_' || $2) AND t.status <> 'matched'
      AND ($4::bytea IS NULL OR t.email_digest = $4)
    ORDER BY t.updated_at DESC, t.ticket_id DESC LIMIT $3)) both_kinds
 ORDER BY updated_at DESC, key COLLATE "C" DESC LIMIT $3

-- :name tickets_touched_rising
-- Returns and tickets that wait, the longest unchanged first, after an instant and key.
SELECT * FROM (
  (SELECT substr(r.return_id, 5) AS key, r.updated_at, r.body AS return_body, NULL::json AS ticket_body, r.words,
          o.customer
     FROM retour.returns r
     JOIN retour.orders o ON o.workspace_id = r.workspace_id AND o.order_id = r.order_id
    WHERE r.workspace_id = $1 AND (r.updated_at, r.return_id) > ($5, 'ret_' || $2)
      AND ($4::bytea IS NULL OR r.email_digest = $4)
    ORDER BY r.updated_at, r.return_id LIMIT $3)
  UNION ALL
  (SELECT substr(t.ticket_id, 5), t.updated_at, NULL, t.body, t.words, NULL
     FROM retour.ticket t
    WHERE t.workspace_id = $1 AND (t.updated_at, t.ticket_id) > ($5, 'tkt_' || $2) AND t.status <> 'matched'
      AND ($4::bytea IS NULL OR t.email_digest = $4)
    ORDER BY t.updated_at, t.ticket_id LIMIT $3)) both_kinds
 ORDER BY updated_at, key COLLATE "C" LIMIT $3

-- :name messages_of_ticket
-- What was written before a ticket became a return, oldest first, behind a number.
SELECT event_id, tx::text AS tx_text, type, stream, stream_sequence, return_id, sequence, occurred_at, recorded_at,
       actor, source, snapshot, personal
  FROM retour.event
 WHERE workspace_id = $1 AND stream = $2 AND type = 'message.created' AND stream_sequence > $3
 ORDER BY stream_sequence LIMIT $4

-- :name messages_of_return
-- What was written about a return, and what the house itself has to say, oldest first, behind a number.
SELECT event_id, tx::text AS tx_text, type, stream, stream_sequence, return_id, sequence, occurred_at, recorded_at,
       actor, source, snapshot, personal
  FROM retour.event
 WHERE workspace_id = $1 AND return_id = $2 AND type IN ('message.created', 'label.failed') AND sequence > $3
 ORDER BY sequence LIMIT $4
