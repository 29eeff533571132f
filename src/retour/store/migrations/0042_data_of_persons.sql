-- What there is of persons: how long it is kept, who asked for it, and who was forgotten.

-- Somebody who was forgotten, by keyed marks alone: put again to a database that was restored from before, it forgets
-- them again. `marks` are of e-mail addresses, telephone numbers and postal addresses, `digests` those that returns
-- are looked up by; only what was there before `asked_at` goes.
CREATE TABLE retour.erasure (
  workspace_id bigint NOT NULL,
  erasure_id text COLLATE "C" NOT NULL,
  asked_at timestamptz NOT NULL,
  asked_by text NOT NULL,
  kinds text[] NOT NULL,
  marks bytea[] NOT NULL,
  digests bytea[] NOT NULL,
  orders text[] NOT NULL,
  with_evidence boolean NOT NULL,
  with_lists boolean NOT NULL,
  counts json NOT NULL,
  done_at timestamptz,
  PRIMARY KEY (workspace_id, erasure_id)
);
CREATE INDEX erasure_open ON retour.erasure (workspace_id, erasure_id) WHERE done_at IS NULL;

-- Somebody who asked for what there is of them, or to be forgotten; `who` goes when the answer is given.
CREATE TABLE retour.data_request (
  workspace_id bigint NOT NULL,
  request_id text COLLATE "C" NOT NULL,
  kind text NOT NULL CHECK (kind IN ('export', 'erase')),
  who json,
  hint text NOT NULL,
  asked_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'done', 'declined')),
  note text,
  closed_at timestamptz,
  closed_by text,
  PRIMARY KEY (workspace_id, request_id),
  CONSTRAINT closed_at_an_instant CHECK ((status = 'open') = (closed_at IS NULL)),
  CONSTRAINT nobody_is_named_once_closed CHECK (status = 'open' OR who IS NULL)
);
CREATE INDEX data_request_due ON retour.data_request (workspace_id, due_at, request_id) WHERE status = 'open';

-- For how many days a workspace keeps what; one that has said nothing has no row.
CREATE TABLE retour.retention (
  workspace_id bigint NOT NULL PRIMARY KEY,
  body json NOT NULL,
  updated_at timestamptz NOT NULL
);

-- What went because its time was over: one row for each day and subject.
CREATE TABLE retour.retention_run (
  workspace_id bigint NOT NULL,
  day date NOT NULL,
  subject text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  ran_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, day, subject)
);

-- Since when the list of what is to be set up is put aside.
CREATE TABLE retour.setup_aside (
  workspace_id bigint NOT NULL PRIMARY KEY,
  aside_at timestamptz NOT NULL
);

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['erasure', 'data_request', 'retention', 'retention_run', 'setup_aside'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
END $$;

GRANT SELECT, INSERT ON retour.erasure TO retour_app;
GRANT UPDATE (counts, done_at) ON retour.erasure TO retour_app;
GRANT SELECT, INSERT ON retour.data_request TO retour_app;
GRANT UPDATE (status, who, note, closed_at, closed_by) ON retour.data_request TO retour_app;
GRANT SELECT, INSERT, UPDATE ON retour.retention, retour.retention_run TO retour_app;
GRANT SELECT, INSERT, DELETE ON retour.setup_aside TO retour_app;

-- What delivery finds to be gone on with, wherever it is.
CREATE POLICY delivery_reads ON retour.erasure FOR SELECT TO retour_delivery USING (done_at IS NULL);
GRANT SELECT (workspace_id, erasure_id, done_at) ON retour.erasure TO retour_delivery;

-- Forgetting reaches what no other use case changes: what receivers answered, papers with addresses, what was noted of
-- parcels that nobody knew.
GRANT UPDATE (detail, request_headers, response_headers, response_body) ON retour.attempt TO retour_app;
GRANT DELETE ON retour.parcel_document TO retour_app;
GRANT UPDATE (body) ON retour.unmatched_parcel, retour.dock_case TO retour_app;

-- By what mails, statements and parcels of one person are found.
CREATE INDEX incoming_mail_sender ON retour.incoming_mail (workspace_id, mail_id)
  WHERE words IS NOT NULL AND thread IS NULL;
CREATE INDEX incoming_mail_thread ON retour.incoming_mail (workspace_id, thread) WHERE thread IS NOT NULL;
CREATE INDEX incoming_mail_age ON retour.incoming_mail (workspace_id, received_at) WHERE words IS NOT NULL;
CREATE INDEX message_case ON retour.message (workspace_id, message_id) WHERE right(message_id, 26) = thread;
CREATE INDEX withdrawal_email ON retour.withdrawal (workspace_id, email_digest);
CREATE INDEX withdrawal_order ON retour.withdrawal (workspace_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX unmatched_parcel_email ON retour.unmatched_parcel (workspace_id, parcel_id)
  WHERE body ->> 'email' IS NOT NULL;
CREATE INDEX unmatched_parcel_return ON retour.unmatched_parcel (workspace_id, return_id) WHERE return_id IS NOT NULL;

-- What is old enough to go.
CREATE INDEX orders_kept ON retour.orders (workspace_id, updated_at) WHERE octet_length(email_digest) = 32;
CREATE INDEX withdrawal_kept ON retour.withdrawal (workspace_id, received_at) WHERE erased_at IS NULL;
CREATE INDEX photo_kept ON retour.photo (workspace_id, created_at) WHERE erased_at IS NULL;

SELECT retour.have_audited(t.name, t.key, t.shown, t.moved) FROM (VALUES
  ('data_request', 'request_id', 'kind,due_at,status,closed_at', ''),
  ('retention', '', 'body', 'updated_at'),
  ('setup_aside', '', 'aside_at', '')
) AS t(name, key, shown, moved);
