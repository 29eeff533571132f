-- Money that moved without a leg, and the daily comparison with what processors say.

-- What others took of a payment, as far as legs do not hold it already: no leg may promise it.
ALTER TABLE retour.payment ADD COLUMN withheld bigint NOT NULL DEFAULT 0;
ALTER TABLE retour.payment ADD CONSTRAINT promised_within_what_is_left
  CHECK (withheld >= 0 AND reserved + withheld <= captured);

-- Withholds what is gone of payments, as far as it is not promised already; always true.
CREATE FUNCTION retour.keep_withheld(a_ws bigint, a_order text, a_payments text[], a_gone bigint[])
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE retour.payment p SET withheld = least(d.gone, p.captured - p.reserved)
    FROM unnest(a_payments, a_gone) AS d(payment_id, gone)
   WHERE p.workspace_id = a_ws AND p.order_id = a_order AND p.payment_id = d.payment_id;
  RETURN true;
END $$;

-- Withholds less, before a leg takes over what was withheld: between the two nothing is above the cap. Always true.
CREATE FUNCTION retour.loosen_withheld(a_ws bigint, a_order text, a_payments text[], a_gone bigint[])
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.ws', a_ws::text, true);
  UPDATE retour.payment p SET withheld = least(p.withheld, d.gone)
    FROM unnest(a_payments, a_gone) AS d(payment_id, gone)
   WHERE p.workspace_id = a_ws AND p.order_id = a_order AND p.payment_id = d.payment_id;
  RETURN true;
END $$;

-- Legs that processors pay, by what a processor's list names them. `seen_in` is the last reconciliation
-- that found the leg at its processor; `moved_at` is database time.
CREATE TABLE retour.processor_leg (
  workspace_id bigint NOT NULL,
  leg_id text COLLATE "C" NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  executor text NOT NULL,
  payment text,
  amount bigint NOT NULL,
  currency text NOT NULL,
  status text NOT NULL,
  reference text COLLATE "C",
  moved_at timestamptz NOT NULL,
  seen_in text COLLATE "C",
  PRIMARY KEY (workspace_id, leg_id)
);
CREATE INDEX processor_leg_moved ON retour.processor_leg (workspace_id, executor, moved_at, leg_id);
CREATE INDEX processor_leg_waiting ON retour.processor_leg (workspace_id, executor, moved_at, leg_id)
  WHERE status IN ('in_flight', 'unknown');
CREATE INDEX processor_leg_reference ON retour.processor_leg (workspace_id, reference) WHERE reference IS NOT NULL;

-- Keeps a return's legs at processors as they stand; `moved_at` stays where nothing moved. Always true.
CREATE FUNCTION retour.keep_processor_legs(a_ws bigint, a_return text, a_tick timestamptz, a_legs json)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO retour.processor_leg (workspace_id, leg_id, return_id, executor, payment, amount, currency, status,
      reference, moved_at)
    SELECT r.workspace_id, l.id, r.return_id, l.executor, l.payment, l.amount, l.currency, l.status, l.reference,
           a_tick
      FROM retour.returns r
      JOIN json_to_recordset(a_legs) AS l(id text, executor text, payment text, amount bigint, currency text,
        status text, reference text) ON true
     WHERE r.workspace_id = a_ws AND r.return_id = a_return
    ON CONFLICT (workspace_id, leg_id)
    DO UPDATE SET status = EXCLUDED.status, reference = EXCLUDED.reference, amount = EXCLUDED.amount,
      executor = EXCLUDED.executor, payment = EXCLUDED.payment, moved_at = EXCLUDED.moved_at;
  RETURN true;
END $$;

ALTER TABLE retour.returns NO FORCE ROW LEVEL SECURITY;
-- across workspaces: all of them, once
INSERT INTO retour.processor_leg (workspace_id, leg_id, return_id, executor, payment, amount, currency, status,
    reference, moved_at)
  SELECT r.workspace_id, l ->> 'id', r.return_id, l ->> 'executor', l ->> 'payment', (l ->> 'amount')::bigint,
         s ->> 'currency', l ->> 'status', l ->> 'reference', r.updated_at
    FROM retour.returns r, json_array_elements(r.body -> 'settlements') s, json_array_elements(s -> 'legs') l
   WHERE l ->> 'executor' IN ('sandbox', 'stripe')
     AND l ->> 'status' IN ('in_flight', 'unknown', 'succeeded', 'failed', 'reversed')
  ON CONFLICT (workspace_id, leg_id) DO NOTHING;
ALTER TABLE retour.returns FORCE ROW LEVEL SECURITY;

