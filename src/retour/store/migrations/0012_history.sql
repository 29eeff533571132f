-- What customers did before, whom merchants allow or block, and policies tried on the past.
--
-- Persons stand here as keyed digests only; deleting them forgets who belongs to whom, and nothing else.

-- By what an order's customer is known again: one keyed digest per kind, with what the order comes to.
CREATE TABLE retour.order_mark (
  workspace_id bigint NOT NULL,
  order_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('email', 'phone', 'address')),
  digest bytea NOT NULL,
  ordered_at timestamptz NOT NULL,
  units integer NOT NULL,
  value bigint NOT NULL,
  currency text NOT NULL,
  PRIMARY KEY (workspace_id, order_id, kind)
);
CREATE INDEX order_mark_newest ON retour.order_mark (workspace_id, kind, digest, ordered_at DESC);

-- What a return comes to in its customer's history. Withdrawals and canceled returns have none.
CREATE TABLE retour.return_tally (
  workspace_id bigint NOT NULL,
  order_id text COLLATE "C" NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  asked_at timestamptz NOT NULL,
  units integer NOT NULL,
  value bigint NOT NULL,
  currency text NOT NULL,
  kept integer NOT NULL,
  missing_or_wrong integer NOT NULL,
  rejected boolean NOT NULL,
  failed_payments integer NOT NULL,
  PRIMARY KEY (workspace_id, order_id, return_id)
);

-- The facts a return was judged on, frozen at its request; a backtest decides on them again.
CREATE TABLE retour.judgement (
  workspace_id bigint NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  asked_at timestamptz NOT NULL,
  policy_id text COLLATE "C" NOT NULL,
  policy_version integer NOT NULL,
  body json NOT NULL,
  PRIMARY KEY (workspace_id, return_id)
);
CREATE INDEX judgement_asked ON retour.judgement (workspace_id, policy_id, asked_at, return_id);

-- Whom and what a merchant allows or blocks. `mark` is a keyed digest of what is personal, else the value's bytes.
CREATE TABLE retour.list_entry (
  workspace_id bigint NOT NULL,
  entry_id text COLLATE "C" NOT NULL,
  list text NOT NULL CHECK (list IN ('allow', 'block')),
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('order', 'email', 'phone', 'address', 'sku')),
  mark bytea NOT NULL,
  hint text NOT NULL,
  reason text NOT NULL,
  note text,
  author json NOT NULL,
  expires_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, entry_id),
  UNIQUE (workspace_id, kind, mark)
);
CREATE INDEX list_entry_list ON retour.list_entry (workspace_id, list, entry_id);
CREATE INDEX list_entry_kind ON retour.list_entry (workspace_id, kind, entry_id);

-- A policy tried on the returns of the last days: how far it has come is where it goes on.
CREATE TABLE retour.backtest (
  workspace_id bigint NOT NULL,
  backtest_id text COLLATE "C" NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'done', 'canceled', 'failed')),
  policy_id text COLLATE "C" NOT NULL,
  policy json NOT NULL,
  is_draft boolean NOT NULL,
  author json NOT NULL,
  since timestamptz NOT NULL,
  until timestamptz NOT NULL,
  total integer NOT NULL,
  tried integer NOT NULL DEFAULT 0,
  approved integer NOT NULL DEFAULT 0,
  reviewed integer NOT NULL DEFAULT 0,
  rejected integer NOT NULL DEFAULT 0,
  changed integer NOT NULL DEFAULT 0,
  listed integer NOT NULL DEFAULT 0,
  reached_at timestamptz,
  reached_id text COLLATE "C" NOT NULL DEFAULT '',
  worked_ms bigint NOT NULL DEFAULT 0,
  failure text,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (workspace_id, backtest_id)
);
CREATE INDEX backtest_running ON retour.backtest (workspace_id, backtest_id) WHERE state = 'running';

