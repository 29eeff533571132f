-- Tickets without a return: conversations whose order is not known.  A matched one ends here and goes
-- on as a return whose id ends like its own; its number becomes the return's.

-- A conversation that waits for its order. `words` is what persons said; erasure rewrites it alone.
CREATE TABLE retour.ticket (
  workspace_id bigint NOT NULL,
  ticket_id text COLLATE "C" NOT NULL,
  number bigint NOT NULL,
  version integer NOT NULL,
  stream_sequence integer NOT NULL,
  status text NOT NULL,
  body json NOT NULL,
  words json NOT NULL,
  email_digest bytea,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, ticket_id)
);
CREATE INDEX ticket_updated ON retour.ticket (workspace_id, updated_at, ticket_id);
CREATE INDEX ticket_email ON retour.ticket (workspace_id, email_digest, ticket_id);

DO $$
BEGIN
  ALTER TABLE retour.ticket ENABLE ROW LEVEL SECURITY;
  ALTER TABLE retour.ticket FORCE ROW LEVEL SECURITY;
  CREATE POLICY own_workspace ON retour.ticket TO retour_app, retour_owner
    USING (workspace_id = current_setting('app.ws')::bigint)
    WITH CHECK (workspace_id = current_setting('app.ws')::bigint);
END $$;

GRANT SELECT, INSERT, UPDATE ON retour.ticket TO retour_app;

-- Commits a ticket as it now is, with what was said of it in its own stream.  `a_version` is the one
-- it was read at, 0 for a new one.  False where somebody else was faster (nothing is written then).
CREATE FUNCTION retour.commit_ticket(
  a_ws bigint, a_tick timestamptz, a_epoch integer,
  a_ticket text, a_version integer, a_number bigint, a_status text, a_body json, a_words json, a_email bytea,
  a_actor json, a_source text, a_personal json,
  a_ids text[], a_types text[], a_occurred timestamptz[], a_snapshots json[],
  a_d_event integer[], a_d_subscription text[], a_d_version integer[], a_d_lane text[], a_d_id text[]
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_events integer := coalesce(array_length(a_ids, 1), 0);
  v_last integer;
BEGIN
  IF a_version = 0 THEN
    INSERT INTO retour.ticket (workspace_id, ticket_id, number, version, stream_sequence, status, body, words,
        email_digest, created_at, updated_at)
      VALUES (a_ws, a_ticket, a_number, 1, v_events, a_status, a_body, a_words, a_email, a_tick, a_tick)
      RETURNING stream_sequence INTO v_last;
  ELSE
    UPDATE retour.ticket t
       SET version = t.version + 1, stream_sequence = t.stream_sequence + v_events, status = a_status,
           body = a_body, words = a_words, email_digest = a_email, updated_at = a_tick
     WHERE t.workspace_id = a_ws AND t.ticket_id = a_ticket AND t.version = a_version
     RETURNING t.stream_sequence INTO v_last;
    IF NOT FOUND THEN RETURN false; END IF;
  END IF;
  PERFORM retour.check_epoch(a_ws, a_epoch);
  PERFORM retour.append(a_ws, a_tick, a_ticket, NULL, a_actor, a_source, a_personal, a_ids, a_types,
    ARRAY(SELECT v_last - v_events + n FROM generate_series(1, v_events) n),
    array_fill(NULL::integer, ARRAY[v_events]), a_occurred, a_snapshots,
    a_d_event, a_d_subscription, a_d_version, a_d_lane, a_d_id);
  RETURN true;
END $$;
