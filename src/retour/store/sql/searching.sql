-- Search: words that are there, what holds them, and returns narrowed by what lists narrow them by.
--
-- Words and ids of which there may be many are given as ARRAY(SELECT …): planning would weigh each of them by
-- itself otherwise, which takes longer than finding them.

-- :name words_held
-- Those of some words that anything is found by, as often as they are held, of so many at most: what lies close
-- together in the index is read at once.
SELECT s.word FROM retour.search_word s
 WHERE s.workspace_id = $1 AND s.word = ANY (ARRAY(SELECT unnest($2::text[]))) LIMIT $3

-- :name words_there
-- Those of some words that anything is found by.
SELECT w.word FROM unnest($2::text[]) AS w(word)
 WHERE EXISTS (SELECT 1 FROM retour.search_word s WHERE s.workspace_id = $1 AND s.word = w.word)
 LIMIT $3

-- :name words_beginning
-- Words that begin with some letters, the highest first: of numbers, the newest.
SELECT DISTINCT f.word FROM (
  SELECT s.word FROM retour.search_word s
   WHERE s.workspace_id = $1 AND s.word >= $2 AND s.word < $3 ORDER BY s.word DESC LIMIT $4) f

-- :name subjects_by_words
-- What holds one of some words, the newest first, of one kind of ids, below one.
SELECT DISTINCT f.subject FROM unnest($2::text[]) AS w(word)
 CROSS JOIN LATERAL (
   SELECT s.subject FROM retour.search_word s
    WHERE s.workspace_id = $1 AND s.word = w.word AND s.subject < $3 AND s.subject > $4
    ORDER BY s.subject DESC LIMIT $5) f
 ORDER BY f.subject DESC LIMIT $5

-- :name is_behind
-- Whether returns are there that do not have all their words yet.
SELECT true FROM retour.catching_up c WHERE c.workspace_id = $1 AND c.kind = 'return'

-- :name subjects_holding
-- Those of some returns and orders that hold one of some words.
SELECT DISTINCT s.subject FROM retour.search_word s
 WHERE s.workspace_id = $1 AND s.subject = ANY (ARRAY(SELECT unnest($2::text[]))) AND s.word = ANY ($3)

-- :name returns_of_orders
-- Returns of some orders, the newest first.
SELECT r.return_id FROM retour.returns r
 WHERE r.workspace_id = $1 AND r.order_id = ANY (ARRAY(SELECT unnest($2::text[]))) AND r.return_id < $3
 ORDER BY r.return_id DESC LIMIT $4

-- :name returns_by_statuses
-- Returns of some statuses, the newest first.
SELECT DISTINCT f.return_id FROM unnest($2::text[]) AS w(status)
 CROSS JOIN LATERAL (
   SELECT r.return_id FROM retour.returns r
    WHERE r.workspace_id = $1 AND r.status = w.status AND r.return_id < $3 ORDER BY r.return_id DESC LIMIT $4) f
 ORDER BY f.return_id DESC LIMIT $4

-- :name returns_by_owner
-- Returns that somebody sees to, the newest first.
SELECT o.return_id FROM retour.return_owner o
 WHERE o.workspace_id = $1 AND o.owner = $2 AND o.return_id < $3 ORDER BY o.return_id DESC LIMIT $4

-- :name returns_snoozed
-- Returns that are put off, the newest first; some of them may have woken.
SELECT z.return_id FROM retour.snooze z
 WHERE z.workspace_id = $1 AND z.return_id < $2 ORDER BY z.return_id DESC LIMIT $3

-- :name returns_below
-- Returns, the newest first.
SELECT r.return_id FROM retour.returns r
 WHERE r.workspace_id = $1 AND r.return_id < $2 ORDER BY r.return_id DESC LIMIT $3

-- :name narrowed
-- Some returns with what lists narrow them by.
SELECT r.return_id, r.order_id, r.status, f.asked_at, f.reason, f.channel, f.facility, f.value, f.currency, o.owner,
       EXISTS (SELECT 1 FROM retour.snooze z JOIN retour.workspace w ON w.workspace_id = z.workspace_id
                WHERE z.workspace_id = r.workspace_id AND z.return_id = r.return_id
                  AND (z.until IS NULL OR z.until > clock_timestamp() + w.clock_offset_us * interval '1 microsecond'))
       AS is_snoozed
  FROM retour.returns r
  LEFT JOIN retour.return_facet f ON f.workspace_id = r.workspace_id AND f.return_id = r.return_id
  LEFT JOIN retour.return_owner o ON o.workspace_id = r.workspace_id AND o.return_id = r.return_id
 WHERE r.workspace_id = $1 AND r.return_id = ANY (ARRAY(SELECT unnest($2::text[])))

