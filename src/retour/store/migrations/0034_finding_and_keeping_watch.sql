-- Finding and counting returns at any number of them, and a log of what people and keys do to a workspace.
--
--   * What a return, or an order, can be found by are words; what somebody has to see to are concerns; what it
--     comes to in reports are figures. All three follow from its document alone and are written by its commit.
--   * Figures are kept with what was counted of each, so that a commit adds only the difference: their sum is
--     what a recount comes to, whenever one is made.
--   * The log is a chain: each row names the hash of the one before. Triggers write it, so that no use case can
--     forget to; they fire at the commit, so that whoever writes two settings never waits for whoever does.

-- By what a return or an order is found: plain words of numbers and codes, keyed marks of what is personal.
CREATE TABLE retour.search_word (
  workspace_id bigint NOT NULL,
  word text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  is_personal boolean NOT NULL,
  PRIMARY KEY (workspace_id, word, subject)
);
CREATE INDEX search_word_subject ON retour.search_word (workspace_id, subject);

-- What lists narrow returns by, beside their status.
CREATE TABLE retour.return_facet (
  workspace_id bigint NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  asked_at timestamptz NOT NULL,
  reason text COLLATE "C",
  channel text COLLATE "C",
  facility text COLLATE "C",
  value bigint NOT NULL,
  currency text NOT NULL,
  PRIMARY KEY (workspace_id, return_id)
) WITH (fillfactor = 90);
CREATE INDEX return_facet_asked ON retour.return_facet (workspace_id, asked_at, return_id);

-- What a person has to see to, and since when; a row ends with its cause.
CREATE TABLE retour.concern (
  workspace_id bigint NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  cause text COLLATE "C" NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, return_id, cause)
) WITH (fillfactor = 80);
CREATE INDEX concern_cause ON retour.concern (workspace_id, cause, return_id);

-- Who sees to a return.
CREATE TABLE retour.return_owner (
  workspace_id bigint NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  owner text COLLATE "C" NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, return_id)
);
CREATE INDEX return_owner_of ON retour.return_owner (workspace_id, owner, return_id);

-- A way to look at a list that somebody keeps: for himself, or for all where it has no owner.
CREATE TABLE retour.saved_view (
  workspace_id bigint NOT NULL,
  view_id text COLLATE "C" NOT NULL,
  owner text COLLATE "C",
  name text NOT NULL,
  place text NOT NULL,
  query text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, view_id)
);
CREATE INDEX saved_view_owner ON retour.saved_view (workspace_id, owner, view_id);

-- What each return and order has been counted as, figure by figure.
CREATE TABLE retour.counted (
  workspace_id bigint NOT NULL,
  subject text COLLATE "C" NOT NULL,
  reports text[] NOT NULL,
  days date[] NOT NULL,
  items text[] NOT NULL,
  details text[] NOT NULL,
  amounts bigint[] NOT NULL,
  PRIMARY KEY (workspace_id, subject)
);

-- Figures of a report by day: sums over everything counted, without what `figure_change` still holds.
CREATE TABLE retour.figure (
  workspace_id bigint NOT NULL,
  report text COLLATE "C" NOT NULL,
  day date NOT NULL,
  item text COLLATE "C" NOT NULL,
  detail text COLLATE "C" NOT NULL,
  amount bigint NOT NULL,
  PRIMARY KEY (workspace_id, report, day, item, detail)
) WITH (fillfactor = 80);

-- What commits have changed of figures and nobody has added up yet: each has its own row, so none waits.
CREATE TABLE retour.figure_change (
  workspace_id bigint NOT NULL,
  change_id text COLLATE "C" NOT NULL,
  reports text[] NOT NULL,
  days date[] NOT NULL,
  items text[] NOT NULL,
  details text[] NOT NULL,
  amounts bigint[] NOT NULL,
  PRIMARY KEY (workspace_id, change_id)
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);

-- Workspaces with returns from before all this: how far they have been gone through, newest first.
CREATE TABLE retour.catching_up (
  workspace_id bigint NOT NULL,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('order', 'return')),
  below text COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace_id, kind)
);