-- One comparison of a processor's refunds with our legs: slice by slice, first theirs, then ours.
-- `since` and `until` are database time. `retry_at` is set while the processor does not answer.
CREATE TABLE retour.reconciliation (
  workspace_id bigint NOT NULL,
  reconciliation_id text COLLATE "C" NOT NULL,
  processor text NOT NULL,
  since timestamptz NOT NULL,
  until timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'done', 'failed', 'canceled')),
  phase text NOT NULL CHECK (phase IN ('theirs', 'ours')),
  cursor text,
  reached_at timestamptz,
  reached_leg text COLLATE "C",
  theirs integer NOT NULL DEFAULT 0,
  ours integer NOT NULL DEFAULT 0,
  told integer NOT NULL DEFAULT 0,
  listed integer NOT NULL DEFAULT 0,
  worked_ms bigint NOT NULL DEFAULT 0,
  tries integer NOT NULL DEFAULT 0,
  retry_at timestamptz,
  failure text,
  author json NOT NULL,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (workspace_id, reconciliation_id)
);
CREATE UNIQUE INDEX one_reconciliation_at_once ON retour.reconciliation (workspace_id, processor)
  WHERE state = 'running';
CREATE INDEX reconciliation_latest ON retour.reconciliation (workspace_id, processor, created_at DESC);
CREATE INDEX reconciliation_running ON retour.reconciliation (workspace_id, reconciliation_id)
  WHERE state = 'running';

-- What one comparison comes to, by currency; amounts in minor units.
CREATE TABLE retour.reconciliation_sum (
  workspace_id bigint NOT NULL,
  reconciliation_id text COLLATE "C" NOT NULL,
  currency text NOT NULL,
  found integer NOT NULL,
  explained integer NOT NULL,
  found_amount numeric NOT NULL,
  explained_amount numeric NOT NULL,
  PRIMARY KEY (workspace_id, reconciliation_id, currency)
);

-- What a comparison cannot explain, until a person can.
CREATE TABLE retour.reconciliation_item (
  workspace_id bigint NOT NULL,
  reconciliation_id text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  processor text NOT NULL,
  subject text COLLATE "C" NOT NULL,
  why text NOT NULL,
  reference text,
  leg_id text,
  return_id text,
  payment text,
  order_number text,
  status text,
  amount bigint NOT NULL,
  currency text NOT NULL,
  our_amount bigint,
  our_currency text,
  detail text,
  note text,
  explained_by json,
  explained_at timestamptz,
  PRIMARY KEY (workspace_id, reconciliation_id, item_id)
);
CREATE INDEX reconciliation_item_open ON retour.reconciliation_item (workspace_id, reconciliation_id, item_id)
  WHERE explained_at IS NULL;

-- What a person said of a refund that no leg explains: later comparisons take his word.
CREATE TABLE retour.reconciliation_note (
  workspace_id bigint NOT NULL,
  processor text NOT NULL,
  subject text COLLATE "C" NOT NULL,
  why text NOT NULL,
  note text NOT NULL,
  author json NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, processor, subject, why)
);

-- The sandbox processor's disputes, and when it booked, in database time.
CREATE TABLE retour.sandbox_dispute (
  workspace_id bigint NOT NULL,
  dispute_id text COLLATE "C" NOT NULL,
  payment text NOT NULL,
  amount bigint NOT NULL,
  currency text NOT NULL,
  status text NOT NULL,
  told integer NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, dispute_id)
);
ALTER TABLE retour.sandbox_booking ADD COLUMN booked_at timestamptz;
ALTER TABLE retour.sandbox_booking NO FORCE ROW LEVEL SECURITY;
-- across workspaces: all of them, once
UPDATE retour.sandbox_booking SET booked_at = at;
ALTER TABLE retour.sandbox_booking FORCE ROW LEVEL SECURITY;
CREATE INDEX sandbox_booking_booked ON retour.sandbox_booking (workspace_id, booked_at, booking_id);

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['processor_leg', 'reconciliation', 'reconciliation_sum', 'reconciliation_item',
    'reconciliation_note', 'sandbox_dispute'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
  -- Whoever looks for work to go on with looks in all workspaces, at ids and instants only.
  FOREACH v_table IN ARRAY ARRAY['reconciliation', 'payment_account'] LOOP
    EXECUTE format('CREATE POLICY find ON retour.%I FOR SELECT TO retour_delivery USING (true)', v_table);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON retour.processor_leg, retour.sandbox_dispute TO retour_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON retour.reconciliation, retour.reconciliation_sum,
  retour.reconciliation_item, retour.reconciliation_note TO retour_app;
GRANT SELECT (workspace_id, reconciliation_id, processor, state, retry_at, created_at) ON retour.reconciliation
  TO retour_delivery;
GRANT SELECT (workspace_id, processor, created_at) ON retour.payment_account TO retour_delivery;
