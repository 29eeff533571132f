-- The log of what people and keys did: read, proved, sealed; it is written by triggers and by `audit_act`.

-- :name act
-- Log an act that is no setting; the last thing of its transaction, for the next one waits for it.
SELECT retour.audit_act($1, $2, $3, $4)

-- :name acts
-- The log below a number, newest first, of one act, actor or subject or of all.
SELECT a.number, a.at, a.actor, a.act, a.subject, a.details, a.hash FROM retour.audit a
 WHERE a.workspace_id = $1 AND a.number < $2 AND ($4::text IS NULL OR a.act = $4)
   AND ($5::text IS NULL OR a.actor = $5) AND ($6::text IS NULL OR a.subject = $6)
 ORDER BY a.number DESC LIMIT $3

-- :name chain
-- The log above a number, in order, as it is proved.
SELECT a.number, a.at, a.actor, a.act, a.subject, a.details, a.previous, a.hash FROM retour.audit a
 WHERE a.workspace_id = $1 AND a.number > $2 ORDER BY a.number LIMIT $3

-- :name row_before_hash
-- The place of the row that follows a hash, where there is one.
SELECT a.number FROM retour.audit a
 WHERE a.workspace_id = $1 AND a.previous = $2 ORDER BY a.number LIMIT 1

-- :name head
-- Where the log says that it ends.
SELECT h.number, h.hash FROM retour.audit_head h WHERE h.workspace_id = $1

-- :name heads
-- Where the logs of all workspaces end.
-- across workspaces: heads are noted outside for all that there are
SELECT h.workspace_id, h.number, h.hash FROM retour.audit_head h ORDER BY h.workspace_id

-- :name workspaces
-- All workspaces.
-- across workspaces: events are sealed wherever there are new ones
SELECT w.workspace_id FROM retour.workspace w WHERE w.workspace_id > $1 ORDER BY w.workspace_id LIMIT $2

-- :name last_seal
-- How far the event log has been sealed.
SELECT a.details FROM retour.audit a
 WHERE a.workspace_id = $1 AND a.act = 'event_log.sealed' ORDER BY a.number DESC LIMIT 1

-- :name digest_of_events
-- How many events stand behind a place, up to another or to what is certain by now; the last, and a hash of all.
SELECT count(*) AS count, max(f.tx::text) AS tx, max(f.event_id) AS event_id,
       sha256(coalesce(string_agg(f.hash, ''::bytea ORDER BY f.n), '')) AS hash
  FROM (SELECT row_number() OVER (ORDER BY e.tx, e.event_id) AS n,
               last_value(e.tx) OVER w AS tx, last_value(e.event_id) OVER w AS event_id,
               sha256(convert_to(retour.audit_text(ARRAY[e.event_id, e.type, e.stream, e.stream_sequence::text,
                 coalesce(e.return_id, ''), coalesce(e.sequence::text, ''), extract(epoch FROM e.occurred_at)::text,
                 extract(epoch FROM e.recorded_at)::text, e.actor::text, e.source, e.snapshot::text]), 'UTF8')) AS hash
          FROM (SELECT x.* FROM retour.event x
                 WHERE x.workspace_id = $1 AND (x.tx, x.event_id) > ($2::text::xid8, $3)
                   AND x.tx < pg_snapshot_xmin(pg_current_snapshot())
                   AND ($4::text IS NULL OR (x.tx, x.event_id) <= ($4::text::xid8, $5))
                 ORDER BY x.tx, x.event_id LIMIT $6) e
        WINDOW w AS (ORDER BY e.tx, e.event_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) f

-- :name person_key
-- The key under which a person is marked in the log.
SELECT p.key FROM retour.audit_person p WHERE p.workspace_id = $1 AND p.mark = $2

-- :name add_person_key
-- Make one, unless there is.
INSERT INTO retour.audit_person (workspace_id, mark, key) VALUES ($1, $2, $3)
ON CONFLICT (workspace_id, mark) DO NOTHING

-- :name forget_person
-- Destroy the key of a person: nobody can tell any more which rows were about him.
DELETE FROM retour.audit_person p WHERE p.workspace_id = $1 AND p.mark = ANY ($2) RETURNING p.mark
