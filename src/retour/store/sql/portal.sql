-- :name portal_settings
-- What a workspace has said about its portal.
SELECT s.body FROM retour.portal_settings s WHERE s.workspace_id = $1

-- :name portal_version
-- Which version of that stands.
SELECT s.version FROM retour.portal_settings s WHERE s.workspace_id = $1

-- :name put_portal_settings
-- Say it anew.
INSERT INTO retour.portal_settings (workspace_id, body, updated_at) VALUES ($1, $2, clock_timestamp())
ON CONFLICT (workspace_id) DO UPDATE
  SET body = EXCLUDED.body, updated_at = EXCLUDED.updated_at, version = portal_settings.version + 1

-- :name put_article
-- Make an article, or say anew what it is; tells whether it is new.
INSERT INTO retour.article (workspace_id, article, body, updated_at) VALUES ($1, $2, $3, clock_timestamp())
ON CONFLICT (workspace_id, article) DO UPDATE SET body = EXCLUDED.body, updated_at = EXCLUDED.updated_at
RETURNING xmax = 0 AS is_new

-- :name drop_article_skus
-- Forget which SKUs an article has.
DELETE FROM retour.article_sku WHERE workspace_id = $1 AND article = $2

-- :name add_article_skus
-- Say which SKUs an article has; gives them, but for those that are another's and stay so.
INSERT INTO retour.article_sku (workspace_id, sku, article)
  SELECT $1, g.sku, $2 FROM unnest($3::text[]) AS g(sku)
  ON CONFLICT (workspace_id, sku) DO NOTHING
  RETURNING sku

-- :name one_article
-- One article.
SELECT a.article, a.body FROM retour.article a WHERE a.workspace_id = $1 AND a.article = $2

-- :name list_articles
-- Articles by name.
SELECT a.article, a.body FROM retour.article a
 WHERE a.workspace_id = $1 AND a.article > $2
 ORDER BY a.article LIMIT $3

-- :name delete_article
-- Forget an article with its variants.
DELETE FROM retour.article WHERE workspace_id = $1 AND article = $2 RETURNING article

-- :name articles_of
-- The articles that SKUs are variants of.
SELECT s.sku, a.body
  FROM retour.article_sku s
  JOIN retour.article a ON a.workspace_id = $1 AND a.article = s.article
 WHERE s.workspace_id = $1 AND s.sku = ANY($2::text[])

-- :name returns_together
-- The returns that share a parcel with one: itself, and who was asked for together with it.
SELECT r.return_id, r.body
  FROM retour.returns r
 WHERE r.workspace_id = $1 AND (r.return_id = $2 OR (r.body ->> 'together_with') = $2)
 ORDER BY r.return_id LIMIT $3

-- :name return_known_as
-- The return with an RMA number, or else the one of the newest box with a tracking number.
SELECT coalesce(
  (SELECT r.return_id FROM retour.returns r WHERE r.workspace_id = $1 AND r.rma_number = upper($2)),
  (SELECT p.return_id FROM retour.parcel p
    WHERE p.workspace_id = $1 AND p.tracking_key = retour.tracking_key($2) AND p.is_owner
    ORDER BY p.status = 'voided', p.parcel_id DESC LIMIT 1))
