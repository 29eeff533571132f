-- Reports: sums of figures over some days, what is not yet added up among them.

-- :name by_item
-- What two figures come to, item by item, the most of the first first; of one detail or of all.
SELECT f.item AS name, coalesce(sum(f.amount) FILTER (WHERE f.report = $2), 0)::bigint AS first,
       coalesce(sum(f.amount) FILTER (WHERE f.report = $3), 0)::bigint AS second
  FROM (SELECT g.report, g.item, g.detail, g.amount FROM retour.figure g
         WHERE g.workspace_id = $1 AND g.report IN ($2, $3) AND g.day BETWEEN $4 AND $5
        UNION ALL
        SELECT w.report, w.item, w.detail, w.amount FROM retour.figure_change c
         CROSS JOIN unnest(c.reports, c.days, c.items, c.details, c.amounts) AS w(report, day, item, detail, amount)
         WHERE c.workspace_id = $1 AND w.report IN ($2, $3) AND w.day BETWEEN $4 AND $5) f
 WHERE $6::text IS NULL OR f.detail = $6
 GROUP BY f.item HAVING sum(f.amount) <> 0
 ORDER BY 2 DESC, 3 DESC, 1 LIMIT $7

-- :name next_items
-- The same behind an item, in the order of their names: for files, which hold all of them.
SELECT f.item AS name, coalesce(sum(f.amount) FILTER (WHERE f.report = $2), 0)::bigint AS first,
       coalesce(sum(f.amount) FILTER (WHERE f.report = $3), 0)::bigint AS second
  FROM (SELECT g.report, g.item, g.detail, g.amount FROM retour.figure g
         WHERE g.workspace_id = $1 AND g.report IN ($2, $3) AND g.day BETWEEN $4 AND $5
        UNION ALL
        SELECT w.report, w.item, w.detail, w.amount FROM retour.figure_change c
         CROSS JOIN unnest(c.reports, c.days, c.items, c.details, c.amounts) AS w(report, day, item, detail, amount)
         WHERE c.workspace_id = $1 AND w.report IN ($2, $3) AND w.day BETWEEN $4 AND $5) f
 WHERE ($6::text IS NULL OR f.detail = $6) AND f.item > $8
 GROUP BY f.item HAVING sum(f.amount) <> 0
 ORDER BY 1 LIMIT $7

-- :name by_detail
-- The same, detail by detail; of one item or of all.
SELECT f.detail AS name, coalesce(sum(f.amount) FILTER (WHERE f.report = $2), 0)::bigint AS first,
       coalesce(sum(f.amount) FILTER (WHERE f.report = $3), 0)::bigint AS second
  FROM (SELECT g.report, g.item, g.detail, g.amount FROM retour.figure g
         WHERE g.workspace_id = $1 AND g.report IN ($2, $3) AND g.day BETWEEN $4 AND $5
        UNION ALL
        SELECT w.report, w.item, w.detail, w.amount FROM retour.figure_change c
         CROSS JOIN unnest(c.reports, c.days, c.items, c.details, c.amounts) AS w(report, day, item, detail, amount)
         WHERE c.workspace_id = $1 AND w.report IN ($2, $3) AND w.day BETWEEN $4 AND $5) f
 WHERE $6::text IS NULL OR f.item = $6
 GROUP BY f.detail HAVING sum(f.amount) <> 0
 ORDER BY 2 DESC, 3 DESC, 1 LIMIT $7

-- :name next_details
-- What two figures come to behind a detail, in the order of their names; of one item or of all.
SELECT f.detail AS name, coalesce(sum(f.amount) FILTER (WHERE f.report = $2), 0)::bigint AS first,
       coalesce(sum(f.amount) FILTER (WHERE f.report = $3), 0)::bigint AS second
  FROM (SELECT g.report, g.item, g.detail, g.amount FROM retour.figure g
         WHERE g.workspace_id = $1 AND g.report IN ($2, $3) AND g.day BETWEEN $4 AND $5
        UNION ALL
        SELECT w.report, w.item, w.detail, w.amount FROM retour.figure_change c
         CROSS JOIN unnest(c.reports, c.days, c.items, c.details, c.amounts) AS w(report, day, item, detail, amount)
         WHERE c.workspace_id = $1 AND w.report IN ($2, $3) AND w.day BETWEEN $4 AND $5) f
 WHERE ($6::text IS NULL OR f.item = $6) AND f.detail > $8
 GROUP BY f.detail HAVING sum(f.amount) <> 0
 ORDER BY 1 LIMIT $7

