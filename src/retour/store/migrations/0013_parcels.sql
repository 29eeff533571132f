-- Parcels: looked up across returns, their papers, the carriers that make their labels, and what carriers say
-- of parcels nobody here knows yet.

-- How a tracking number is known again, however it was typed: letters and digits, in capitals.
CREATE FUNCTION retour.tracking_key(a_number text) RETURNS text LANGUAGE sql IMMUTABLE
  RETURN upper(regexp_replace(a_number, '[^A-Za-z0-9]', '', 'g'));

-- One row per parcel and return that has goods in it, kept by `keep_parcels`; the return is the truth.
-- `is_owner` names the return that asked for the box, which is the one lists show.
CREATE TABLE retour.parcel (
  workspace_id bigint NOT NULL,
  parcel_id text COLLATE "C" NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  order_number text NOT NULL,
  is_owner boolean NOT NULL,
  status text NOT NULL,
  tracking_key text COLLATE "C",
  body json NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, parcel_id, return_id)
) WITH (fillfactor = 80);
CREATE INDEX parcel_status ON retour.parcel (workspace_id, status, parcel_id) WHERE is_owner;
CREATE INDEX parcel_tracking ON retour.parcel (workspace_id, tracking_key, parcel_id) WHERE tracking_key IS NOT NULL;
CREATE INDEX parcel_return ON retour.parcel (workspace_id, return_id, parcel_id);

-- Brings `parcel` up to date with those of a return's parcels that a commit made or changed; always true.
CREATE FUNCTION retour.keep_parcels(a_ws bigint, a_return text, a_parcels json) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO retour.parcel (workspace_id, parcel_id, return_id, order_number, is_owner, status, tracking_key, body,
      updated_at)
    SELECT r.workspace_id, p.body ->> 'id', r.return_id, r.order_number, p.body ->> 'of' IS NULL,
           p.body ->> 'status', nullif(retour.tracking_key(p.body ->> 'tracking_number'), ''), p.body, r.updated_at
      FROM retour.returns r CROSS JOIN LATERAL json_array_elements(a_parcels) AS p(body)
     WHERE r.workspace_id = a_ws AND r.return_id = a_return
    ON CONFLICT (workspace_id, parcel_id, return_id)
    DO UPDATE SET status = EXCLUDED.status, tracking_key = EXCLUDED.tracking_key, body = EXCLUDED.body,
                  updated_at = EXCLUDED.updated_at;
  RETURN true;
END $$;

-- A paper of a parcel, as it came; the newest of a kind and format counts.
CREATE TABLE retour.parcel_document (
  workspace_id bigint NOT NULL,
  parcel_id text COLLATE "C" NOT NULL,
  kind text NOT NULL CHECK (kind IN ('label', 'code', 'customs', 'proof')),
  format text NOT NULL CHECK (format IN ('pdf', 'zpl', 'png')),
  digest text NOT NULL,
  body bytea NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, parcel_id, kind, format)
);

-- A parcel that only its carrier knows as yet: never lost, until somebody says whose it is.
CREATE TABLE retour.stray_parcel (
  workspace_id bigint NOT NULL,
  stray_id text COLLATE "C" NOT NULL,
  carrier text COLLATE "C" NOT NULL,
  tracking_number text NOT NULL,
  tracking_key text COLLATE "C" NOT NULL,
  scans json NOT NULL,
  why text,
  matched_parcel text COLLATE "C",
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, stray_id)
);
CREATE UNIQUE INDEX stray_parcel_number ON retour.stray_parcel (workspace_id, tracking_key, carrier)
  WHERE matched_parcel IS NULL;
CREATE INDEX stray_parcel_open ON retour.stray_parcel (workspace_id, stray_id) WHERE matched_parcel IS NULL;

-- A merchant's account at a carrier; what proves us there is sealed.
CREATE TABLE retour.carrier_account (
  workspace_id bigint NOT NULL,
  code text COLLATE "C" NOT NULL,
  carrier text NOT NULL,
  name text NOT NULL,
  body json NOT NULL,
  credentials bytea NOT NULL,
  version integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, code)
);

-- The sandbox carrier's own books: every label it ever made, whoever asked and how often.
CREATE TABLE retour.sandbox_label (
  workspace_id bigint NOT NULL,
  label_id text COLLATE "C" NOT NULL,
  intent text COLLATE "C" NOT NULL,
  tracking_number text COLLATE "C" NOT NULL,
  service text NOT NULL,
  method text NOT NULL,
  direction text NOT NULL,
  status text NOT NULL CHECK (status IN ('booked', 'canceled')),
  pickup text,
  at timestamptz NOT NULL,
  canceled_at timestamptz,
  PRIMARY KEY (workspace_id, label_id)
);
CREATE INDEX sandbox_label_intent ON retour.sandbox_label (workspace_id, intent, label_id);
CREATE INDEX sandbox_label_number ON retour.sandbox_label (workspace_id, tracking_number);

-- What the sandbox carrier saw of a parcel; it tells by its webhook, and whoever asks.
CREATE TABLE retour.sandbox_scan (
  workspace_id bigint NOT NULL,
  tracking_number text COLLATE "C" NOT NULL,
  scan_id text COLLATE "C" NOT NULL,
  code text NOT NULL,
  at timestamptz NOT NULL,
  detail text,
  location text,
  PRIMARY KEY (workspace_id, tracking_number, scan_id)
);

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['parcel', 'parcel_document', 'stray_parcel', 'carrier_account', 'sandbox_label',
    'sandbox_scan'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON retour.parcel, retour.parcel_document, retour.stray_parcel, retour.sandbox_label
  TO retour_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON retour.carrier_account TO retour_app;
GRANT SELECT, INSERT ON retour.sandbox_scan TO retour_app;

-- Workspaces that were there before: their parcels are looked up too, and carriers asked where theirs are.
ALTER TABLE retour.workspace NO FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.returns NO FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.parcel NO FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.subscription NO FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.subscription_version NO FORCE ROW LEVEL SECURITY;
-- across workspaces: all of them, once
INSERT INTO retour.parcel (workspace_id, parcel_id, return_id, order_number, is_owner, status, tracking_key, body,
    updated_at)
  SELECT r.workspace_id, p.body ->> 'id', r.return_id, r.order_number, true, p.body ->> 'status',
         nullif(retour.tracking_key(p.body ->> 'tracking_number'), ''), p.body, r.updated_at
    FROM retour.returns r CROSS JOIN LATERAL json_array_elements(r.body -> 'parcels') AS p(body);
-- across workspaces: all of them, once
INSERT INTO retour.subscription (workspace_id, subscription_id, kind, version, state, state_at, created_at)
  SELECT w.workspace_id, 'sub_tracking', 'tracking', 1, 'active', clock_timestamp(), clock_timestamp()
    FROM retour.workspace w;
-- across workspaces: all of them, once
INSERT INTO retour.subscription_version (workspace_id, subscription_id, version, body, created_at)
  SELECT w.workspace_id, 'sub_tracking', 1,
         '{"kind":"tracking","events":[],"dialect":"effect","ordering":"none","on_dead":"block"}', clock_timestamp()
    FROM retour.workspace w;
ALTER TABLE retour.workspace FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.returns FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.parcel FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.subscription FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.subscription_version FORCE ROW LEVEL SECURITY;
