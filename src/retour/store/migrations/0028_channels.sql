-- Channels: a merchant's account at ChannelEngine, and the returns that marketplaces declared there.

-- An account; what proves us there is sealed. It looks for returns when it is due, and while `stage` is live.
-- `watermark`: everything created there before it has been seen.
CREATE TABLE retour.channel_account (
  workspace_id bigint NOT NULL,
  code text COLLATE "C" NOT NULL,
  tenant text NOT NULL,
  name text NOT NULL,
  credentials bytea NOT NULL,
  stage text NOT NULL CHECK (stage IN ('setup', 'live', 'paused')),
  facts json NOT NULL,
  watermark timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  polled_at timestamptz,
  trouble text,
  version integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, code),
  CONSTRAINT one_channel_account UNIQUE (workspace_id)
);
CREATE INDEX channel_account_due ON retour.channel_account (due_at) WHERE stage = 'live';

-- A return that a marketplace declared, under the channel's own id. `found`: not yet tried; `unmatched`: for a person;
-- `open`: a return of ours; `canceled` and `dismissed`: over. `parts` says which lines of the order each product is.
CREATE TABLE retour.channel_return (
  workspace_id bigint NOT NULL,
  code text COLLATE "C" NOT NULL,
  foreign_id bigint NOT NULL,
  status text NOT NULL CHECK (status IN ('found', 'unmatched', 'open', 'canceled', 'dismissed')),
  marketplace text,
  merchant_order_no text,
  channel_order_no text,
  body json NOT NULL,
  why text,
  return_id text COLLATE "C",
  parts json,
  declared_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  acknowledged_at timestamptz,
  PRIMARY KEY (workspace_id, code, foreign_id)
);
CREATE INDEX channel_return_status ON retour.channel_return (workspace_id, status, foreign_id);
CREATE UNIQUE INDEX channel_return_of ON retour.channel_return (workspace_id, return_id) WHERE return_id IS NOT NULL;
CREATE INDEX channel_return_order ON retour.channel_return (workspace_id, merchant_order_no, foreign_id);
CREATE INDEX channel_return_unacknowledged ON retour.channel_return (workspace_id, foreign_id)
  WHERE status = 'open' AND acknowledged_at IS NULL;

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['channel_account', 'channel_return'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
END $$;
CREATE POLICY find ON retour.channel_account FOR SELECT TO retour_delivery USING (stage = 'live');
GRANT SELECT, INSERT, UPDATE, DELETE ON retour.channel_account TO retour_app;
GRANT SELECT, INSERT, UPDATE ON retour.channel_return TO retour_app;
GRANT SELECT (workspace_id, code, due_at, stage) ON retour.channel_account TO retour_delivery;