-- :name sum_of
-- What a figure comes to, of one detail or of all, or of one item.
SELECT coalesce(sum(f.amount), 0)::bigint
  FROM (SELECT g.item, g.detail, g.amount FROM retour.figure g
         WHERE g.workspace_id = $1 AND g.report = $2 AND g.day BETWEEN $3 AND $4
        UNION ALL
        SELECT w.item, w.detail, w.amount FROM retour.figure_change c
         CROSS JOIN unnest(c.reports, c.days, c.items, c.details, c.amounts) AS w(report, day, item, detail, amount)
         WHERE c.workspace_id = $1 AND w.report = $2 AND w.day BETWEEN $3 AND $4) f
 WHERE ($5::text IS NULL OR f.detail = $5) AND ($6::text IS NULL OR f.item = $6)

-- :name by_both
-- What a figure comes to, item by item and detail by detail.
SELECT f.item, f.detail, sum(f.amount)::bigint AS amount
  FROM (SELECT g.item, g.detail, g.amount FROM retour.figure g
         WHERE g.workspace_id = $1 AND g.report = $2 AND g.day BETWEEN $3 AND $4
        UNION ALL
        SELECT w.item, w.detail, w.amount FROM retour.figure_change c
         CROSS JOIN unnest(c.reports, c.days, c.items, c.details, c.amounts) AS w(report, day, item, detail, amount)
         WHERE c.workspace_id = $1 AND w.report = $2 AND w.day BETWEEN $3 AND $4) f
 GROUP BY f.item, f.detail HAVING sum(f.amount) <> 0
 ORDER BY f.item, f.detail LIMIT $5

-- :name by_day
-- What two figures come to, day by day.
SELECT f.day, coalesce(sum(f.amount) FILTER (WHERE f.report = $2), 0)::bigint AS first,
       coalesce(sum(f.amount) FILTER (WHERE f.report = $3), 0)::bigint AS second
  FROM (SELECT g.report, g.day, g.amount FROM retour.figure g
         WHERE g.workspace_id = $1 AND g.report IN ($2, $3) AND g.day BETWEEN $4 AND $5
        UNION ALL
        SELECT w.report, w.day, w.amount FROM retour.figure_change c
         CROSS JOIN unnest(c.reports, c.days, c.items, c.details, c.amounts) AS w(report, day, item, detail, amount)
         WHERE c.workspace_id = $1 AND w.report IN ($2, $3) AND w.day BETWEEN $4 AND $5) f
 GROUP BY f.day ORDER BY f.day

-- :name latencies
-- How long deliveries took from commit to receipt, in milliseconds: of the newest of a span, subscription by
-- subscription. What a person had sent again does not count.
SELECT d.subscription_id, count(*) AS count,
       percentile_disc(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY d.ms) AS percentiles
  FROM (SELECT l.subscription_id,
               greatest((extract(epoch FROM l.finished_at - e.recorded_at) * 1000)::bigint, 0) AS ms
          FROM (SELECT x.workspace_id, x.subscription_id, x.event_id, x.finished_at FROM retour.delivery_log x
                 WHERE x.workspace_id = $1 AND x.delivery_id >= $2 AND x.delivery_id < $3
                   AND x.status = 'delivered' AND x.resend_of IS NULL
                 ORDER BY x.delivery_id DESC LIMIT $4) l
          JOIN retour.event e ON e.workspace_id = l.workspace_id AND e.event_id = l.event_id
         WHERE e.workspace_id = $1) d
 GROUP BY d.subscription_id ORDER BY count(*) DESC LIMIT $5