-- What people and keys did, each row bound to the one before; no role of ours may change or delete one.
CREATE TABLE retour.audit (
  workspace_id bigint NOT NULL,
  number bigint NOT NULL CHECK (number > 0),
  at timestamptz NOT NULL,
  actor text NOT NULL,
  act text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  details text NOT NULL,
  previous bytea NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (workspace_id, number)
);
CREATE INDEX audit_act ON retour.audit (workspace_id, act, number);
CREATE INDEX audit_actor ON retour.audit (workspace_id, actor, number);
CREATE INDEX audit_subject ON retour.audit (workspace_id, subject, number);

-- Where the log ends.
CREATE TABLE retour.audit_head (
  workspace_id bigint NOT NULL,
  number bigint NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (workspace_id)
) WITH (fillfactor = 50);

-- By what a person is marked in the log. Without this key nobody can tell any more whom a row was about.
CREATE TABLE retour.audit_person (
  workspace_id bigint NOT NULL,
  mark bytea NOT NULL,
  key bytea NOT NULL,
  PRIMARY KEY (workspace_id, mark)
);

ALTER TABLE retour.workspace NO FORCE ROW LEVEL SECURITY;
-- across workspaces: all that exist must be gone through
INSERT INTO retour.catching_up (workspace_id, kind, below)
  SELECT w.workspace_id, k.kind, '~' FROM retour.workspace w CROSS JOIN (VALUES ('order'), ('return')) AS k(kind);
