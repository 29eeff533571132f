-- :name take_series
-- Draw from series: locked until the commit, as they stand.
SELECT s.kind, s.next, s.year FROM retour.take_series($1, $2) s

-- :name series
-- How the series stand; nothing is drawn.
SELECT s.kind, s.next, s.year FROM retour.paper_series s WHERE s.workspace_id = $1

-- :name paper
-- A document as it was made, with who it is for, as far as that is not erased.
SELECT p.body, p.number, p.return_id, p.made_at, e.personal
  FROM retour.paper p
  LEFT JOIN retour.event e ON e.workspace_id = p.workspace_id AND e.event_id = p.event_id
 WHERE p.workspace_id = $1 AND p.settlement_id = $2 AND p.kind = $3

-- :name papers
-- Documents of one kind, those of the newest settlements first.
SELECT p.settlement_id, p.kind, p.number, p.return_id, p.made_at
  FROM retour.paper p
 WHERE p.workspace_id = $1 AND p.kind = $2 AND p.settlement_id < $3
 ORDER BY p.settlement_id DESC LIMIT $4

-- :name is_given
-- Whether a number was given before.
SELECT EXISTS (SELECT 1 FROM retour.paper p WHERE p.workspace_id = $1 AND p.kind = $2 AND p.number = $3)

-- :name paper_settings
-- What a workspace says of its documents.
SELECT s.body FROM retour.paper_settings s WHERE s.workspace_id = $1

-- :name put_paper_settings
-- Say it anew.
INSERT INTO retour.paper_settings (workspace_id, body) VALUES ($1, $2)
ON CONFLICT (workspace_id) DO UPDATE SET body = EXCLUDED.body

-- :name put_logo
-- Keep a picture; the same again changes nothing.
INSERT INTO retour.paper_logo (workspace_id, digest, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING

-- :name logo
-- A picture by what it is.
SELECT l.body FROM retour.paper_logo l WHERE l.workspace_id = $1 AND l.digest = $2
