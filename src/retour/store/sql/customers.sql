-- :name add_entry
-- List a value that no list holds yet; no row where one does.
INSERT INTO retour.list_entry (workspace_id, entry_id, list, kind, mark, hint, reason, note, author, expires_at,
    created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (workspace_id, kind, mark) DO NOTHING
RETURNING entry_id

-- :name entry_of_mark
-- The entry that holds a value.
SELECT l.entry_id, l.list FROM retour.list_entry l
 WHERE l.workspace_id = $1 AND l.kind = $2 AND l.mark = $3

-- :name one_entry
-- An entry by its id.
SELECT l.entry_id, l.list, l.kind, l.hint, l.reason, l.note, l.author, l.expires_at, l.created_at
  FROM retour.list_entry l WHERE l.workspace_id = $1 AND l.entry_id = $2

-- :name entries
-- Entries below an id, newest first, of one list and one kind or of all.
SELECT l.entry_id, l.list, l.kind, l.hint, l.reason, l.note, l.author, l.expires_at, l.created_at
  FROM retour.list_entry l
 WHERE l.workspace_id = $1 AND l.entry_id < $2
   AND ($4::text IS NULL OR l.list = $4) AND ($5::text IS NULL OR l.kind = $5)
 ORDER BY l.entry_id DESC LIMIT $3

-- :name change_entry
-- Say anew what an entry says; the value it holds stays.
UPDATE retour.list_entry l SET list = $3, reason = $4, note = $5, expires_at = $6
 WHERE l.workspace_id = $1 AND l.entry_id = $2

-- :name remove_entry
-- Take an entry off its list.
DELETE FROM retour.list_entry l WHERE l.workspace_id = $1 AND l.entry_id = $2 RETURNING l.entry_id

-- :name business_now
-- The workspace's business time.
SELECT clock_timestamp() + w.clock_offset_us * interval '1 microsecond'
  FROM retour.workspace w WHERE w.workspace_id = $1

-- :name forget_orders
-- Forget whose some orders are.
DELETE FROM retour.order_mark m WHERE m.workspace_id = $1 AND m.order_id = ANY ($2)

-- :name entries_of_marks
-- Take persons off all lists.
DELETE FROM retour.list_entry l
 USING unnest($2::text[], $3::bytea[]) AS d(kind, mark)
 WHERE l.workspace_id = $1 AND l.kind = d.kind AND l.mark = d.mark
RETURNING l.entry_id

-- :name count_entries_of_marks
-- How many entries hold persons.
SELECT count(*) FROM retour.list_entry l
  JOIN unnest($2::text[], $3::bytea[]) AS d(kind, mark) ON l.kind = d.kind AND l.mark = d.mark
 WHERE l.workspace_id = $1

-- :name marks_of_orders
-- Every mark that some orders bear.
SELECT DISTINCT m.kind, m.digest FROM retour.order_mark m
 WHERE m.workspace_id = $1 AND m.order_id = ANY ($2)
