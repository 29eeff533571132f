-- Lists and search: a workspace with as many returns as asked, copies of one that was really made.

-- :name copy_orders
-- Copies order $2 as numbers $3 to $4, each half a minute before the next.
INSERT INTO retour.orders (workspace_id, order_id, order_number, version, stream_sequence, body, customer,
    email_digest, created_at, updated_at)
  SELECT o.workspace_id, i.id, i.number, 1, 1,
         replace(replace(o.body::text, o.order_id, i.id), o.order_number, i.number)::json,
         replace(o.customer::text, 'mira.sand@example.com', 'u' || i.n || '@shop.example')::json,
         sha256(i.n::text::bytea), i.at, i.at
    FROM (SELECT x.* FROM retour.orders x WHERE x.workspace_id = $1 AND x.order_id = $2) o
    CROSS JOIN (SELECT n, 'L' || lpad(n::text, 8, '0') AS number, t.at,
                       retour.time_prefix('ord', t.at) || lpad(n::text, 16, '0') AS id
                  FROM generate_series($3::integer, $4::integer) AS n
                  CROSS JOIN LATERAL (SELECT '2026-01-01Z'::timestamptz + n * interval '30 seconds' AS at) t) i

-- :name copy_returns
-- Copies return $2 as numbers $3 to $4: two of each order, nine of ten completed; sixty of the oldest are rejected,
-- all of one SKU, so that a combination is there that is rare at any size.
INSERT INTO retour.returns (workspace_id, return_id, order_id, order_number, number, rma_number, status, version,
    sequence, body, words, email_digest, created_at, updated_at)
  SELECT r.workspace_id, i.id, i.order_id, i.order_number, i.n, i.rma, i.status, 1, 1,
         replace(replace(replace(replace(replace(r.body::text, r.return_id, i.id), r.order_number, i.order_number),
           r.rma_number, i.rma), '"status":"requested"', '"status":"' || i.status || '"'), 'SKU-1', i.sku)::json,
         r.words, sha256((i.n / 2)::text::bytea), i.at, i.at
    FROM (SELECT x.* FROM retour.returns x WHERE x.workspace_id = $1 AND x.return_id = $2) r
    CROSS JOIN (SELECT n, t.at, 'K' || lpad(n::text, 8, '0') AS rma, 'SKU-' || n % 100 AS sku,
                       retour.time_prefix('ret', t.at) || lpad(n::text, 16, '0') AS id,
                       'L' || lpad((n / 2)::text, 8, '0') AS order_number,
                       retour.time_prefix('ord', '2026-01-01Z'::timestamptz + (n / 2) * interval '30 seconds')
                         || lpad((n / 2)::text, 16, '0') AS order_id,
                       CASE WHEN n < 6000 AND n % 100 = 7 THEN 'rejected'
                            WHEN n / 100 % 50 < 45 THEN 'completed' WHEN n / 100 % 50 < 47 THEN 'received'
                            WHEN n / 100 % 50 < 49 THEN 'authorized' ELSE 'requested' END AS status
                  FROM generate_series($3::integer, $4::integer) AS n
                  CROSS JOIN LATERAL (SELECT '2026-01-01Z'::timestamptz + n * interval '15 seconds' AS at) t) i

-- :name copy_words
-- Gives those returns the words by which they are found.
INSERT INTO retour.search_word (workspace_id, word, subject, is_personal)
  SELECT r.workspace_id, w.word, r.return_id, false
    FROM retour.returns r
    CROSS JOIN LATERAL (VALUES
      ('sku:sku' || r.number % 100), ('reason:r' || r.number % 12), ('channel:c' || r.number % 5),
      ('origin:api')) AS t(tag)
    CROSS JOIN LATERAL (VALUES (t.tag), ('=' || r.status || ' ' || t.tag)) AS w(word)
   WHERE r.workspace_id = $1 AND r.number BETWEEN $2 AND $3 AND r.rma_number LIKE 'K%'
UNION ALL
  SELECT r.workspace_id, w.word, r.return_id, false
    FROM retour.returns r
    CROSS JOIN LATERAL (VALUES
      (lower(r.rma_number)), (replace(r.return_id, '_', '')),
      ('jd' || lpad(((r.number * 7919) % 100000000)::text, 10, '0')), ('sku' || r.number % 100)) AS w(word)
   WHERE r.workspace_id = $1 AND r.number BETWEEN $2 AND $3 AND r.rma_number LIKE 'K%'

-- :name copy_order_words
-- Gives those orders theirs; marks of persons come from $2 and $3, by their order's number.
INSERT INTO retour.search_word (workspace_id, word, subject, is_personal)
  SELECT $1::bigint, w.word, retour.time_prefix('ord', '2026-01-01Z'::timestamptz + p.n * interval '30 seconds')
           || lpad(p.n::text, 16, '0'), w.personal
    FROM unnest($2::integer[], $3::text[], $4::text[]) AS p(n, mark, local)
    CROSS JOIN LATERAL (VALUES ('l' || lpad(p.n::text, 8, '0'), false), (p.mark, true), (p.local, true))
      AS w(word, personal)

-- :name copy_facets
-- Gives them what lists narrow by, and what sums need.
INSERT INTO retour.return_facet (workspace_id, return_id, asked_at, reason, channel, facility, value, currency)
  SELECT r.workspace_id, r.return_id, r.created_at, 'r' || r.number % 12, 'c' || r.number % 5, 'main',
         1000 + r.number % 20000, 'EUR'
    FROM retour.returns r
   WHERE r.workspace_id = $1 AND r.number BETWEEN $2 AND $3 AND r.rma_number LIKE 'K%'

-- :name copy_concerns
-- Lets those that are requested wait for somebody, as many as there would be at any time.
INSERT INTO retour.concern (workspace_id, return_id, cause, since)
  SELECT r.workspace_id, r.return_id, 'authorize', r.created_at
    FROM retour.returns r
   WHERE r.workspace_id = $1 AND r.status = 'requested' AND r.rma_number LIKE 'K%'
   ORDER BY r.return_id DESC LIMIT $2

-- :name copy_skus
-- Gives them the SKUs they hold.
INSERT INTO retour.return_sku (workspace_id, sku, return_id)
  SELECT r.workspace_id, 'SKU-' || r.number % 100, r.return_id
    FROM retour.returns r
   WHERE r.workspace_id = $1 AND r.number BETWEEN $2 AND $3 AND r.rma_number LIKE 'K%'

-- :name copy_figures
-- Gives the workspace the figures that so many returns leave over a year, as added up.
INSERT INTO retour.figure (workspace_id, report, day, item, detail, amount)
  SELECT $1::bigint, k.report, '2026-01-01'::date + (n / 2880), 'SKU-' || n % 100, 'c' || n % 5, count(*)
    FROM generate_series(0, $2::integer - 1) AS n CROSS JOIN (VALUES ('returned'), ('sold')) AS k(report)
   GROUP BY 1, 2, 3, 4, 5

-- :name drop_index
-- Lets go of the largest index while rows are poured in.
ALTER TABLE retour.search_word DROP CONSTRAINT search_word_pkey

-- :name make_index
-- Has it back.
ALTER TABLE retour.search_word ADD PRIMARY KEY (workspace_id, word, subject)
