-- Payments: a merchant's accounts at processors, and what processors tell that no leg explains.

-- A merchant's account at a processor, one of each; what proves us there is sealed.
CREATE TABLE retour.payment_account (
  workspace_id bigint NOT NULL,
  code text COLLATE "C" NOT NULL,
  processor text NOT NULL,
  name text NOT NULL,
  credentials bytea NOT NULL,
  version integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, code),
  CONSTRAINT one_account_per_processor UNIQUE (workspace_id, processor)
);

-- What a processor told that no leg of ours explains: a refund made elsewhere, a dispute, money that no return takes.
CREATE TABLE retour.payment_case (
  workspace_id bigint NOT NULL,
  case_id text COLLATE "C" NOT NULL,
  processor text NOT NULL,
  reference text COLLATE "C" NOT NULL,
  kind text NOT NULL CHECK (kind IN ('refund', 'dispute')),
  status text NOT NULL,
  is_final boolean NOT NULL,
  payment text,
  order_number text,
  amount bigint NOT NULL,
  currency text NOT NULL,
  why text NOT NULL,
  event_id text NOT NULL,
  event_at timestamptz NOT NULL,
  note text,
  created_at timestamptz NOT NULL,
  closed_at timestamptz,
  PRIMARY KEY (workspace_id, case_id),
  CONSTRAINT one_case_per_reference UNIQUE (workspace_id, processor, reference)
);
CREATE INDEX payment_case_open ON retour.payment_case (workspace_id, case_id) WHERE closed_at IS NULL;

-- A processor names payments, not orders.
CREATE INDEX payment_named ON retour.payment (workspace_id, payment_id);

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['payment_account', 'payment_case'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON retour.payment_account TO retour_app;
GRANT SELECT, INSERT, UPDATE ON retour.payment_case TO retour_app;
