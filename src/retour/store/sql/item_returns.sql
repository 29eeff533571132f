-- :name jobs_by_ids
-- Orders that were handed over, with all that came back of each; the caller puts them in order.
SELECT o.order_id, o.stream_sequence, o.body AS order_body, o.customer, l.line_ids, l.counters,
       p.payment_ids, p.reserved, r.bodies, r.words, e.occurred_at
  FROM retour.orders o
  LEFT JOIN LATERAL (
    SELECT array_agg(x.line_id ORDER BY x.position, x.line_id) AS line_ids,
           array_agg(ARRAY[x.delivered, x.requested, x.received, x.accepted, x.rejected, x.settled]
                     ORDER BY x.position, x.line_id) AS counters
      FROM retour.order_line x
     WHERE x.workspace_id = o.workspace_id AND x.order_id = o.order_id) l ON true
  LEFT JOIN LATERAL (
    SELECT array_agg(y.payment_id ORDER BY y.position, y.payment_id) AS payment_ids,
           array_agg(y.reserved ORDER BY y.position, y.payment_id) AS reserved
      FROM retour.payment y
     WHERE y.workspace_id = o.workspace_id AND y.order_id = o.order_id) p ON true
  LEFT JOIN LATERAL (
    SELECT array_agg(z.body ORDER BY z.return_id) AS bodies,
           array_agg(z.words ORDER BY z.return_id) AS words
      FROM retour.returns z
     WHERE z.workspace_id = o.workspace_id AND z.order_id = o.order_id) r ON true
  LEFT JOIN LATERAL (
    SELECT v.occurred_at
      FROM retour.event v
     WHERE v.workspace_id = o.workspace_id AND v.stream = o.order_id
       AND v.stream_sequence = o.stream_sequence) e ON true
 WHERE o.workspace_id = $1 AND o.order_id = ANY ($2) AND o.stream_sequence > 0

-- :name job_ids_after
-- Orders that were handed over, by id.
SELECT o.order_id FROM retour.orders o
 WHERE o.workspace_id = $1 AND o.order_id > $2 AND o.stream_sequence > 0
 ORDER BY o.order_id LIMIT $3

-- :name count_jobs
-- How many orders were handed over, up to a number at which nobody counts any more.
SELECT count(*) FROM (
  SELECT 1 FROM retour.orders o WHERE o.workspace_id = $1 AND o.stream_sequence > 0 LIMIT $2) x

-- :name job_ids_found
-- Orders that a word names: their number, an RMA number, a SKU that came back, an address.
SELECT o.order_id FROM retour.orders o WHERE o.workspace_id = $1 AND o.order_number = $2
UNION
SELECT r.order_id FROM retour.returns r WHERE r.workspace_id = $1 AND r.rma_number = upper($2)
UNION
SELECT r.order_id FROM retour.returns r WHERE r.workspace_id = $1 AND r.email_digest = $3
UNION
SELECT r.order_id
  FROM retour.return_sku s
  JOIN retour.returns r ON r.workspace_id = s.workspace_id AND r.return_id = s.return_id
 WHERE s.workspace_id = $1 AND s.sku = $2
 ORDER BY order_id LIMIT $4

-- :name all_facilities
-- Every facility's names, the oldest first.
SELECT f.code, f.body ->> 'external_id' AS external_id FROM retour.facility f
 WHERE f.workspace_id = $1 ORDER BY f.number LIMIT $2

-- :name configuration
-- What the workspace says about ItemReturns; nothing until it was first put.
SELECT c.version, c.body, c.updated_at FROM retour.return_configuration c WHERE c.workspace_id = $1

-- :name put_configuration
-- Say anew what the workspace says about ItemReturns, unless somebody else did meanwhile.
INSERT INTO retour.return_configuration AS c (workspace_id, version, body, updated_at)
VALUES ($1, $2 + 1, $3, clock_timestamp())
ON CONFLICT (workspace_id) DO UPDATE
   SET version = EXCLUDED.version, body = EXCLUDED.body, updated_at = EXCLUDED.updated_at
 WHERE c.version = $2
RETURNING version