-- :name rows
-- Returns as lists show them.
SELECT r.return_id, r.number, r.rma_number, r.order_number, r.status, r.version, r.body, r.updated_at,
       d.customer, f.reason, f.channel, f.facility, f.value, f.currency, o.owner, o.since AS owned_since,
       (SELECT array_agg(c.cause ORDER BY c.cause) FROM retour.concern c
         WHERE c.workspace_id = r.workspace_id AND c.return_id = r.return_id) AS concerns,
       l.holder, l.since AS leased_since, l.until AS leased_until,
       z.by_whom AS snoozed_by, z.until AS snoozed_until,
       h.by_whom AS held_by, h.command AS held_command, h.due_at AS held_due,
       t.cause AS deadline_of, t.since AS deadline_since, t.due_at AS deadline, b.now, b.zone, b.home
  FROM retour.returns r
  JOIN retour.orders d ON d.workspace_id = r.workspace_id AND d.order_id = r.order_id
  JOIN (SELECT w.workspace_id, clock_timestamp() + w.clock_offset_us * interval '1 microsecond' AS now, w.zone,
               f.body AS home
          FROM retour.workspace w
          LEFT JOIN retour.facility f ON f.workspace_id = w.workspace_id AND f.code = 'main') b
    ON b.workspace_id = r.workspace_id
  LEFT JOIN retour.return_lease l
         ON l.workspace_id = r.workspace_id AND l.return_id = r.return_id AND l.until > clock_timestamp()
  LEFT JOIN retour.snooze z
         ON z.workspace_id = r.workspace_id AND z.return_id = r.return_id AND (z.until IS NULL OR z.until > b.now)
  LEFT JOIN retour.held_decision h
         ON h.workspace_id = r.workspace_id AND h.return_id = r.return_id AND h.status = 'held'
  LEFT JOIN LATERAL (
    SELECT x.cause, x.since, x.due_at FROM retour.timer x
     WHERE x.workspace_id = r.workspace_id AND x.return_id = r.return_id AND x.moment = 'deadline'
       AND x.cause = ANY ($3) AND (x.status = 'waiting' OR x.is_open)
     ORDER BY x.due_at, x.timer_id LIMIT 1) t ON true
  LEFT JOIN retour.return_facet f ON f.workspace_id = r.workspace_id AND f.return_id = r.return_id
  LEFT JOIN retour.return_owner o ON o.workspace_id = r.workspace_id AND o.return_id = r.return_id
 WHERE r.workspace_id = $1 AND r.return_id = ANY (ARRAY(SELECT unnest($2::text[])))

-- :name orders
-- Orders as a search shows them.
SELECT d.order_id, d.order_number, d.customer, d.body, d.created_at
  FROM retour.orders d WHERE d.workspace_id = $1 AND d.order_id = ANY (ARRAY(SELECT unnest($2::text[])))

-- :name is_return
-- Whether there is such a return.
SELECT true FROM retour.returns r WHERE r.workspace_id = $1 AND r.return_id = $2

-- :name own
-- Let somebody see to a return; whoever saw to it before does no longer.
INSERT INTO retour.return_owner (workspace_id, return_id, owner, since) VALUES ($1, $2, $3, clock_timestamp())
ON CONFLICT (workspace_id, return_id) DO UPDATE SET owner = EXCLUDED.owner, since = EXCLUDED.since

-- :name disown
-- Let nobody in particular see to a return.
DELETE FROM retour.return_owner o WHERE o.workspace_id = $1 AND o.return_id = $2

-- :name forget_words
-- Forget what is personal of the words by which some orders are found.
DELETE FROM retour.search_word s WHERE s.workspace_id = $1 AND s.subject = ANY ($2) AND s.is_personal

-- :name waiting_after
-- What waits for a cause, the oldest first, above an id; what is set aside only where it is asked for.
SELECT w.subject, w.since, w.return_id FROM retour.waiting w
 WHERE w.workspace_id = $1 AND w.cause = $2 AND w.subject > $3
   AND ($5 OR NOT EXISTS (SELECT 1 FROM retour.set_aside a
                           WHERE a.workspace_id = w.workspace_id AND a.return_id = w.return_id))
 ORDER BY w.subject LIMIT $4

