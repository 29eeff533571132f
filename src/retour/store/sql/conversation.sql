-- :name messages
-- All messages, newest first.
SELECT m.message_id, m.thread, m.way, m.needs_answer, m.read_at, m.read_by, e.event_id, e.return_id, e.stream,
       e.type, e.occurred_at, e.source, e.actor, e.snapshot -> 'details' AS details, e.personal
  FROM retour.message m
  JOIN retour.event e ON e.workspace_id = m.workspace_id AND e.event_id = m.event_id
 WHERE m.workspace_id = $1 AND m.message_id < $2
 ORDER BY m.message_id DESC LIMIT $3

-- :name messages_waiting
-- Messages that wait for an answer, newest first.
SELECT m.message_id, m.thread, m.way, m.needs_answer, m.read_at, m.read_by, e.event_id, e.return_id, e.stream,
       e.type, e.occurred_at, e.source, e.actor, e.snapshot -> 'details' AS details, e.personal
  FROM retour.message m
  JOIN retour.event e ON e.workspace_id = m.workspace_id AND e.event_id = m.event_id
 WHERE m.workspace_id = $1 AND m.message_id < $2 AND m.needs_answer
 ORDER BY m.message_id DESC LIMIT $3

-- :name messages_unread
-- Messages that nobody has read, newest first; what went out has its writer for a reader.
SELECT m.message_id, m.thread, m.way, m.needs_answer, m.read_at, m.read_by, e.event_id, e.return_id, e.stream,
       e.type, e.occurred_at, e.source, e.actor, e.snapshot -> 'details' AS details, e.personal
  FROM retour.message m
  JOIN retour.event e ON e.workspace_id = m.workspace_id AND e.event_id = m.event_id
 WHERE m.workspace_id = $1 AND m.message_id < $2 AND m.read_at IS NULL AND m.way <> 'out'
 ORDER BY m.message_id DESC LIMIT $3

-- :name messages_of_thread
-- One conversation, newest first; without what is said inside the house where a customer reads it.
SELECT m.message_id, m.thread, m.way, m.needs_answer, m.read_at, m.read_by, e.event_id, e.return_id, e.stream,
       e.type, e.occurred_at, e.source, e.actor, e.snapshot -> 'details' AS details, e.personal
  FROM retour.message m
  JOIN retour.event e ON e.workspace_id = m.workspace_id AND e.event_id = m.event_id
 WHERE m.workspace_id = $1 AND m.thread = $4 AND m.message_id < $2 AND (NOT $5::boolean OR m.way <> 'inside')
 ORDER BY m.message_id DESC LIMIT $3

-- :name thread_message
-- One message as a conversation shows it.
SELECT m.message_id, m.thread, m.way, m.needs_answer, m.read_at, m.read_by, e.event_id, e.return_id, e.stream,
       e.type, e.occurred_at, e.source, e.actor, e.snapshot -> 'details' AS details, e.personal
  FROM retour.message m
  JOIN retour.event e ON e.workspace_id = m.workspace_id AND e.event_id = m.event_id
 WHERE m.workspace_id = $1 AND m.message_id = $2

-- :name messages_by_ids
-- Some messages likewise; the caller puts them in order.
SELECT m.message_id, m.thread, m.way, m.needs_answer, m.read_at, m.read_by, e.event_id, e.return_id, e.stream,
       e.type, e.occurred_at, e.source, e.actor, e.snapshot -> 'details' AS details, e.personal
  FROM retour.message m
  JOIN retour.event e ON e.workspace_id = m.workspace_id AND e.event_id = m.event_id
 WHERE m.workspace_id = $1 AND m.message_id = ANY (ARRAY(SELECT unnest($2::text[])))

-- :name read_messages
-- Note who has read a message and all before it in its conversation.
UPDATE retour.message m SET read_at = clock_timestamp(), read_by = $4
 WHERE m.workspace_id = $1 AND m.thread = $2 AND m.message_id <= $3 AND m.read_at IS NULL

-- :name unread_message
-- Let a message be unread again.
UPDATE retour.message m SET read_at = NULL, read_by = NULL WHERE m.workspace_id = $1 AND m.message_id = $2

-- :name set_waiting
-- Say whether a message needs an answer.
UPDATE retour.message m SET needs_answer = $3 WHERE m.workspace_id = $1 AND m.message_id = $2

-- :name thread_owner
-- Whether a return or a ticket has this conversation, and the digest of its customer's address.
SELECT r.return_id AS about, r.email_digest FROM retour.returns r
 WHERE r.workspace_id = $1 AND r.return_id = $2
UNION ALL
SELECT t.ticket_id, t.email_digest FROM retour.ticket t
 WHERE t.workspace_id = $1 AND t.ticket_id = $3 AND t.status <> 'matched'

-- :name add_incoming
-- Keep a mail that came in, unless it is known already.
INSERT INTO retour.incoming_mail (workspace_id, mail_id, digest, received_at, status, why, thread, facts, words)
VALUES ($1, $2, $3, clock_timestamp(), $4, $5, $6, $7, $8)
ON CONFLICT (workspace_id, digest) DO NOTHING RETURNING mail_id

-- :name incoming_by_digest
-- A mail that was taken before.
SELECT i.mail_id, i.digest, i.received_at, i.status, i.why, i.thread, i.facts, i.words, i.decided_at, i.decided_by
  FROM retour.incoming_mail i WHERE i.workspace_id = $1 AND i.digest = $2

-- :name incoming
-- One mail that came in.
SELECT i.mail_id, i.digest, i.received_at, i.status, i.why, i.thread, i.facts, i.words, i.decided_at, i.decided_by
  FROM retour.incoming_mail i WHERE i.workspace_id = $1 AND i.mail_id = $2

-- :name incoming_by_ids
-- Some mails that came in; the caller puts them in order.
SELECT i.mail_id, i.digest, i.received_at, i.status, i.why, i.thread, i.facts, i.words, i.decided_at, i.decided_by
  FROM retour.incoming_mail i
 WHERE i.workspace_id = $1 AND i.mail_id = ANY (ARRAY(SELECT unnest($2::text[])))

-- :name incoming_mails
-- Mails of one status, newest first.
SELECT i.mail_id, i.digest, i.received_at, i.status, i.why, i.thread, i.facts, i.words, i.decided_at, i.decided_by
  FROM retour.incoming_mail i
 WHERE i.workspace_id = $1 AND i.status = $2 AND i.mail_id < $3
 ORDER BY i.mail_id DESC LIMIT $4

-- :name decide_incoming
-- Say what becomes of a mail that waits; nothing where somebody else has said so.
UPDATE retour.incoming_mail i SET status = $3, why = NULL, thread = $4, decided_at = clock_timestamp(), decided_by = $5
 WHERE i.workspace_id = $1 AND i.mail_id = $2 AND i.status = 'unmatched'
RETURNING i.mail_id
