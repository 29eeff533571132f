-- The sandbox's stock: how much of what is there, what is put aside for which exchange, and every move.

-- What there is of each kind.
CREATE TABLE retour.sandbox_stock (
  workspace_id bigint NOT NULL,
  sku text COLLATE "C" NOT NULL,
  on_hand bigint NOT NULL,
  held bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace_id, sku),
  -- Whatever asks at once: nothing is promised twice.
  CONSTRAINT no_more_held_than_there CHECK (0 <= held AND held <= on_hand)
);

-- What became of each intent: a leg of an exchange.
CREATE TABLE retour.sandbox_reservation (
  workspace_id bigint NOT NULL,
  intent text COLLATE "C" NOT NULL,
  status text NOT NULL CHECK (status IN ('held', 'ordered', 'released')),
  skus text[] NOT NULL,
  quantities bigint[] NOT NULL,
  reference text,
  at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, intent)
);

-- Every move, kept for good.
CREATE TABLE retour.sandbox_stock_move (
  workspace_id bigint NOT NULL,
  move_id text COLLATE "C" NOT NULL,
  kind text NOT NULL CHECK (kind IN ('set', 'held', 'ordered', 'released')),
  sku text COLLATE "C" NOT NULL,
  quantity bigint NOT NULL,
  intent text COLLATE "C",
  at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, move_id)
);

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['sandbox_stock', 'sandbox_reservation', 'sandbox_stock_move'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON retour.sandbox_stock, retour.sandbox_reservation TO retour_app;
GRANT SELECT, INSERT ON retour.sandbox_stock_move TO retour_app;
