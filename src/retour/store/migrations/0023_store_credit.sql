-- Store credit kept by ourselves, and a settlement's legs one by one, for the list of what needs a person.

-- What a customer has in one currency, known by the digest of their e-mail address.
CREATE TABLE retour.store_credit (
  workspace_id bigint NOT NULL,
  credit_id text COLLATE "C" NOT NULL,
  email_digest bytea NOT NULL,
  currency text NOT NULL,
  balance bigint NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, credit_id),
  CONSTRAINT one_account_per_currency UNIQUE (workspace_id, email_digest, currency),
  CONSTRAINT nothing_below_zero CHECK (balance >= 0)
);

-- Every movement, in order; `balance` is what was left after it. `reference` is the leg, or the merchant's own word.
CREATE TABLE retour.store_credit_entry (
  workspace_id bigint NOT NULL,
  entry_id text COLLATE "C" NOT NULL,
  credit_id text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('issued', 'redeemed', 'redemption_canceled')),
  amount bigint NOT NULL CHECK (amount <> 0),
  balance bigint NOT NULL CHECK (balance >= 0),
  reference text COLLATE "C" NOT NULL,
  return_id text COLLATE "C",
  note text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, entry_id),
  CONSTRAINT one_entry_per_reference UNIQUE (workspace_id, kind, reference),
  CONSTRAINT one_entry_per_position UNIQUE (workspace_id, credit_id, position)
);

-- Gives or takes, and writes it down in the same breath. Answers the entry, old or new; none where the balance
-- does not suffice. An entry of the same kind and reference is that very movement, whatever it moved.
CREATE FUNCTION retour.move_credit(a_ws bigint, a_credit text, a_entry text, a_kind text, a_amount bigint,
  a_reference text, a_return text, a_note text) RETURNS SETOF retour.store_credit_entry
LANGUAGE plpgsql AS $$
DECLARE
  v_balance bigint;
  v_position bigint;
BEGIN
  -- The account's row is the queue that movements wait in, twins of one reference too.
  SELECT c.balance INTO v_balance FROM retour.store_credit c
   WHERE c.workspace_id = a_ws AND c.credit_id = a_credit FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  RETURN QUERY SELECT e.* FROM retour.store_credit_entry e
    WHERE e.workspace_id = a_ws AND e.kind = a_kind AND e.reference = a_reference;
  IF FOUND THEN
    RETURN;
  END IF;
  IF v_balance + a_amount < 0 THEN
    RETURN;
  END IF;
  UPDATE retour.store_credit c SET balance = c.balance + a_amount, updated_at = clock_timestamp()
   WHERE c.workspace_id = a_ws AND c.credit_id = a_credit;
  SELECT coalesce(max(e.position), 0) + 1 INTO v_position FROM retour.store_credit_entry e
   WHERE e.workspace_id = a_ws AND e.credit_id = a_credit;
  RETURN QUERY INSERT INTO retour.store_credit_entry (workspace_id, entry_id, credit_id, position, kind, amount,
      balance, reference, return_id, note, created_at)
    VALUES (a_ws, a_entry, a_credit, v_position, a_kind, a_amount, v_balance + a_amount, a_reference, a_return,
      a_note, clock_timestamp())
    RETURNING *;
END $$;

-- One row per leg that was ever promised, kept by `keep_legs`; the return is the truth. `since` is when its status
-- became what it is.
CREATE TABLE retour.leg (
  workspace_id bigint NOT NULL,
  leg_id text COLLATE "C" NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  status text NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, leg_id)
) WITH (fillfactor = 80);
CREATE INDEX leg_status ON retour.leg (workspace_id, status, leg_id);

-- Brings `leg` up to date with those of a return's legs whose status a commit changed; always true.
CREATE FUNCTION retour.keep_legs(a_ws bigint, a_return text, a_at timestamptz, a_legs text[], a_statuses text[])
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO retour.leg (workspace_id, leg_id, return_id, status, since)
    SELECT a_ws, l.leg_id, a_return, l.status, a_at FROM unnest(a_legs, a_statuses) AS l(leg_id, status)
    ON CONFLICT (workspace_id, leg_id) DO UPDATE SET status = EXCLUDED.status, since = EXCLUDED.since;
  RETURN true;
END $$;

ALTER TABLE retour.returns NO FORCE ROW LEVEL SECURITY;
-- across workspaces: all of them, once
INSERT INTO retour.leg (workspace_id, leg_id, return_id, status, since)
  SELECT r.workspace_id, l ->> 'id', r.return_id, l ->> 'status', r.updated_at
    FROM retour.returns r
   CROSS JOIN LATERAL json_array_elements(coalesce(r.body -> 'settlements', '[]')) AS s
   CROSS JOIN LATERAL json_array_elements(coalesce(s -> 'legs', '[]')) AS l
   WHERE l ->> 'status' NOT IN ('draft', 'abandoned');
ALTER TABLE retour.returns FORCE ROW LEVEL SECURITY;

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['store_credit', 'store_credit_entry', 'leg'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON retour.store_credit, retour.leg TO retour_app;
GRANT SELECT, INSERT ON retour.store_credit_entry TO retour_app;