-- :name waiting_before
-- The same, the youngest first, below an id.
SELECT w.subject, w.since, w.return_id FROM retour.waiting w
 WHERE w.workspace_id = $1 AND w.cause = $2 AND w.subject < $3
   AND ($5 OR NOT EXISTS (SELECT 1 FROM retour.set_aside a
                           WHERE a.workspace_id = w.workspace_id AND a.return_id = w.return_id))
 ORDER BY w.subject DESC LIMIT $4

-- :name count_waiting
-- How much waits for some causes, as far as somebody counts, and since when the oldest does.
SELECT q.cause, n.count, n.oldest FROM unnest($2::text[]) AS q(cause)
 CROSS JOIN LATERAL (
   SELECT count(*) AS count, min(f.since) AS oldest
     FROM (SELECT w.since FROM retour.waiting w
            WHERE w.workspace_id = $1 AND w.cause = q.cause
              AND NOT EXISTS (SELECT 1 FROM retour.set_aside a
                               WHERE a.workspace_id = w.workspace_id AND a.return_id = w.return_id)
            ORDER BY w.subject LIMIT $3) f) n

-- :name due_after
-- Deadlines that end before an instant, the next first.
SELECT t.timer_id AS subject, t.due_at AS since, t.return_id, t.cause FROM retour.timer t
 WHERE t.workspace_id = $1 AND t.status = 'waiting' AND t.moment = 'deadline' AND t.due_at < $2
   AND (t.due_at, t.timer_id) > ($3, $4)
 ORDER BY t.due_at, t.timer_id LIMIT $5

-- :name due_before
-- The same, backwards.
SELECT t.timer_id AS subject, t.due_at AS since, t.return_id, t.cause FROM retour.timer t
 WHERE t.workspace_id = $1 AND t.status = 'waiting' AND t.moment = 'deadline' AND t.due_at < $2
   AND (t.due_at, t.timer_id) < ($3, $4)
 ORDER BY t.due_at DESC, t.timer_id DESC LIMIT $5

-- :name late_after
-- What somebody is late with, the latest first.
SELECT t.timer_id AS subject, t.due_at AS since, t.return_id, t.cause FROM retour.timer t
 WHERE t.workspace_id = $1 AND t.is_open AND t.cause = ANY ($2) AND (t.due_at, t.timer_id) > ($3, $4)
 ORDER BY t.due_at, t.timer_id LIMIT $5

-- :name late_before
-- The same, backwards.
SELECT t.timer_id AS subject, t.due_at AS since, t.return_id, t.cause FROM retour.timer t
 WHERE t.workspace_id = $1 AND t.is_open AND t.cause = ANY ($2) AND (t.due_at, t.timer_id) < ($3, $4)
 ORDER BY t.due_at DESC, t.timer_id DESC LIMIT $5

-- :name count_due
-- How many deadlines end before an instant, as far as somebody counts, and the next of them.
SELECT count(*) AS count, min(f.due_at) AS oldest FROM (
  SELECT t.due_at FROM retour.timer t
   WHERE t.workspace_id = $1 AND t.status = 'waiting' AND t.moment = 'deadline' AND t.due_at < $2
   ORDER BY t.due_at LIMIT $3) f

-- :name count_late
-- How much somebody is late with, as far as somebody counts, and the latest of it.
SELECT count(*) AS count, min(f.due_at) AS oldest FROM (
  SELECT t.due_at FROM retour.timer t
   WHERE t.workspace_id = $1 AND t.is_open AND t.cause = ANY ($2) LIMIT $3) f

-- :name business_now
-- The workspace's business time.
SELECT clock_timestamp() + w.clock_offset_us * interval '1 microsecond'
  FROM retour.workspace w WHERE w.workspace_id = $1

-- :name add_view
-- Keep a way to look at a list.
INSERT INTO retour.saved_view (workspace_id, view_id, owner, name, place, query, created_at)
VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())

-- :name views
-- The ways to look at lists that somebody sees: his own and everybody's.
SELECT v.view_id, v.owner, v.name, v.place, v.query, v.created_at FROM retour.saved_view v
 WHERE v.workspace_id = $1 AND (v.owner IS NULL OR v.owner = $2) AND v.view_id > $3
 ORDER BY v.view_id LIMIT $4

-- :name count_views
-- How many somebody has, as far as somebody counts.
SELECT count(*) FROM (
  SELECT 1 FROM retour.saved_view v
   WHERE v.workspace_id = $1 AND v.owner IS NOT DISTINCT FROM $2 LIMIT $3) f

-- :name remove_view
-- Forget a way to look: one's own, or everybody's.
DELETE FROM retour.saved_view v
 WHERE v.workspace_id = $1 AND v.view_id = $2 AND (v.owner IS NULL OR v.owner = $3) RETURNING v.view_id
