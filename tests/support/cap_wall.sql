-- Triggers of test databases only; `cap_wall.py` says why.

CREATE SCHEMA IF NOT EXISTS walls;

-- What returns of an order hold of each of its payments, from their documents.
CREATE OR REPLACE FUNCTION walls.held(a_ws bigint, a_order text)
RETURNS TABLE (payment text, amount numeric) LANGUAGE sql STABLE AS $$
  SELECT leg ->> 'payment', sum((leg ->> 'amount')::numeric)
    FROM retour.returns r,
         json_array_elements(r.body -> 'settlements') settlement,
         json_array_elements(settlement -> 'legs') leg
   WHERE r.workspace_id = a_ws AND r.order_id = a_order
     AND leg ->> 'status' IN ('reserved', 'in_flight', 'unknown', 'succeeded')
     AND leg ->> 'kind' IS DISTINCT FROM 'charge'
     AND leg ->> 'payment' IS NOT NULL
   GROUP BY 1
$$;

-- Breaks the commit where payments, their counters and the legs do not agree.
CREATE OR REPLACE FUNCTION walls.hold_the_cap() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  v_wrong text;
BEGIN
  SELECT string_agg(format('payment %s: %s captured, counter %s, legs %s',
                           coalesce(p.payment_id, h.payment), p.captured, p.reserved, h.amount), '; ')
    INTO v_wrong
    FROM (SELECT * FROM retour.payment WHERE workspace_id = NEW.workspace_id AND order_id = NEW.order_id) p
    FULL JOIN walls.held(NEW.workspace_id, NEW.order_id) h ON h.payment = p.payment_id
   WHERE p.payment_id IS NULL OR coalesce(h.amount, 0) <> p.reserved OR coalesce(h.amount, 0) > p.captured;
  IF v_wrong IS NOT NULL THEN
    RAISE EXCEPTION 'the cap is broken on order %: %', NEW.order_id, v_wrong USING ERRCODE = 'RT999';
  END IF;
  RETURN NULL;
END $$;

-- Breaks the commit where a settlement's lines or legs do not come to its total.
CREATE OR REPLACE FUNCTION walls.add_up() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  v_wrong text;
BEGIN
  SELECT string_agg(format('%s: total %s, lines %s, legs %s', s.id, s.total, s.lines, s.legs), '; ')
    INTO v_wrong
    FROM (SELECT one ->> 'id' AS id, one ->> 'kind' AS kind, one ->> 'status' AS status,
                 (one ->> 'total')::numeric AS total,
                 (SELECT coalesce(sum((line ->> 'amount')::numeric), 0)
                    FROM json_array_elements(one -> 'lines') line) AS lines,
                 (SELECT coalesce(sum(CASE leg ->> 'kind' WHEN 'charge' THEN -1 ELSE 1 END
                                      * (leg ->> 'amount')::numeric), 0)
                    FROM json_array_elements(one -> 'legs') leg) AS legs
            FROM json_array_elements(NEW.body -> 'settlements') one) s
   WHERE s.status NOT IN ('draft', 'discarded') AND s.kind <> 'none'
     AND (s.lines <> s.total OR s.legs <> s.total);
  IF v_wrong IS NOT NULL THEN
    RAISE EXCEPTION 'settlements of % do not add up: %', NEW.return_id, v_wrong USING ERRCODE = 'RT999';
  END IF;
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS cap_of_new ON retour.returns;
CREATE CONSTRAINT TRIGGER cap_of_new AFTER INSERT ON retour.returns DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.body -> 'settlements' IS NOT NULL) EXECUTE FUNCTION walls.hold_the_cap();
DROP TRIGGER IF EXISTS cap_of_changed ON retour.returns;
CREATE CONSTRAINT TRIGGER cap_of_changed AFTER UPDATE ON retour.returns DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.body ->> 'settlements' IS DISTINCT FROM NEW.body ->> 'settlements')
  EXECUTE FUNCTION walls.hold_the_cap();
DROP TRIGGER IF EXISTS cap_of_payment ON retour.payment;
CREATE CONSTRAINT TRIGGER cap_of_payment AFTER INSERT OR UPDATE ON retour.payment
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION walls.hold_the_cap();
DROP TRIGGER IF EXISTS sums ON retour.returns;
CREATE CONSTRAINT TRIGGER sums AFTER UPDATE ON retour.returns DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.body ->> 'settlements' IS DISTINCT FROM NEW.body ->> 'settlements')
  EXECUTE FUNCTION walls.add_up();
