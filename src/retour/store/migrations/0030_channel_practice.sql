-- Channels in full: how far a set-up has come, a key that is refused, goods of returns that marketplaces canceled,
-- products called otherwise there, and a ChannelEngine to practise with.

-- `refused`: the key is known no more; nothing is looked for until there is another.  `tested_at` and `rehearsed_at`
-- are of the last test call and dry run that came well with the account as it stands; `hook_at` is when our address
-- was last seen among its webhooks.
ALTER TABLE retour.channel_account
  ADD COLUMN tested_at timestamptz,
  ADD COLUMN rehearsed_at timestamptz,
  ADD COLUMN live_at timestamptz,
  ADD COLUMN hook_at timestamptz,
  ADD COLUMN refused_at timestamptz;
ALTER TABLE retour.channel_account DROP CONSTRAINT channel_account_stage_check;
ALTER TABLE retour.channel_account ADD CONSTRAINT channel_account_stage_check
  CHECK (stage IN ('setup', 'live', 'paused', 'refused'));

-- `recalled`: canceled by the marketplace when the goods were here already; a person says what becomes of the money.
-- `tried_at`: when it was last found to match nothing.
ALTER TABLE retour.channel_return ADD COLUMN tried_at timestamptz;
ALTER TABLE retour.channel_return DROP CONSTRAINT channel_return_status_check;
ALTER TABLE retour.channel_return ADD CONSTRAINT channel_return_status_check
  CHECK (status IN ('found', 'unmatched', 'open', 'recalled', 'canceled', 'dismissed'));

-- What a buyer wrote is kept while the return waits to be matched; from then on the return itself has it.
ALTER TABLE retour.channel_return NO FORCE ROW LEVEL SECURITY;
-- across workspaces: it is forgotten everywhere
UPDATE retour.channel_return
   SET body = (body::jsonb - 'CustomerComment' - 'MerchantComment' - 'ExtraData')::json
 WHERE status NOT IN ('found', 'unmatched');
ALTER TABLE retour.channel_return FORCE ROW LEVEL SECURITY;

-- A product that a channel calls otherwise than we do.
CREATE TABLE retour.channel_product (
  workspace_id bigint NOT NULL,
  code text COLLATE "C" NOT NULL,
  product text COLLATE "C" NOT NULL,
  sku text NOT NULL,
  mapped_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, code, product)
);

-- A sandbox's ChannelEngine: all that it knows and was told, as one document.
CREATE TABLE retour.sandbox_channelengine (
  workspace_id bigint NOT NULL PRIMARY KEY,
  body bytea NOT NULL,
  changed_at timestamptz NOT NULL
);

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['channel_product', 'sandbox_channelengine'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON retour.channel_product TO retour_app;
GRANT SELECT, INSERT, UPDATE ON retour.sandbox_channelengine TO retour_app;
