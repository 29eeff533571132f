-- :name add_profile
-- Make a profile.
INSERT INTO retour.notification_profile (workspace_id, profile_id, body, created_at) VALUES ($1, $2, $3, $4)

-- :name set_profile
-- Say anew where a profile leads to.
UPDATE retour.notification_profile SET body = $3 WHERE workspace_id = $1 AND profile_id = $2

-- :name delete_profile
-- Mark a profile as deleted.
UPDATE retour.notification_profile SET deleted_at = $3 WHERE workspace_id = $1 AND profile_id = $2

-- :name profiles
-- Some profiles by their ids, deleted ones left out.
SELECT profile_id, body, created_at FROM retour.notification_profile
 WHERE workspace_id = $1 AND profile_id = ANY ($2) AND deleted_at IS NULL

-- :name list_profiles
-- The newest profiles below an id.
SELECT profile_id, body, created_at FROM retour.notification_profile
 WHERE workspace_id = $1 AND profile_id < $2 AND deleted_at IS NULL
 ORDER BY profile_id DESC LIMIT $3

-- :name add_template
-- Make a template.
INSERT INTO retour.notification_template (workspace_id, template_id, version, body, created_at)
VALUES ($1, $2, 1, $3, $4)

-- :name set_template
-- Give a template its next version.
UPDATE retour.notification_template SET version = $3, body = $4 WHERE workspace_id = $1 AND template_id = $2

-- :name delete_template
-- Mark a template as deleted.
UPDATE retour.notification_template SET deleted_at = $3 WHERE workspace_id = $1 AND template_id = $2

-- :name one_template
-- A template, unless it is deleted.
SELECT template_id, version, body, created_at FROM retour.notification_template
 WHERE workspace_id = $1 AND template_id = $2 AND deleted_at IS NULL

-- :name list_templates
-- The newest templates below an id.
SELECT template_id, version, body, created_at FROM retour.notification_template
 WHERE workspace_id = $1 AND template_id < $2 AND deleted_at IS NULL
 ORDER BY template_id DESC LIMIT $3

-- :name pairs_of_template
-- The subscriptions underneath a template.
SELECT s.subscription_id, s.kind, s.version, s.state, s.state_reason, s.state_at, s.hold_until,
       s.failures, s.failing_since, s.secrets, s.template_id, s.profile_id, s.created_at, v.body
  FROM retour.subscription s
  JOIN retour.subscription_version v
    ON v.workspace_id = s.workspace_id AND v.subscription_id = s.subscription_id AND v.version = s.version
 WHERE s.workspace_id = $1 AND s.template_id = $2 AND s.state <> 'deleted'
 ORDER BY s.subscription_id

-- :name own_subscription
-- The subscription that a profile's tests go through.
SELECT s.subscription_id, s.kind, s.version, s.state, s.state_reason, s.state_at, s.hold_until,
       s.failures, s.failing_since, s.secrets, s.template_id, s.profile_id, s.created_at, v.body
  FROM retour.subscription s
  JOIN retour.subscription_version v
    ON v.workspace_id = s.workspace_id AND v.subscription_id = s.subscription_id AND v.version = s.version
 WHERE s.workspace_id = $1 AND s.profile_id = $2 AND s.template_id IS NULL AND s.state <> 'deleted'

-- :name templates_of_profile
-- The templates that use a profile.
SELECT DISTINCT template_id FROM retour.subscription
 WHERE workspace_id = $1 AND profile_id = $2 AND template_id IS NOT NULL AND state <> 'deleted'
 ORDER BY template_id

-- :name customer_profile
-- The first profile whose mails go to the customer of each return.
SELECT profile_id, body, created_at FROM retour.notification_profile
 WHERE workspace_id = $1 AND deleted_at IS NULL
   AND body->>'type' = 'email' AND body->>'target' = 'customer'
 ORDER BY profile_id LIMIT 1

-- :name mails_of_profile
-- The templates of mails through a profile.
SELECT t.template_id, t.version, t.body, t.created_at FROM retour.notification_template t
 WHERE t.workspace_id = $1 AND t.deleted_at IS NULL AND t.body->>'type' = 'email'
   AND t.template_id IN (
     SELECT s.template_id FROM retour.subscription s
      WHERE s.workspace_id = $1 AND s.profile_id = $2 AND s.state <> 'deleted')
 ORDER BY t.template_id LIMIT $3

-- :name keep_template_version
-- Keep what a template says from this version on, and who had it say so.
INSERT INTO retour.notification_template_version (workspace_id, template_id, version, body, made_by, note, restored,
    created_at)
VALUES ($1, $2, $3, $4, coalesce(nullif(current_setting('app.actor', true), ''), 'house'), $5, $6, clock_timestamp())

-- :name template_versions
-- The newest versions of a template below a number.
SELECT version, body, made_by, note, restored, created_at FROM retour.notification_template_version
 WHERE workspace_id = $1 AND template_id = $2 AND version < $3
 ORDER BY version DESC LIMIT $4

-- :name one_template_version
-- What a template said at one version.
SELECT version, body, made_by, note, restored, created_at FROM retour.notification_template_version
 WHERE workspace_id = $1 AND template_id = $2 AND version = $3

-- :name subscriptions_of_profiles
-- The subscriptions underneath some profiles, their tests' among them; ended ones left out.
SELECT s.subscription_id, s.kind, s.version, s.state, s.state_reason, s.state_at, s.hold_until,
       s.failures, s.failing_since, s.secrets, s.template_id, s.profile_id, s.created_at, v.body
  FROM retour.subscription s
  JOIN retour.subscription_version v
    ON v.workspace_id = s.workspace_id AND v.subscription_id = s.subscription_id AND v.version = s.version
 WHERE s.workspace_id = $1 AND s.profile_id = ANY ($2) AND s.state <> 'deleted'
 ORDER BY s.subscription_id
