-- Receiving: keys bound to facilities, grading sets, dispositions, codes to scan, parcels that have no
-- return, and what waits for a person at the dock.

-- Where a key may act; null for everywhere.
ALTER TABLE retour.api_key ADD COLUMN facilities text[];

-- A grading set's versions; the highest is in force, judgements name theirs.
CREATE TABLE retour.grading_set (
  workspace_id bigint NOT NULL,
  set_id text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  body json NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, set_id, version)
);

-- Where goods can go, as the workspace calls it; those of the house need no row.
CREATE TABLE retour.disposition (
  workspace_id bigint NOT NULL,
  code text COLLATE "C" NOT NULL,
  body json NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, code)
);

-- What can be scanned of a return, as keyed digests: the same in every workspace, so that a facility that
-- serves several can look in each of them, and nobody reads a number from here.
CREATE TABLE retour.scan_code (
  workspace_id bigint NOT NULL,
  digest bytea NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  PRIMARY KEY (workspace_id, digest, return_id, kind)
);

-- Operations that facilities have reported: each happens once, whoever repeats it.
CREATE TABLE retour.receipt_operation (
  workspace_id bigint NOT NULL,
  facility text COLLATE "C" NOT NULL,
  operation_id text COLLATE "C" NOT NULL,
  digest bytea NOT NULL,
  return_id text COLLATE "C",
  parcel_id text COLLATE "C",
  refused integer[] NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, facility, operation_id)
);

-- Parcels on the dock whose return is not known, with all that was seen of them.
CREATE TABLE retour.unmatched_parcel (
  workspace_id bigint NOT NULL,
  parcel_id text COLLATE "C" NOT NULL,
  facility text COLLATE "C" NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'matched', 'closed')),
  return_id text COLLATE "C",
  matches integer NOT NULL DEFAULT 0,
  body json NOT NULL,
  reason text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, parcel_id),
  CONSTRAINT matched_to_a_return CHECK ((status = 'matched') = (return_id IS NOT NULL))
);
CREATE INDEX unmatched_parcel_status ON retour.unmatched_parcel (workspace_id, status, parcel_id);
CREATE INDEX unmatched_parcel_facility ON retour.unmatched_parcel (workspace_id, facility, status, parcel_id);

-- What waits for a person: exceptions, and quality checks in a queue of their own.
CREATE TABLE retour.dock_case (
  workspace_id bigint NOT NULL,
  case_id text COLLATE "C" NOT NULL,
  queue text NOT NULL CHECK (queue IN ('exception', 'quality_check')),
  cause text NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'resolved')),
  facility text COLLATE "C",
  return_id text COLLATE "C",
  subject text COLLATE "C" NOT NULL,
  body json NOT NULL,
  resolution json,
  created_at timestamptz NOT NULL,
  resolved_at timestamptz,
  PRIMARY KEY (workspace_id, case_id),
  CONSTRAINT resolved_at_an_instant CHECK ((status = 'resolved') = (resolved_at IS NOT NULL))
);
CREATE INDEX dock_case_status ON retour.dock_case (workspace_id, queue, status, case_id);
CREATE INDEX dock_case_facility ON retour.dock_case (workspace_id, queue, status, facility, case_id);
CREATE INDEX dock_case_cause ON retour.dock_case (workspace_id, queue, status, cause, case_id);
CREATE INDEX dock_case_return ON retour.dock_case (workspace_id, return_id, subject);

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['grading_set', 'disposition', 'scan_code', 'receipt_operation', 'unmatched_parcel',
    'dock_case'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
END $$;

GRANT SELECT, INSERT ON retour.grading_set, retour.scan_code, retour.receipt_operation TO retour_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON retour.disposition TO retour_app;
GRANT SELECT, INSERT ON retour.unmatched_parcel, retour.dock_case TO retour_app;
GRANT UPDATE (status, return_id, matches, reason, updated_at) ON retour.unmatched_parcel TO retour_app;
GRANT UPDATE (status, resolution, resolved_at) ON retour.dock_case TO retour_app;

-- Keeps, in the commit of a return, what can be scanned of it anew, what waits for a person now, and what
-- has done waiting. Call it behind `commit_return`, in the same statement.
CREATE FUNCTION retour.keep_dock(
  a_ws bigint, a_tick timestamptz, a_return text,
  a_digests bytea[], a_kinds text[],
  a_cases text[], a_queues text[], a_causes text[], a_facilities text[], a_subjects text[], a_bodies json[],
  a_closed_causes text[], a_closed_subjects text[]
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF array_length(a_digests, 1) IS NOT NULL THEN
    INSERT INTO retour.scan_code (workspace_id, digest, return_id, kind)
      SELECT r.workspace_id, c.digest, r.return_id, c.kind
        FROM retour.returns r JOIN unnest(a_digests, a_kinds) AS c(digest, kind) ON true
       WHERE r.workspace_id = a_ws AND r.return_id = a_return
      ON CONFLICT (workspace_id, digest, return_id, kind) DO NOTHING;
  END IF;
  IF array_length(a_cases, 1) IS NOT NULL THEN
    INSERT INTO retour.dock_case (workspace_id, case_id, queue, cause, status, facility, return_id, subject, body,
        created_at)
      SELECT r.workspace_id, c.id, c.queue, c.cause, 'open', c.facility, r.return_id, c.subject, c.body, a_tick
        FROM retour.returns r
        JOIN unnest(a_cases, a_queues, a_causes, a_facilities, a_subjects, a_bodies)
             AS c(id, queue, cause, facility, subject, body) ON true
       WHERE r.workspace_id = a_ws AND r.return_id = a_return;
  END IF;
  IF array_length(a_closed_subjects, 1) IS NOT NULL THEN
    UPDATE retour.dock_case d SET status = 'resolved', resolved_at = a_tick
      FROM unnest(a_closed_causes, a_closed_subjects) AS c(cause, subject)
     WHERE d.workspace_id = a_ws AND d.return_id = a_return AND d.subject = c.subject AND d.cause = c.cause
       AND d.status = 'open';
  END IF;
  RETURN true;
END $$;
