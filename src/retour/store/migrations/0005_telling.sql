-- Looking deliveries up: partial indexes, so that the hot path of telling pays for none of them.
--
-- The first delivery of an event to a subscription is minted at the event's instant, so `delivery_key`
-- finds it by the time in its id; only repetitions, and lanes that are not the return's own, need more.

CREATE INDEX delivery_again ON retour.delivery (workspace_id, event_id) WHERE resend_of IS NOT NULL;
CREATE INDEX delivery_apart ON retour.delivery (workspace_id, return_id, delivery_id) WHERE lane <> return_id;
CREATE INDEX delivery_log_again ON retour.delivery_log (workspace_id, event_id) WHERE resend_of IS NOT NULL;
CREATE INDEX delivery_log_given_up ON retour.delivery_log (workspace_id, delivery_id) WHERE status <> 'delivered';

-- The subscriptions underneath templates and profiles.
CREATE INDEX subscription_template ON retour.subscription (workspace_id, template_id) WHERE template_id IS NOT NULL;
CREATE INDEX subscription_profile ON retour.subscription (workspace_id, profile_id) WHERE profile_id IS NOT NULL;
