-- :name insert_subscription
-- Make a subscription; what it says goes to its first version.
INSERT INTO retour.subscription (workspace_id, subscription_id, kind, version, state, state_at, secrets,
    template_id, profile_id, created_at)
VALUES ($1, $2, $3, 1, 'active', clock_timestamp(), $4, $5, $6, clock_timestamp())

-- :name insert_subscription_version
-- Keep what a subscription says from this version on.
INSERT INTO retour.subscription_version (workspace_id, subscription_id, version, body, created_at)
VALUES ($1, $2, $3, $4, clock_timestamp())
