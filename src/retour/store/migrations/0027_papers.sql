-- Settlement memos and credit notes: their numbers without a gap, and what each of them says.

-- The next number of one kind of document. A row is locked from the drawing to the commit: what is rolled back
-- has drawn nothing.
CREATE TABLE retour.paper_series (
  workspace_id bigint NOT NULL,
  kind text COLLATE "C" NOT NULL,
  next bigint NOT NULL DEFAULT 1 CHECK (next >= 1),
  year integer NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace_id, kind)
);

-- A document as it was made: every word of it but who it is for, which its event keeps. Never changed.
CREATE TABLE retour.paper (
  workspace_id bigint NOT NULL,
  settlement_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  number text COLLATE "C" NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  made_at timestamptz NOT NULL,
  body json NOT NULL,
  PRIMARY KEY (workspace_id, settlement_id, kind),
  CONSTRAINT one_paper_per_number UNIQUE (workspace_id, kind, number)
);
CREATE INDEX paper_by_kind ON retour.paper (workspace_id, kind, settlement_id);

-- Who stands on documents as their sender, and how they are numbered.
CREATE TABLE retour.paper_settings (
  workspace_id bigint NOT NULL PRIMARY KEY,
  body json NOT NULL
);

-- Pictures of merchants, by what they are: a reprint shows the one of its day.
CREATE TABLE retour.paper_logo (
  workspace_id bigint NOT NULL,
  digest text COLLATE "C" NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (workspace_id, digest)
);

-- Draws from the series named: locks each row in the order of their names and gives it as it stands.
CREATE FUNCTION retour.take_series(a_ws bigint, a_kinds text[])
RETURNS TABLE (kind text, next bigint, year integer) LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO retour.paper_series (workspace_id, kind)
    SELECT a_ws, k FROM unnest(a_kinds) AS k ORDER BY k ON CONFLICT DO NOTHING;
  RETURN QUERY SELECT s.kind, s.next, s.year FROM retour.paper_series s
    WHERE s.workspace_id = a_ws AND s.kind = ANY (a_kinds) ORDER BY s.kind FOR UPDATE;
END $$;

-- Keeps documents and moves their series on, in the commit that made them; stale (RT001) where somebody else drew
-- meanwhile, which the locks of take_series do not let happen.
CREATE FUNCTION retour.keep_papers(
  a_ws bigint, a_tick timestamptz, a_return text,
  a_kinds text[], a_from bigint[], a_next bigint[], a_years integer[],
  a_settlements text[], a_of text[], a_numbers text[], a_events text[], a_bodies text[]
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_moved integer;
BEGIN
  UPDATE retour.paper_series s SET next = d.next, year = d.year
    FROM unnest(a_kinds, a_from, a_next, a_years) AS d(kind, was, next, year)
   WHERE s.workspace_id = a_ws AND s.kind = d.kind AND s.next = d.was;
  GET DIAGNOSTICS v_moved = ROW_COUNT;
  IF v_moved <> coalesce(array_length(a_kinds, 1), 0) THEN
    RAISE EXCEPTION 'series' USING ERRCODE = 'RT001';
  END IF;
  INSERT INTO retour.paper (workspace_id, settlement_id, kind, number, return_id, event_id, made_at, body)
    SELECT a_ws, d.settlement, d.kind, d.number, a_return, d.event, a_tick, d.body::json
      FROM unnest(a_settlements, a_of, a_numbers, a_events, a_bodies) AS d(settlement, kind, number, event, body);
  RETURN true;
END $$;

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['paper_series', 'paper', 'paper_settings', 'paper_logo'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
  -- Mails carry what was made.
  FOREACH v_table IN ARRAY ARRAY['paper', 'paper_settings', 'paper_logo'] LOOP
    EXECUTE format('CREATE POLICY delivery_reads ON retour.%I FOR SELECT TO retour_delivery USING (true)', v_table);
    EXECUTE format('GRANT SELECT ON retour.%I TO retour_delivery', v_table);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON retour.paper_series TO retour_app;
GRANT SELECT, INSERT ON retour.paper, retour.paper_logo TO retour_app;
GRANT SELECT, INSERT, UPDATE ON retour.paper_settings TO retour_app;
