-- What is done behind commits: figures added up, and returns of before gone through.

-- :name with_changes
-- Workspaces whose figures have changes to be added up.
-- across workspaces: they are added up wherever there are any
WITH RECURSIVE w AS (
  (SELECT c.workspace_id FROM retour.figure_change c ORDER BY c.workspace_id LIMIT 1)
  UNION ALL
  SELECT (SELECT c.workspace_id FROM retour.figure_change c
           WHERE c.workspace_id > w.workspace_id ORDER BY c.workspace_id LIMIT 1)
    FROM w WHERE w.workspace_id IS NOT NULL)
SELECT w.workspace_id FROM w WHERE w.workspace_id IS NOT NULL

-- :name behind
-- Workspaces with orders and returns from before lists and figures were kept.
-- across workspaces: they are gone through wherever there are any
SELECT DISTINCT c.workspace_id FROM retour.catching_up c

-- :name add_up
-- Add up what commits have changed, so many of them.
SELECT retour.add_up($1, $2)

-- :name tick
-- Database time, of a workspace that is there.
SELECT clock_timestamp() FROM retour.workspace w WHERE w.workspace_id = $1

-- :name reached
-- How far a workspace has been gone through; whoever asks first has the next portion.
SELECT c.kind, c.below FROM retour.catching_up c
 WHERE c.workspace_id = $1 ORDER BY c.kind LIMIT 1 FOR UPDATE SKIP LOCKED

-- :name reach
-- Note how far.
UPDATE retour.catching_up c SET below = $3 WHERE c.workspace_id = $1 AND c.kind = $2

-- :name caught_up
-- Everything of a kind has been gone through.
DELETE FROM retour.catching_up c WHERE c.workspace_id = $1 AND c.kind = $2

-- :name orders_below
-- Orders below an id, the newest first, held so that no commit comes between.
SELECT o.order_id, o.body, o.customer,
       (SELECT json_agg(json_build_object('id', l.line_id, 'delivered', l.delivered))
          FROM retour.order_line l
         WHERE l.workspace_id = o.workspace_id AND l.order_id = o.order_id) AS delivered
  FROM retour.orders o WHERE o.workspace_id = $1 AND o.order_id < $2
 ORDER BY o.order_id DESC LIMIT $3 FOR UPDATE OF o

-- :name returns_of_order
-- An order's returns; whoever holds the order holds them.
SELECT r.return_id, r.body FROM retour.returns r WHERE r.workspace_id = $1 AND r.order_id = $2

-- :name returns_below
-- Returns below an id with their orders, the newest first, held so that no commit comes between.
SELECT r.return_id, r.body, o.body AS order_body
  FROM retour.returns r
  JOIN retour.orders o ON o.workspace_id = r.workspace_id AND o.order_id = r.order_id
 WHERE r.workspace_id = $1 AND r.return_id < $2
 ORDER BY r.return_id DESC LIMIT $3 FOR UPDATE OF r
