-- Isolation: row-level security with FORCE on every workspace table, and rights one by one.
--
-- `current_setting('app.ws')` without a fallback: a forgotten workspace is an error, never a row.

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['workspace', 'numbering', 'api_key', 'policy', 'facility', 'orders', 'order_line',
    'payment', 'returns', 'return_sku', 'event', 'subscription', 'subscription_version', 'notification_profile',
    'notification_template', 'lane', 'delivery', 'delivery_log', 'attempt', 'rendering', 'idempotency',
    'sandbox_booking', 'sandbox_fault', 'sandbox_message'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
  -- Delivery serves all workspaces, on the tables of its work only.
  FOREACH v_table IN ARRAY ARRAY['workspace', 'event', 'subscription', 'subscription_version', 'lane', 'delivery',
    'delivery_log', 'attempt', 'rendering', 'idempotency'] LOOP
    EXECUTE format('CREATE POLICY deliver ON retour.%I TO retour_delivery USING (true) WITH CHECK (true)', v_table);
  END LOOP;
END $$;

GRANT USAGE ON SCHEMA retour TO retour_app, retour_delivery;
GRANT USAGE ON SEQUENCE retour.workspace_number TO retour_app;
GRANT SELECT, INSERT, UPDATE ON retour.workspace, retour.numbering, retour.api_key, retour.facility, retour.orders,
  retour.returns, retour.subscription, retour.notification_profile, retour.notification_template TO retour_app;
GRANT SELECT, INSERT ON retour.policy, retour.subscription_version, retour.event, retour.return_sku TO retour_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON retour.order_line, retour.payment, retour.lane, retour.delivery,
  retour.idempotency, retour.sandbox_fault TO retour_app;
GRANT SELECT, INSERT, UPDATE ON retour.sandbox_booking TO retour_app;
GRANT SELECT, INSERT, DELETE ON retour.sandbox_message TO retour_app;
GRANT SELECT, INSERT ON retour.delivery_log TO retour_app;
GRANT SELECT ON retour.attempt, retour.rendering TO retour_app;
GRANT SELECT ON retour.workspace, retour.event, retour.subscription_version TO retour_delivery;
GRANT SELECT, UPDATE ON retour.subscription TO retour_delivery;
GRANT SELECT, INSERT, UPDATE, DELETE ON retour.lane, retour.delivery TO retour_delivery;
GRANT SELECT, INSERT ON retour.delivery_log, retour.attempt, retour.rendering TO retour_delivery;
GRANT SELECT, DELETE ON retour.idempotency TO retour_delivery;
