-- Withdrawals in full: acknowledged by mail, judged by the clock, followed by a return, erased when their time is over.

-- What was said, apart from its record: all of it that is personal. It can be dropped, and never rewritten; the digest
-- in the record tells whether it is what was said.
CREATE TABLE retour.withdrawal_content (
  workspace_id bigint NOT NULL,
  withdrawal_id text COLLATE "C" NOT NULL,
  content bytea NOT NULL,
  PRIMARY KEY (workspace_id, withdrawal_id)
);

-- What became of a statement, one record behind the other: the first names the hash of the statement's own.
CREATE TABLE retour.withdrawal_act (
  workspace_id bigint NOT NULL,
  withdrawal_id text COLLATE "C" NOT NULL,
  n integer NOT NULL CHECK (n > 0),
  kind text NOT NULL,
  record bytea NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (workspace_id, withdrawal_id, n)
);

-- What a workspace has said about withdrawals; one that has said nothing has no row.
CREATE TABLE retour.withdrawal_settings (
  workspace_id bigint NOT NULL,
  body json NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id)
);

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['withdrawal_content', 'withdrawal_act', 'withdrawal_settings'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
END $$;

ALTER TABLE retour.withdrawal
  ADD COLUMN refund_by timestamptz,
  ADD COLUMN period_ends_at timestamptz,
  ADD COLUMN in_time boolean,
  ADD COLUMN acknowledgement text NOT NULL DEFAULT 'none'
    CHECK (acknowledgement IN ('waiting', 'sent', 'failed', 'none')),
  ADD COLUMN acknowledged_at timestamptz,
  ADD COLUMN return_id text COLLATE "C",
  ADD COLUMN duplicate_of text COLLATE "C",
  ADD COLUMN erased_at timestamptz;

ALTER TABLE retour.withdrawal NO FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.withdrawal_content NO FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.workspace NO FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.subscription NO FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.subscription_version NO FORCE ROW LEVEL SECURITY;

-- across workspaces: what was said moves, once
INSERT INTO retour.withdrawal_content (workspace_id, withdrawal_id, content)
SELECT w.workspace_id, w.withdrawal_id, w.content FROM retour.withdrawal w;

-- across workspaces: each has its own zone, in which the day of receipt is not counted
UPDATE retour.withdrawal w
   SET refund_by = ((w.received_at AT TIME ZONE s.zone)::date + 15)::timestamp AT TIME ZONE s.zone
  FROM retour.workspace s WHERE s.workspace_id = w.workspace_id;

-- across workspaces: acknowledgements are the house's own, in every workspace there is
INSERT INTO retour.subscription (workspace_id, subscription_id, kind, version, state, state_at, created_at)
SELECT s.workspace_id, 'sub_acknowledgement', 'acknowledgement', 1, 'active', clock_timestamp(), clock_timestamp()
  FROM retour.workspace s;

-- across workspaces: the same
INSERT INTO retour.subscription_version (workspace_id, subscription_id, version, body, created_at)
SELECT s.workspace_id, 'sub_acknowledgement', 1,
       '{"kind":"acknowledgement","target":"customer","events":["withdrawal.received"],"ordering":"none"}',
       clock_timestamp()
  FROM retour.workspace s;

-- across workspaces: everyone has one more to tell
UPDATE retour.workspace SET epoch = epoch + 1;

ALTER TABLE retour.withdrawal FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.withdrawal_content FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.workspace FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.subscription FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.subscription_version FORCE ROW LEVEL SECURITY;

ALTER TABLE retour.withdrawal
  DROP COLUMN content,
  ALTER COLUMN refund_by SET NOT NULL,
  DROP CONSTRAINT withdrawal_status_check,
  DROP CONSTRAINT matched_to_an_order,
  ADD CONSTRAINT withdrawal_status_check CHECK (status IN ('matched', 'unmatched', 'duplicate', 'dismissed')),
  ADD CONSTRAINT matched_to_an_order CHECK (status <> 'matched' OR order_id IS NOT NULL),
  ADD CONSTRAINT unmatched_has_no_order CHECK (status <> 'unmatched' OR order_id IS NULL),
  ADD CONSTRAINT duplicate_of_another CHECK ((status = 'duplicate') = (duplicate_of IS NOT NULL)),
  ADD CONSTRAINT duplicate_of_no_other CHECK (duplicate_of <> withdrawal_id);

-- The queues of agents: each holds little, however many statements there are.
CREATE INDEX withdrawal_late ON retour.withdrawal (workspace_id, withdrawal_id)
  WHERE NOT in_time AND return_id IS NULL;
CREATE INDEX withdrawal_unacknowledged ON retour.withdrawal (workspace_id, withdrawal_id)
  WHERE acknowledgement = 'failed';
CREATE INDEX withdrawal_refund ON retour.withdrawal (workspace_id, refund_by, withdrawal_id) WHERE status = 'matched';
CREATE INDEX withdrawal_returnless ON retour.withdrawal (workspace_id, withdrawal_id)
  WHERE status = 'matched' AND return_id IS NULL;

GRANT SELECT, INSERT, DELETE ON retour.withdrawal_content TO retour_app;
GRANT SELECT, INSERT ON retour.withdrawal_act TO retour_app;
GRANT SELECT, INSERT, UPDATE ON retour.withdrawal_settings TO retour_app;
GRANT UPDATE (period_ends_at, in_time, acknowledgement, acknowledged_at, return_id, duplicate_of, erased_at,
  email_digest) ON retour.withdrawal TO retour_app;
-- Erasing turns what events say of persons to stone, and drops the bytes that were made of it: nothing else of an
-- event can be changed.
GRANT UPDATE (personal) ON retour.event TO retour_app;
GRANT DELETE ON retour.rendering TO retour_app;