-- Lines that the tried policy answers otherwise, in the order they were asked for.
CREATE TABLE retour.backtest_change (
  workspace_id bigint NOT NULL,
  backtest_id text COLLATE "C" NOT NULL,
  position integer NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  line text,
  was text NOT NULL,
  becomes text NOT NULL,
  rule text,
  detail text NOT NULL,
  PRIMARY KEY (workspace_id, backtest_id, position)
);

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['order_mark', 'return_tally', 'judgement', 'list_entry', 'backtest',
    'backtest_change'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
END $$;
-- Who looks for backtests to go on with looks in all workspaces, and sees no more than that there are some.
CREATE POLICY find ON retour.backtest FOR SELECT TO retour_delivery USING (state = 'running');

GRANT SELECT, INSERT, UPDATE, DELETE ON retour.order_mark, retour.return_tally, retour.list_entry TO retour_app;
GRANT SELECT, INSERT ON retour.judgement TO retour_app;
GRANT UPDATE (body) ON retour.judgement TO retour_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON retour.backtest TO retour_app;
GRANT SELECT, INSERT, DELETE ON retour.backtest_change TO retour_app;
GRANT SELECT (workspace_id, backtest_id, state) ON retour.backtest TO retour_delivery;

-- Finds what an order's customer did before: who shares its e-mail address or phone number. Newest first,
-- and never more than 200 orders and 200 returns; without the return that asks again.
CREATE FUNCTION retour.past(a_ws bigint, a_order text, a_order_body json, a_return text) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_orders json; v_returns json; v_linked integer; v_listed json; v_skus text[] := ARRAY[]::text[];
BEGIN
  WITH mine AS (
    SELECT DISTINCT x.order_id, x.ordered_at, x.units, x.value, x.currency
      FROM retour.order_mark m
      CROSS JOIN LATERAL (
        SELECT o.order_id, o.ordered_at, o.units, o.value, o.currency FROM retour.order_mark o
         WHERE o.workspace_id = a_ws AND o.kind = m.kind AND o.digest = m.digest
         ORDER BY o.ordered_at DESC LIMIT 200) x
     WHERE m.workspace_id = a_ws AND m.order_id = a_order AND m.kind IN ('email', 'phone')
     ORDER BY x.ordered_at DESC LIMIT 200)
  SELECT (SELECT json_agg(json_build_object('at', n.ordered_at, 'units', n.units, 'value', n.value,
                                            'currency', n.currency)) FROM mine n),
         (SELECT json_agg(json_build_object('at', r.asked_at, 'units', r.units, 'value', r.value,
                   'currency', r.currency, 'kept', r.kept, 'missing_or_wrong', r.missing_or_wrong,
                   'rejected', r.rejected, 'failed_payments', r.failed_payments))
            FROM (SELECT t.* FROM mine n JOIN retour.return_tally t
                      ON t.workspace_id = a_ws AND t.order_id = n.order_id
                     AND t.return_id IS DISTINCT FROM a_return
                   ORDER BY t.asked_at DESC LIMIT 200) r)
    INTO v_orders, v_returns;
  SELECT count(DISTINCT e.digest) INTO v_linked
    FROM retour.order_mark m
    CROSS JOIN LATERAL (
      SELECT o.order_id FROM retour.order_mark o
       WHERE o.workspace_id = a_ws AND o.kind = m.kind AND o.digest = m.digest
       ORDER BY o.ordered_at DESC LIMIT 200) x
    JOIN retour.order_mark e ON e.workspace_id = a_ws AND e.order_id = x.order_id AND e.kind = 'email'
   WHERE m.workspace_id = a_ws AND m.order_id = a_order AND m.kind IN ('phone', 'address')
     AND NOT EXISTS (SELECT 1 FROM retour.order_mark own
                      WHERE own.workspace_id = a_ws AND own.order_id = a_order AND own.kind = 'email'
                        AND own.digest = e.digest);
  PERFORM 1 FROM retour.list_entry l WHERE l.workspace_id = a_ws AND l.kind = 'sku' LIMIT 1;
  IF FOUND THEN
    v_skus := ARRAY(SELECT DISTINCT line ->> 'sku' FROM json_array_elements(a_order_body -> 'lines') AS line);
  END IF;
  SELECT json_agg(json_build_object('id', f.entry_id, 'list', f.list, 'kind', f.kind, 'reason', f.reason,
                    'sku', f.sku, 'expires_at', f.expires_at))
    INTO v_listed
    FROM (SELECT l.entry_id, l.list, l.kind, l.reason, l.expires_at, w.sku
            FROM (SELECT m.kind, m.digest AS mark, NULL::text AS sku FROM retour.order_mark m
                   WHERE m.workspace_id = a_ws AND m.order_id = a_order
                  UNION ALL SELECT 'order', convert_to(a_order_body ->> 'order_number', 'UTF8'), NULL
                  UNION ALL SELECT 'sku', convert_to(s.sku, 'UTF8'), s.sku FROM unnest(v_skus) AS s(sku)) w
            JOIN retour.list_entry l ON l.workspace_id = a_ws AND l.kind = w.kind AND l.mark = w.mark
           ORDER BY l.entry_id LIMIT 500) f;
  RETURN json_build_object('orders', coalesce(v_orders, '[]'), 'returns', coalesce(v_returns, '[]'),
    'linked', v_linked, 'listed', coalesce(v_listed, '[]'));
END $$;

-- Keeps by what the customer of an order is known again; always true.
CREATE FUNCTION retour.keep_marks(
  a_ws bigint, a_order text, a_kinds text[], a_digests bytea[],
  a_ordered timestamptz, a_units integer, a_value bigint, a_currency text
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM retour.order_mark m
   WHERE m.workspace_id = a_ws AND m.order_id = a_order AND NOT m.kind = ANY (a_kinds);
  INSERT INTO retour.order_mark (workspace_id, order_id, kind, digest, ordered_at, units, value, currency)
    SELECT o.workspace_id, o.order_id, d.kind, d.digest, a_ordered, a_units, a_value, a_currency
      FROM retour.orders o JOIN unnest(a_kinds, a_digests) AS d(kind, digest) ON true
     WHERE o.workspace_id = a_ws AND o.order_id = a_order
    ON CONFLICT (workspace_id, order_id, kind)
    DO UPDATE SET digest = EXCLUDED.digest, ordered_at = EXCLUDED.ordered_at, units = EXCLUDED.units,
      value = EXCLUDED.value, currency = EXCLUDED.currency;
  RETURN true;
END $$;

-- Keeps what a return comes to in its customer's history, or that it comes to nothing; always true.
CREATE FUNCTION retour.keep_tally(
  a_ws bigint, a_order text, a_return text, a_counts boolean, a_asked timestamptz, a_units integer, a_value bigint,
  a_currency text, a_kept integer, a_missing integer, a_rejected boolean, a_failed integer
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF NOT a_counts THEN
    DELETE FROM retour.return_tally t
     WHERE t.workspace_id = a_ws AND t.order_id = a_order AND t.return_id = a_return;
    RETURN true;
  END IF;
  INSERT INTO retour.return_tally (workspace_id, order_id, return_id, asked_at, units, value, currency, kept,
      missing_or_wrong, rejected, failed_payments)
    VALUES (a_ws, a_order, a_return, a_asked, a_units, a_value, a_currency, a_kept, a_missing, a_rejected, a_failed)
    ON CONFLICT (workspace_id, order_id, return_id)
    DO UPDATE SET units = EXCLUDED.units, value = EXCLUDED.value, kept = EXCLUDED.kept,
      missing_or_wrong = EXCLUDED.missing_or_wrong, rejected = EXCLUDED.rejected,
      failed_payments = EXCLUDED.failed_payments;
  RETURN true;
END $$;

-- Freezes the facts a return was judged on; who asks for something else is judged anew. Always true.
CREATE FUNCTION retour.keep_judgement(
  a_ws bigint, a_return text, a_asked timestamptz, a_policy text, a_version integer, a_body json
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO retour.judgement (workspace_id, return_id, asked_at, policy_id, policy_version, body)
    VALUES (a_ws, a_return, a_asked, a_policy, a_version, a_body)
    ON CONFLICT (workspace_id, return_id) DO UPDATE SET body = EXCLUDED.body;
  RETURN true;
END $$;
