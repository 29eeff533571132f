-- People: who may sign in, where they are members, and by what they prove who they are.
--
-- A person is the house's and not a workspace's: such rows have workspace_id 0, which is no workspace and never
-- will be (numbers are drawn from 1), so that the walls of every other table stand around them too. A membership
-- is its workspace's.

-- Somebody with an account. `password` is an Argon2id hash; `code_secret` is sealed, `code_step` the last step of
-- it that was used; `asked_secret` waits until a first code proves that it arrived.
CREATE TABLE retour.person (
  workspace_id bigint NOT NULL CHECK (workspace_id = 0),
  person_id text COLLATE "C" NOT NULL,
  email text NOT NULL,
  email_key text COLLATE "C" NOT NULL,
  name text NOT NULL,
  password text,
  code_secret bytea,
  code_step bigint NOT NULL DEFAULT 0,
  asked_secret bytea,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, person_id),
  CONSTRAINT one_person_per_email UNIQUE (workspace_id, email_key)
);

-- A browser in which somebody is signed in; only the digest of what it brings is kept.
CREATE TABLE retour.person_session (
  workspace_id bigint NOT NULL CHECK (workspace_id = 0),
  digest bytea NOT NULL,
  session_id text COLLATE "C" NOT NULL,
  person_id text COLLATE "C" NOT NULL,
  way text COLLATE "C" NOT NULL,
  device text NOT NULL,
  address text NOT NULL,
  begun_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  proved_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, digest)
);
CREATE INDEX person_session_of ON retour.person_session (workspace_id, person_id, session_id);

-- Codes for the day the telephone is gone, each good once.
CREATE TABLE retour.person_recovery (
  workspace_id bigint NOT NULL CHECK (workspace_id = 0),
  person_id text COLLATE "C" NOT NULL,
  digest bytea NOT NULL,
  PRIMARY KEY (workspace_id, person_id, digest)
);

-- Keys kept by browsers, telephones and sticks (WebAuthn).
CREATE TABLE retour.person_passkey (
  workspace_id bigint NOT NULL CHECK (workspace_id = 0),
  passkey_id bytea NOT NULL,
  person_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  public_key bytea NOT NULL,
  uses bigint NOT NULL,
  made_at timestamptz NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (workspace_id, passkey_id)
);
CREATE INDEX person_passkey_of ON retour.person_passkey (workspace_id, person_id, made_at);

-- As whom an identity provider knows somebody: by issuer and subject, never by e-mail address.
CREATE TABLE retour.person_identity (
  workspace_id bigint NOT NULL CHECK (workspace_id = 0),
  issuer text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  person_id text COLLATE "C" NOT NULL,
  linked_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, issuer, subject)
);
CREATE INDEX person_identity_of ON retour.person_identity (workspace_id, person_id);

-- A password that somebody asked to set anew; the link names it, and the master key's mark proves it.
CREATE TABLE retour.person_reset (
  workspace_id bigint NOT NULL CHECK (workspace_id = 0),
  reset_id text COLLATE "C" NOT NULL,
  person_id text COLLATE "C" NOT NULL,
  until timestamptz NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (workspace_id, reset_id)
);
CREATE INDEX person_reset_of ON retour.person_reset (workspace_id, person_id);

-- How often something was tried since when, by a digest of what tried: accounts, networks, what is good once.
CREATE TABLE retour.person_try (
  workspace_id bigint NOT NULL CHECK (workspace_id = 0),
  subject bytea NOT NULL,
  since timestamptz NOT NULL,
  tries integer NOT NULL,
  PRIMARY KEY (workspace_id, subject)
);
CREATE INDEX person_try_since ON retour.person_try (workspace_id, since);

-- Who belongs to a workspace, as what, and for warehouses where.
CREATE TABLE retour.membership (
  workspace_id bigint NOT NULL,
  person_id text COLLATE "C" NOT NULL,
  role text COLLATE "C" NOT NULL CHECK (role IN ('agent', 'warehouse', 'developer', 'admin')),
  facilities text[],
  since timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, person_id)
);
CREATE INDEX membership_of ON retour.membership (person_id);

-- A membership that waits for its person; without an e-mail address it is the first admin's.
CREATE TABLE retour.invitation (
  workspace_id bigint NOT NULL,
  invitation_id text COLLATE "C" NOT NULL,
  email text,
  role text COLLATE "C" NOT NULL CHECK (role IN ('agent', 'warehouse', 'developer', 'admin')),
  facilities text[],
  made_by text COLLATE "C",
  made_at timestamptz NOT NULL,
  until timestamptz NOT NULL,
  taken_at timestamptz,
  taken_by text COLLATE "C",
  PRIMARY KEY (workspace_id, invitation_id)
);

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['person', 'person_session', 'person_recovery', 'person_passkey', 'person_identity',
    'person_reset', 'person_try', 'membership', 'invitation'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON retour.%I TO retour_app', v_table);
  END LOOP;
  -- Who signs in is asked where they belong: the house alone, which is no workspace, reads that across all.
  FOREACH v_table IN ARRAY ARRAY['membership', 'workspace'] LOOP
    EXECUTE format('CREATE POLICY house_reads ON retour.%I FOR SELECT TO retour_app
      USING (current_setting(''app.ws'')::bigint = 0)', v_table);
  END LOOP;
END $$;