ALTER TABLE retour.workspace FORCE ROW LEVEL SECURITY;

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['search_word', 'return_facet', 'concern', 'return_owner', 'saved_view', 'counted',
    'figure', 'figure_change', 'catching_up', 'audit', 'audit_head', 'audit_person'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
  -- Who looks for work looks in all workspaces, and sees no more than that there is some.
  FOREACH v_table IN ARRAY ARRAY['figure_change', 'catching_up', 'audit_head'] LOOP
    EXECUTE format('CREATE POLICY find ON retour.%I FOR SELECT TO retour_delivery USING (true)', v_table);
  END LOOP;
END $$;

GRANT SELECT, INSERT, DELETE ON retour.search_word, retour.audit_person TO retour_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON retour.return_facet, retour.concern, retour.return_owner, retour.saved_view,
  retour.counted, retour.figure_change, retour.catching_up TO retour_app;
GRANT SELECT, INSERT, UPDATE ON retour.figure TO retour_app;
GRANT SELECT ON retour.audit, retour.audit_head TO retour_app;
GRANT SELECT (workspace_id) ON retour.figure_change, retour.catching_up TO retour_delivery;
GRANT SELECT (workspace_id, number, hash) ON retour.audit_head TO retour_delivery;

-- All that waits for a person, by its cause, each known by an id that sorts by age. Each part has an index that
-- holds what waits and nothing else, so a queue costs what it holds, however many returns there are.
CREATE VIEW retour.waiting WITH (security_invoker = true) AS
  -- across workspaces: a view; whoever asks it names his workspace, and the tables' own walls hold
  SELECT c.workspace_id, c.cause, c.return_id AS subject, c.since, c.return_id FROM retour.concern c
  UNION ALL
  SELECT a.workspace_id, 'approval', a.settlement_id, a.asked_at, a.return_id
    FROM retour.approval a WHERE a.status = 'needed'
  UNION ALL
  SELECT p.workspace_id, 'unmatched_parcel', p.parcel_id, p.created_at, NULL
    FROM retour.unmatched_parcel p WHERE p.status = 'open'
  UNION ALL
  SELECT s.workspace_id, 'stray_parcel', s.stray_id, s.created_at, NULL
    FROM retour.stray_parcel s WHERE s.matched_parcel IS NULL
  UNION ALL
  SELECT h.workspace_id, 'channel_return', h.code || '-' || h.foreign_id, h.seen_at, h.return_id
    FROM retour.channel_return h WHERE h.status = 'unmatched'
  UNION ALL
  SELECT w.workspace_id, 'withdrawal', w.withdrawal_id, w.received_at, w.return_id
    FROM retour.withdrawal w WHERE w.status = 'unmatched'
  UNION ALL
  SELECT w.workspace_id, 'withdrawal_without_return', w.withdrawal_id, w.received_at, NULL
    FROM retour.withdrawal w WHERE w.status = 'matched' AND w.return_id IS NULL
  UNION ALL
  SELECT m.workspace_id, 'message', m.message_id, m.at, m.thread FROM retour.message m WHERE m.needs_answer
  UNION ALL
  SELECT i.workspace_id, 'mail', i.mail_id, i.received_at, NULL
    FROM retour.incoming_mail i WHERE i.status = 'unmatched'
  UNION ALL
  SELECT d.workspace_id, 'dock_exception', d.case_id, d.created_at, d.return_id
    FROM retour.dock_case d WHERE d.queue = 'exception' AND d.status = 'open'
  UNION ALL
  SELECT y.workspace_id, 'payment_case', y.case_id, y.created_at, NULL
    FROM retour.payment_case y WHERE y.closed_at IS NULL;
GRANT SELECT ON retour.waiting TO retour_app;

-- Keeps by which words a return or an order is found: these and no others; always true.
CREATE FUNCTION retour.keep_words(a_ws bigint, a_subject text, a_words text[], a_personal boolean[])
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.ws', a_ws::text, true);
  DELETE FROM retour.search_word s
   WHERE s.workspace_id = a_ws AND s.subject = a_subject AND NOT s.word = ANY (a_words);
  INSERT INTO retour.search_word (workspace_id, word, subject, is_personal)
    SELECT a_ws, w.word, a_subject, w.personal FROM unnest(a_words, a_personal) AS w(word, personal)
    ON CONFLICT (workspace_id, word, subject) DO NOTHING;
  RETURN true;
END $$;

-- Keeps what lists narrow a return by; always true.
CREATE FUNCTION retour.keep_facet(
  a_ws bigint, a_return text, a_asked timestamptz, a_reason text, a_channel text, a_facility text, a_value bigint,
  a_currency text
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.ws', a_ws::text, true);
  INSERT INTO retour.return_facet (workspace_id, return_id, asked_at, reason, channel, facility, value, currency)
    VALUES (a_ws, a_return, a_asked, a_reason, a_channel, a_facility, a_value, a_currency)
    ON CONFLICT (workspace_id, return_id)
    DO UPDATE SET asked_at = EXCLUDED.asked_at, reason = EXCLUDED.reason, channel = EXCLUDED.channel,
      facility = EXCLUDED.facility, value = EXCLUDED.value, currency = EXCLUDED.currency;
  RETURN true;
END $$;

-- Keeps what a person has to see to about a return: these causes and no others; always true.
CREATE FUNCTION retour.keep_concerns(a_ws bigint, a_return text, a_causes text[], a_since timestamptz[])
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.ws', a_ws::text, true);
  DELETE FROM retour.concern c
   WHERE c.workspace_id = a_ws AND c.return_id = a_return AND NOT c.cause = ANY (a_causes);
  INSERT INTO retour.concern (workspace_id, return_id, cause, since)
    SELECT a_ws, a_return, w.cause, w.since FROM unnest(a_causes, a_since) AS w(cause, since)
    ON CONFLICT (workspace_id, return_id, cause) DO UPDATE SET since = EXCLUDED.since;
  RETURN true;
END $$;

-- Counts a return or an order anew: the difference to what it was counted as waits to be added up. Always true.
CREATE FUNCTION retour.keep_counted(
  a_ws bigint, a_subject text, a_change text, a_reports text[], a_days date[], a_items text[], a_details text[],
  a_amounts bigint[]
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.ws', a_ws::text, true);
  INSERT INTO retour.figure_change (workspace_id, change_id, reports, days, items, details, amounts)
    SELECT a_ws, a_change, array_agg(d.report), array_agg(d.day), array_agg(d.item), array_agg(d.detail),
           array_agg(d.amount)
      FROM (SELECT f.report, f.day, f.item, f.detail, sum(f.amount)::bigint AS amount
              FROM (SELECT n.report, n.day, n.item, n.detail, n.amount
                      FROM unnest(a_reports, a_days, a_items, a_details, a_amounts)
                           AS n(report, day, item, detail, amount)
                    UNION ALL
                    SELECT w.report, w.day, w.item, w.detail, -w.amount
                      FROM retour.counted c
                      CROSS JOIN unnest(c.reports, c.days, c.items, c.details, c.amounts)
                           AS w(report, day, item, detail, amount)
                     WHERE c.workspace_id = a_ws AND c.subject = a_subject) f
             GROUP BY f.report, f.day, f.item, f.detail HAVING sum(f.amount) <> 0) d
    HAVING count(*) > 0;
  INSERT INTO retour.counted (workspace_id, subject, reports, days, items, details, amounts)
    VALUES (a_ws, a_subject, a_reports, a_days, a_items, a_details, a_amounts)
    ON CONFLICT (workspace_id, subject)
    DO UPDATE SET reports = EXCLUDED.reports, days = EXCLUDED.days, items = EXCLUDED.items,
      details = EXCLUDED.details, amounts = EXCLUDED.amounts;
  RETURN true;
END $$;

-- Adds up what waits, the oldest first, at most so many commits' changes; answers how many there were.
CREATE FUNCTION retour.add_up(a_ws bigint, a_limit integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_taken text[];
BEGIN
  SELECT array_agg(t.change_id) INTO v_taken
    FROM (SELECT c.change_id FROM retour.figure_change c WHERE c.workspace_id = a_ws
           ORDER BY c.change_id LIMIT a_limit FOR UPDATE SKIP LOCKED) t;
  IF v_taken IS NULL THEN RETURN 0; END IF;
  INSERT INTO retour.figure (workspace_id, report, day, item, detail, amount)
    SELECT a_ws, w.report, w.day, w.item, w.detail, sum(w.amount)
      FROM retour.figure_change c
      CROSS JOIN unnest(c.reports, c.days, c.items, c.details, c.amounts) AS w(report, day, item, detail, amount)
     WHERE c.workspace_id = a_ws AND c.change_id = ANY (v_taken)
     GROUP BY w.report, w.day, w.item, w.detail
     ORDER BY w.report, w.day, w.item, w.detail
    ON CONFLICT (workspace_id, report, day, item, detail)
    DO UPDATE SET amount = figure.amount + EXCLUDED.amount;
  DELETE FROM retour.figure_change c WHERE c.workspace_id = a_ws AND c.change_id = ANY (v_taken);
  RETURN array_length(v_taken, 1);
END $$;

-- Writes fields so that no two rows read alike: each with its length in bytes before it.
CREATE FUNCTION retour.audit_text(a_fields text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT string_agg(octet_length(f.field) || ':' || f.field, '' ORDER BY f.n)
    FROM unnest(a_fields) WITH ORDINALITY AS f(field, n)
$$;

-- Appends a row to the log. Only its owner writes there, and this is how.
CREATE FUNCTION retour.audit_act(a_ws bigint, a_act text, a_subject text, a_details text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_at timestamptz := clock_timestamp();
  v_actor text := coalesce(nullif(current_setting('app.actor', true), ''), 'house');
  v_number bigint; v_previous bytea; v_hash bytea;
BEGIN
  PERFORM set_config('app.ws', a_ws::text, true);
  INSERT INTO retour.audit_head (workspace_id, number, hash) VALUES (a_ws, 0, '')
    ON CONFLICT (workspace_id) DO NOTHING;
  SELECT h.number + 1, h.hash INTO v_number, v_previous
    FROM retour.audit_head h WHERE h.workspace_id = a_ws FOR UPDATE;
  v_hash := sha256(convert_to(retour.audit_text(ARRAY[a_ws::text, v_number::text,
    floor(extract(epoch FROM v_at) * 1000000)::bigint::text, v_actor, a_act, a_subject, a_details,
    encode(v_previous, 'hex')]), 'UTF8'));
  INSERT INTO retour.audit (workspace_id, number, at, actor, act, subject, details, previous, hash)
    VALUES (a_ws, v_number, v_at, v_actor, a_act, a_subject, a_details, v_previous, v_hash);
  UPDATE retour.audit_head h SET number = v_number, hash = v_hash WHERE h.workspace_id = a_ws;
  RETURN v_number;
END $$;
REVOKE ALL ON FUNCTION retour.audit_act(bigint, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retour.audit_act(bigint, text, text, text) TO retour_app;

-- Logs that a setting was written. Its arguments: columns of its key, columns that may be shown, columns that
-- the house itself moves; of all others it is said only that they changed.
CREATE FUNCTION retour.audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_old jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
  v_new jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
  v_row jsonb := v_old || v_new;
  v_moved text[] := string_to_array(TG_ARGV[2], ',');
  v_changed text[]; v_shown text[]; v_subject text;
BEGIN
  SELECT array_agg(c.name ORDER BY c.name) INTO v_changed
    FROM jsonb_object_keys(v_row) AS c(name)
   WHERE v_old -> c.name IS DISTINCT FROM v_new -> c.name AND NOT c.name = ANY (v_moved)
     AND c.name <> 'workspace_id';
  IF v_changed IS NULL THEN RETURN NULL; END IF;
  SELECT coalesce(string_agg(v_row ->> k.name, '/' ORDER BY k.n), '') INTO v_subject
    FROM unnest(string_to_array(TG_ARGV[0], ',')) WITH ORDINALITY AS k(name, n);
  v_shown := ARRAY(SELECT unnest(v_changed) INTERSECT SELECT unnest(string_to_array(TG_ARGV[1], ',')) ORDER BY 1);
  PERFORM retour.audit_act((v_row ->> 'workspace_id')::bigint, TG_TABLE_NAME || '.' || lower(TG_OP), v_subject,
    jsonb_build_object('changed', v_changed,
      'old', (SELECT coalesce(jsonb_object_agg(s.name, v_old -> s.name), '{}') FROM unnest(v_shown) AS s(name)
               WHERE v_old ? s.name),
      'new', (SELECT coalesce(jsonb_object_agg(s.name, v_new -> s.name), '{}') FROM unnest(v_shown) AS s(name)
               WHERE v_new ? s.name))::text);
  RETURN NULL;
END $$;

-- Has a table's writes logged, where it is there. Only what goes through the house counts: deliveries change
-- subscriptions by themselves, and whoever has the server's own account needs no log to lie to.
CREATE FUNCTION retour.have_audited(a_table text, a_key text, a_shown text, a_moved text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF to_regclass('retour.' || a_table) IS NULL THEN RETURN; END IF;
  EXECUTE format('DROP TRIGGER IF EXISTS audit ON retour.%I', a_table);
  EXECUTE format('CREATE CONSTRAINT TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON retour.%I
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (current_user = ''retour_app'')
    EXECUTE FUNCTION retour.audit_change(%L, %L, %L)', a_table, a_key, a_shown, a_moved);
END $$;
REVOKE ALL ON FUNCTION retour.have_audited(text, text, text, text) FROM PUBLIC;

SELECT retour.have_audited(t.name, t.key, t.shown, t.moved) FROM (VALUES
  ('workspace', '', 'name,mode,zone,currency', 'epoch,clock_offset_us'),
  ('api_key', 'key_id', 'name,scopes,facilities,role,revoked_at', ''),
  ('policy', 'policy_id,version', 'policy_id,version', ''),
  ('facility', 'code', 'code,body', ''),
  ('subscription', 'subscription_id', 'kind,version,state,state_reason',
   'state_at,hold_until,failures,failing_since,probes'),
  ('notification_profile', 'profile_id', 'deleted_at', ''),
  ('notification_template', 'template_id', 'version,deleted_at', ''),
  ('list_entry', 'entry_id', 'list,kind,expires_at', ''),
  ('carrier_account', 'code', 'code,carrier,name,version', 'updated_at'),
  ('payment_account', 'code', 'code,processor,name,version', 'updated_at'),
  ('channel_account', 'code', 'code,tenant,name,stage,version',
   'facts,watermark,due_at,polled_at,trouble,updated_at,tested_at,rehearsed_at,live_at,hook_at,refused_at'),
  ('channel_product', 'code,product', 'code,product,sku', 'mapped_at'),
  ('grading_set', 'set_id,version', 'set_id,version', ''),
  ('disposition', 'code', 'code,body', ''),
  ('return_configuration', '', 'version,body', 'updated_at'),
  ('withdrawal_settings', '', 'body', 'updated_at'),
  ('money_control', '', 'body', 'updated_at'),
  ('paper_settings', '', '', ''),
  ('paper_logo', '', 'digest', ''),
  ('portal_settings', '', 'body', 'updated_at'),
  ('brand', '', 'body', ''),
  ('brand_font', '', 'digest', ''),
  ('saved_view', 'view_id', 'owner,name,place', ''),
  ('person', 'person_id', '', 'code_step,asked_secret'),
  ('person_passkey', 'passkey_id', 'person_id,made_at', 'uses,used_at'),
  ('person_identity', 'person_id', 'issuer,person_id', ''),
  ('person_session', 'session_id', 'person_id,way,begun_at,proved_at', 'seen_at,digest'),
  ('membership', 'person_id', 'person_id,role,facilities', ''),
  ('invitation', 'invitation_id', 'role,facilities,made_by,taken_at,taken_by', '')
) AS t(name, key, shown, moved);
