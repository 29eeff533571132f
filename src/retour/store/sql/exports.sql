-- Everything of a workspace as one file: asked for, written slice by slice, given out in pieces, dropped.

-- :name tick
-- The database's instant.
SELECT clock_timestamp()

-- :name running_export
-- The export that is being written, where one is.
SELECT x.export_id FROM retour.workspace_export x WHERE x.workspace_id = $1 AND x.state = 'running'

-- :name add_export
-- Begin an export.
INSERT INTO retour.workspace_export (workspace_id, export_id, state, author, created_at)
VALUES ($1, $2, 'running', $3, $4)

-- :name add_export_files
-- Name the files that it will hold.
INSERT INTO retour.workspace_export_file (workspace_id, export_id, position, name)
SELECT $1, $2, f.position, f.name FROM unnest($3::integer[], $4::text[]) AS f(position, name)

-- :name one_export
-- An export as it stands, with how many rows and bytes of all its files there are.
SELECT x.export_id, x.state, x.author, x.failure, x.worked_ms, x.created_at, x.finished_at, x.kept_until,
       f.total, f.rows, f.bytes, f.packed, f.files, f.whole, f.counted
  FROM retour.workspace_export x
 CROSS JOIN LATERAL (
   SELECT coalesce(sum(y.total), 0)::bigint AS total, coalesce(sum(y.rows), 0)::bigint AS rows,
          coalesce(sum(y.bytes), 0)::bigint AS bytes, coalesce(sum(y.packed), 0)::bigint AS packed,
          count(*) AS files, count(*) FILTER (WHERE y.is_whole) AS whole, count(y.total) AS counted
     FROM retour.workspace_export_file y WHERE y.workspace_id = x.workspace_id AND y.export_id = x.export_id) f
 WHERE x.workspace_id = $1 AND x.export_id = $2

-- :name exports
-- Exports below an id, newest first, with how many rows and bytes of all their files there are.
SELECT x.export_id, x.state, x.author, x.failure, x.worked_ms, x.created_at, x.finished_at, x.kept_until,
       f.total, f.rows, f.bytes, f.packed, f.files, f.whole, f.counted
  FROM retour.workspace_export x
 CROSS JOIN LATERAL (
   SELECT coalesce(sum(y.total), 0)::bigint AS total, coalesce(sum(y.rows), 0)::bigint AS rows,
          coalesce(sum(y.bytes), 0)::bigint AS bytes, coalesce(sum(y.packed), 0)::bigint AS packed,
          count(*) AS files, count(*) FILTER (WHERE y.is_whole) AS whole, count(y.total) AS counted
     FROM retour.workspace_export_file y WHERE y.workspace_id = x.workspace_id AND y.export_id = x.export_id) f
 WHERE x.workspace_id = $1 AND x.export_id < $2 ORDER BY x.export_id DESC LIMIT $3

-- :name exports_anywhere
-- Exports to go on with, and those whose time is over. Who looks serves every workspace, and sees no more of them.
-- across workspaces: one process looks for all, as delivery does
SELECT x.workspace_id, x.export_id, x.state FROM retour.workspace_export x
 WHERE x.state = 'running' OR (x.state = 'done' AND x.kept_until < clock_timestamp())
 ORDER BY x.workspace_id, x.export_id LIMIT 100

-- :name take_export
-- Take an export for one slice; nothing where it has ended, or another process is at it.
SELECT x.created_at FROM retour.workspace_export x
 WHERE x.workspace_id = $1 AND x.export_id = $2 AND x.state = 'running' FOR UPDATE SKIP LOCKED

-- :name be_patient
-- Give a slice the time that a large table takes.
SET LOCAL statement_timeout = '120s'

-- :name next_export_file
-- The file that is to be counted or written next: all are counted first.
SELECT f.position, f.name, f.total, f.rows, f.reached, f.pieces, f.crc FROM retour.workspace_export_file f
 WHERE f.workspace_id = $1 AND f.export_id = $2 AND NOT f.is_whole
 ORDER BY f.total IS NOT NULL, f.position LIMIT 1

-- :name export_files
-- The files of an export, in their order.
SELECT f.position, f.name, f.total, f.rows, f.pieces, f.bytes, f.packed, f.crc FROM retour.workspace_export_file f
 WHERE f.workspace_id = $1 AND f.export_id = $2 ORDER BY f.position

-- :name count_rows
-- How many rows of a table there are.
SELECT retour.export_count($1, $2)

