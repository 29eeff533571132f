-- :name brand
-- What a workspace says of its look.
SELECT b.body FROM retour.brand b WHERE b.workspace_id = $1

-- :name put_brand
-- Say it anew.
INSERT INTO retour.brand (workspace_id, body) VALUES ($1, $2)
ON CONFLICT (workspace_id) DO UPDATE SET body = EXCLUDED.body

-- :name put_font
-- Keep a font; the same again changes nothing.
INSERT INTO retour.brand_font (workspace_id, digest, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING

-- :name font
-- A font by what it is.
SELECT f.body FROM retour.brand_font f WHERE f.workspace_id = $1 AND f.digest = $2

-- :name mail_look
-- All that a mail's page says of the merchant: name, brand, documents' logo, and the labels to withdraw by.
SELECT w.name, b.body AS brand, p.body AS papers, s.body AS withdrawals
  FROM retour.workspace w
  LEFT JOIN retour.brand b ON b.workspace_id = w.workspace_id
  LEFT JOIN retour.paper_settings p ON p.workspace_id = w.workspace_id
  LEFT JOIN retour.withdrawal_settings s ON s.workspace_id = w.workspace_id
 WHERE w.workspace_id = $1
