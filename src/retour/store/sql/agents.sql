-- Agents side by side: leases on returns, what is snoozed, and decisions that are held.

-- :name take_lease
-- Let somebody have a return open: where nobody has, where he has already, or where he takes it over.
INSERT INTO retour.return_lease AS l (workspace_id, return_id, holder, since, until)
SELECT r.workspace_id, r.return_id, $3, clock_timestamp(), clock_timestamp() + $4::interval
  FROM retour.returns r WHERE r.workspace_id = $1 AND r.return_id = $2
ON CONFLICT (workspace_id, return_id) DO UPDATE
  SET holder = EXCLUDED.holder, until = EXCLUDED.until,
      since = CASE WHEN l.holder = EXCLUDED.holder AND l.until > EXCLUDED.since THEN l.since ELSE EXCLUDED.since END
  WHERE l.holder = EXCLUDED.holder OR l.until <= EXCLUDED.since OR $5

-- :name lease
-- Who has a return open, where somebody has.
SELECT l.holder, l.since, l.until, clock_timestamp() AS now FROM retour.return_lease l
 WHERE l.workspace_id = $1 AND l.return_id = $2 AND l.until > clock_timestamp()

-- :name release
-- Say that somebody has it open no longer; where an instant is given, only if it was not renewed beyond that.
DELETE FROM retour.return_lease l
 WHERE l.workspace_id = $1 AND l.return_id = $2 AND l.holder = $3 AND ($4::timestamptz IS NULL OR l.until <= $4)

-- :name drop_old_leases
-- Forget leases of somebody's that have run out.
DELETE FROM retour.return_lease l WHERE l.workspace_id = $1 AND l.holder = $2 AND l.until < clock_timestamp()

-- :name is_return
-- Whether there is such a return.
SELECT true FROM retour.returns r WHERE r.workspace_id = $1 AND r.return_id = $2

-- :name business_now
-- The workspace's business time.
SELECT clock_timestamp() + w.clock_offset_us * interval '1 microsecond'
  FROM retour.workspace w WHERE w.workspace_id = $1

-- :name snooze
-- Put a return off: until an instant, or until its shopper writes.
INSERT INTO retour.snooze (workspace_id, return_id, by_whom, since, until)
VALUES ($1, $2, $3, clock_timestamp(), $4)
ON CONFLICT (workspace_id, return_id)
DO UPDATE SET by_whom = EXCLUDED.by_whom, since = EXCLUDED.since, until = EXCLUDED.until

-- :name wake
-- Let a return wait where it belongs again.
DELETE FROM retour.snooze z WHERE z.workspace_id = $1 AND z.return_id = $2

-- :name hold
-- Hold a decision on a return of which none is held; one that failed gives way.
INSERT INTO retour.held_decision AS h (workspace_id, return_id, decision_id, by_whom, actor_kind, command, body,
  version, sequence, held_at, due_at, status)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp(), clock_timestamp() + $10::interval, 'held')
ON CONFLICT (workspace_id, return_id) DO UPDATE
  SET decision_id = EXCLUDED.decision_id, by_whom = EXCLUDED.by_whom, actor_kind = EXCLUDED.actor_kind,
      command = EXCLUDED.command, body = EXCLUDED.body, version = EXCLUDED.version, sequence = EXCLUDED.sequence,
      held_at = EXCLUDED.held_at, due_at = EXCLUDED.due_at, status = 'held', why = NULL
  WHERE h.status = 'failed'
RETURNING h.decision_id

-- :name held
-- The decision of a return that is held, or that failed.
SELECT h.return_id, h.decision_id, h.by_whom, h.actor_kind, h.command, h.body, h.version, h.sequence, h.held_at,
       h.due_at, h.status, h.why, clock_timestamp() AS now, r.rma_number
  FROM retour.held_decision h
  JOIN retour.returns r ON r.workspace_id = h.workspace_id AND r.return_id = h.return_id
 WHERE h.workspace_id = $1 AND h.return_id = $2

-- :name held_by
-- The decisions of somebody's that are held, or that failed, the latest first.
SELECT h.return_id, h.decision_id, h.by_whom, h.actor_kind, h.command, h.body, h.version, h.sequence, h.held_at,
       h.due_at, h.status, h.why, clock_timestamp() AS now, r.rma_number
  FROM retour.held_decision h
  JOIN retour.returns r ON r.workspace_id = h.workspace_id AND r.return_id = h.return_id
 WHERE h.workspace_id = $1 AND h.by_whom = $2 AND h.decision_id < $3
 ORDER BY h.decision_id DESC LIMIT $4

-- :name take_back
-- Take back a decision of somebody's that has not been carried out; of one that failed, it has been read.
DELETE FROM retour.held_decision h
 WHERE h.workspace_id = $1 AND h.return_id = $2 AND h.by_whom = $3 RETURNING h.status

-- :name release_decision
-- Take away a decision that is due, in the transaction that carries it out.
DELETE FROM retour.held_decision h
 WHERE h.workspace_id = $1 AND h.return_id = $2 AND h.decision_id = $3 AND h.status = 'held'
   AND h.due_at <= clock_timestamp()