-- :name note_total
-- Note how many rows a file will hold.
UPDATE retour.workspace_export_file f SET total = $4
 WHERE f.workspace_id = $1 AND f.export_id = $2 AND f.position = $3

-- :name export_rows
-- The next rows of a table, each as a line of JSON.
SELECT r.key, r.line FROM retour.export_rows($1, $2, $3, $4, $5, $6, $7) r

-- :name add_piece
-- Keep some of a file's bytes.
INSERT INTO retour.workspace_export_piece (workspace_id, export_id, position, n, body) VALUES ($1, $2, $3, $4, $5)

-- :name note_piece
-- Note how far a file is.
UPDATE retour.workspace_export_file f
   SET rows = f.rows + $4, reached = $5, pieces = f.pieces + 1, bytes = f.bytes + $6, packed = f.packed + $7, crc = $8,
       is_whole = $9, total = CASE WHEN $9 THEN f.rows + $4 ELSE f.total END
 WHERE f.workspace_id = $1 AND f.export_id = $2 AND f.position = $3

-- :name note_work
-- Note how long a slice took; nothing has failed any more.
UPDATE retour.workspace_export x SET worked_ms = x.worked_ms + $3, tries = 0
 WHERE x.workspace_id = $1 AND x.export_id = $2

-- :name note_failure
-- Note that a slice failed; after some in a row the export has.
UPDATE retour.workspace_export x
   SET tries = x.tries + 1, failure = CASE WHEN x.tries + 1 >= $4 THEN $3 END,
       state = CASE WHEN x.tries + 1 >= $4 THEN 'failed' ELSE x.state END,
       finished_at = CASE WHEN x.tries + 1 >= $4 THEN clock_timestamp() END
 WHERE x.workspace_id = $1 AND x.export_id = $2 AND x.state = 'running'
RETURNING x.state

-- :name done_exports
-- The export whose file is kept, where there is one.
SELECT x.export_id FROM retour.workspace_export x WHERE x.workspace_id = $1 AND x.state = 'done'

-- :name end_export
-- Have an export be done; its file is kept for so long.
UPDATE retour.workspace_export x
   SET state = 'done', finished_at = clock_timestamp(), kept_until = clock_timestamp() + $3
 WHERE x.workspace_id = $1 AND x.export_id = $2 AND x.state = 'running'

-- :name drop_export
-- End an export that runs, or drop the file of one that is done; says why.
UPDATE retour.workspace_export x
   SET state = CASE WHEN x.state = 'done' THEN 'gone' ELSE $3 END, failure = $4,
       finished_at = coalesce(x.finished_at, clock_timestamp())
 WHERE x.workspace_id = $1 AND x.export_id = $2 AND x.state IN ('running', 'done')
RETURNING x.export_id

-- :name drop_exports
-- The same of all that a workspace has.
UPDATE retour.workspace_export x
   SET state = CASE WHEN x.state = 'done' THEN 'gone' ELSE $2 END, failure = $3,
       finished_at = coalesce(x.finished_at, clock_timestamp())
 WHERE x.workspace_id = $1 AND x.state IN ('running', 'done')
RETURNING x.export_id

-- :name drop_pieces
-- Drop the bytes of exports.
DELETE FROM retour.workspace_export_piece p WHERE p.workspace_id = $1 AND p.export_id = ANY ($2)

-- :name old_exports
-- Ended exports beyond the newest that are listed.
SELECT x.export_id FROM retour.workspace_export x
 WHERE x.workspace_id = $1 AND x.state NOT IN ('running', 'done') ORDER BY x.export_id DESC OFFSET $2 LIMIT 100

-- :name forget_export_files
-- Forget what old exports held.
DELETE FROM retour.workspace_export_file f WHERE f.workspace_id = $1 AND f.export_id = ANY ($2)

-- :name forget_exports
-- Forget old exports.
DELETE FROM retour.workspace_export x WHERE x.workspace_id = $1 AND x.export_id = ANY ($2)

-- :name export_to_give
-- When an export was begun whose file is kept still.
SELECT x.created_at FROM retour.workspace_export x
 WHERE x.workspace_id = $1 AND x.export_id = $2 AND x.state = 'done' AND x.kept_until > clock_timestamp()

-- :name next_piece
-- The next bytes of an export's file, while it is kept.
SELECT p.body FROM retour.workspace_export_piece p
  JOIN retour.workspace_export x ON x.workspace_id = p.workspace_id AND x.export_id = p.export_id
 WHERE p.workspace_id = $1 AND p.export_id = $2 AND p.position = $3 AND p.n = $4
   AND x.state = 'done' AND x.kept_until > clock_timestamp()
