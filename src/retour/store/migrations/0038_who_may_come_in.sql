-- Who may come in: letters to people, forms that wait for a proof, keys that end and are known by their networks,
-- and sandboxes beside the workspaces they practise for.

-- What became of the mail that carries an invitation's link; null where none was asked for.
ALTER TABLE retour.invitation ADD COLUMN mail text COLLATE "C" CHECK (mail IN ('waits', 'sent', 'failed'));
ALTER TABLE retour.invitation ADD COLUMN mail_at timestamptz;
ALTER TABLE retour.invitation ADD COLUMN mail_words text;
SELECT retour.have_audited('invitation', 'invitation_id', 'role,facilities,made_by,taken_at,taken_by,until',
  'mail,mail_at,mail_words');

-- Letters of the house to people: its own subscription, in its own lanes. A delivery names what its letter is about
-- and nothing else: words, address and link are written when it is sent, and kept nowhere.
SELECT set_config('app.ws', '0', true);
INSERT INTO retour.subscription (workspace_id, subscription_id, kind, version, state, state_at, created_at)
  VALUES (0, 'sub_letter', 'letter', 1, 'active', clock_timestamp(), clock_timestamp());
INSERT INTO retour.subscription_version (workspace_id, subscription_id, version, body, created_at)
  VALUES (0, 'sub_letter', 1, '{"kind":"letter","events":[],"ordering":"none","dialect":"effect"}', clock_timestamp());

-- Queues a letter, within the transaction of whatever it is about.
CREATE FUNCTION retour.post_letter(a_delivery text, a_about text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_ws text := current_setting('app.ws');
BEGIN
  PERFORM set_config('app.ws', '0', true);
  INSERT INTO retour.delivery (workspace_id, subscription_id, lane, position, delivery_id, event_id,
      subscription_version, type)
    VALUES (0, 'sub_letter', a_delivery, 1, a_delivery, a_about, 1, 'letter');
  INSERT INTO retour.lane (workspace_id, subscription_id, lane, due_at, pending)
    VALUES (0, 'sub_letter', a_delivery, clock_timestamp(), 1);
  PERFORM set_config('app.ws', v_ws, true);
END $$;

-- A form that waits until who sent it has proved who they are: sealed, for one session, good once.
CREATE TABLE retour.held_form (
  workspace_id bigint NOT NULL CHECK (workspace_id = 0),
  held_id text COLLATE "C" NOT NULL,
  session_id text COLLATE "C" NOT NULL,
  path text NOT NULL,
  sealed bytea NOT NULL,
  until timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, held_id)
);
CREATE INDEX held_form_of ON retour.held_form (workspace_id, session_id);
CREATE INDEX held_form_until ON retour.held_form (workspace_id, until);

-- A key may end by itself, and may be good from some networks alone.
ALTER TABLE retour.api_key ADD COLUMN ends_at timestamptz;
ALTER TABLE retour.api_key ADD COLUMN networks text[];
SELECT retour.have_audited('api_key', 'key_id', 'name,scopes,facilities,role,networks,ends_at,revoked_at', '');

-- When a key was last used, to the minute; apart, for it is no setting.
CREATE TABLE retour.api_key_use (
  workspace_id bigint NOT NULL,
  key_id text COLLATE "C" NOT NULL,
  used_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, key_id)
);

-- The live workspace that a sandbox was made beside.
ALTER TABLE retour.workspace ADD COLUMN beside bigint;

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['held_form', 'api_key_use'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON retour.%I TO retour_app', v_table);
  END LOOP;
END $$;