RETURNING h.decision_id

-- :name fail_decision
-- Say why a decision could not be carried out.
UPDATE retour.held_decision h SET status = 'failed', why = $4
 WHERE h.workspace_id = $1 AND h.return_id = $2 AND h.decision_id = $3 AND h.status = 'held'

-- :name drop_old_decisions
-- Forget what failed of somebody's long ago.
DELETE FROM retour.held_decision h
 WHERE h.workspace_id = $1 AND h.by_whom = $2 AND h.status = 'failed'
   AND h.due_at < clock_timestamp() - interval '7 days'

-- :name due_decisions
-- Decisions that are due, the longest first.
-- across workspaces: they are carried out wherever there are any
SELECT h.workspace_id, h.return_id FROM retour.held_decision h
 WHERE h.status = 'held' AND h.due_at <= clock_timestamp() ORDER BY h.due_at LIMIT $1

-- :name happened_since
-- A return's version, and what kinds of things happened to it behind an event.
SELECT r.version,
       ARRAY(SELECT DISTINCT e.type FROM retour.event e
              WHERE e.workspace_id = r.workspace_id AND e.return_id = r.return_id AND e.sequence > $3) AS types
  FROM retour.returns r WHERE r.workspace_id = $1 AND r.return_id = $2

-- :name newest_in_queues
-- When the newest came into queues, each after an instant of its own, as many as somebody counts.
SELECT q.cause, f.since FROM unnest($2::text[], $3::timestamptz[]) AS q(cause, after)
 CROSS JOIN LATERAL (
   SELECT w.since FROM retour.waiting w
    WHERE w.workspace_id = $1 AND w.cause = q.cause AND w.since > q.after
      AND NOT EXISTS (SELECT 1 FROM retour.set_aside a
                       WHERE a.workspace_id = w.workspace_id AND a.return_id = w.return_id)
    ORDER BY w.since DESC LIMIT $4) f

-- :name newest_due
-- When what ends within a while began to, after an instant: by the clock, or because it was set then; what was set
-- is looked for among the next thousand alone.
SELECT greatest(f.since, f.due_at - $3::interval) AS since FROM (
  (SELECT t.since, t.due_at FROM retour.timer t
    WHERE t.workspace_id = $1 AND t.status = 'waiting' AND t.moment = 'deadline'
      AND t.due_at > $2::timestamptz + $3::interval
      AND t.due_at < (SELECT clock_timestamp() + w.clock_offset_us * interval '1 microsecond' + $3::interval
                        FROM retour.workspace w WHERE w.workspace_id = $1)
    ORDER BY t.due_at DESC LIMIT $4)
  UNION ALL
  SELECT n.since, n.due_at FROM (
    SELECT t.since, t.due_at FROM retour.timer t
     WHERE t.workspace_id = $1 AND t.status = 'waiting' AND t.moment = 'deadline'
       AND t.due_at <= $2::timestamptz + $3::interval
     ORDER BY t.due_at LIMIT 1000) n
   WHERE n.since > $2) f
 ORDER BY 1 DESC LIMIT $4

-- :name newest_late
-- When somebody began to be late with something, after an instant: it is found by its deadline, shortly before.
SELECT f.fired_at AS since FROM unnest($3::text[]) AS c(cause)
 CROSS JOIN LATERAL (
   SELECT t.fired_at FROM retour.timer t
    WHERE t.workspace_id = $1 AND t.cause = c.cause AND t.is_open AND t.due_at > $2::timestamptz - interval '1 hour'
    ORDER BY t.due_at DESC LIMIT $4) f
 WHERE f.fired_at > $2
 ORDER BY 1 DESC LIMIT $4

-- :name newest_returns
-- When the newest returns were asked for after an instant, as many as somebody counts.
SELECT f.asked_at FROM retour.return_facet f
 WHERE f.workspace_id = $1 AND f.asked_at > $2 ORDER BY f.asked_at DESC LIMIT $3

-- :name as_they_are
-- The versions of some returns, and who has them open.
SELECT r.return_id, r.version, l.holder, l.since, l.until, clock_timestamp() AS now
  FROM retour.returns r
  LEFT JOIN retour.return_lease l
         ON l.workspace_id = r.workspace_id AND l.return_id = r.return_id AND l.until > clock_timestamp()
 WHERE r.workspace_id = $1 AND r.return_id = ANY ($2)

-- :name sessions_in_use
-- The digests among some whose sessions were used lately and did not begin too long ago.
SELECT s.digest FROM retour.person_session s
 WHERE s.workspace_id = $1 AND s.digest = ANY ($2)
   AND s.seen_at > clock_timestamp() - $3::interval AND s.begun_at > clock_timestamp() - $4::interval

-- :name decided_last
-- Returns that were decided on lately, the latest first, as far back as somebody looks; some stand twice.
SELECT e.return_id FROM (
  SELECT n.return_id, n.type FROM retour.event n WHERE n.workspace_id = $1 ORDER BY n.event_id DESC LIMIT $3) e
 WHERE e.return_id IS NOT NULL AND e.type = ANY ($2)
