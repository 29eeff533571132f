-- Conversations: which messages there are, who has read them, and which wait for an answer; and mails that
-- came in, each taken once.  What messages say stands in their events and nowhere else.

-- One row per message of a return, a ticket or a use case. `thread` is the id of what it is about, without
-- its prefix: a ticket and the return that came of it are one conversation.
CREATE TABLE retour.message (
  workspace_id bigint NOT NULL,
  message_id text COLLATE "C" NOT NULL,
  thread text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  way text NOT NULL CHECK (way IN ('in', 'out', 'inside')),
  needs_answer boolean NOT NULL,
  read_at timestamptz,
  read_by json,
  PRIMARY KEY (workspace_id, message_id)
);
CREATE INDEX message_thread ON retour.message (workspace_id, thread, message_id);
CREATE INDEX message_waiting ON retour.message (workspace_id, message_id) WHERE needs_answer;
CREATE INDEX message_unread ON retour.message (workspace_id, message_id) WHERE read_at IS NULL AND way <> 'out';

-- A mail that came in. `digest` names it, so that it is taken once however often it is handed over; `words`
-- is what persons wrote, which erasure rewrites.
CREATE TABLE retour.incoming_mail (
  workspace_id bigint NOT NULL,
  mail_id text COLLATE "C" NOT NULL,
  digest bytea NOT NULL,
  received_at timestamptz NOT NULL,
  status text NOT NULL CHECK (status IN ('threaded', 'unmatched', 'discarded')),
  why text,
  thread text COLLATE "C",
  facts json NOT NULL,
  words json,
  decided_at timestamptz,
  decided_by json,
  PRIMARY KEY (workspace_id, mail_id),
  UNIQUE (workspace_id, digest)
);
CREATE INDEX incoming_mail_status ON retour.incoming_mail (workspace_id, status, mail_id);

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['message', 'incoming_mail'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
END $$;

GRANT SELECT, INSERT ON retour.message, retour.incoming_mail TO retour_app;
GRANT UPDATE (needs_answer, read_at, read_by) ON retour.message TO retour_app;
GRANT UPDATE (status, why, thread, words, decided_at, decided_by) ON retour.incoming_mail TO retour_app;

-- Lists a message; an answer to the customer ends the wait of all before it. A use case's message waits too,
-- what a program wrote does not, and a mail that did not arrive is somebody's to look at.
CREATE FUNCTION retour.converse(a_ws bigint, a_about text, a_event text, a_at timestamptz, a_details json)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_way text := coalesce(a_details ->> 'way', CASE
    WHEN (a_details ->> 'internal')::boolean OR a_details ->> 'author' = 'system' THEN 'inside'
    WHEN a_details ->> 'author' = 'customer' THEN 'in' ELSE 'out' END);
  v_thread text := right(a_about, 26);
BEGIN
  INSERT INTO retour.message (workspace_id, message_id, thread, event_id, at, way, needs_answer)
    VALUES (a_ws, a_details ->> 'message', v_thread, a_event, a_at, v_way,
      coalesce((a_details ->> 'bounce')::boolean, false)
        OR (v_way = 'in' AND NOT coalesce((a_details ->> 'automatic')::boolean, false)));
  IF v_way = 'out' THEN
    UPDATE retour.message m SET needs_answer = false
     WHERE m.workspace_id = a_ws AND m.thread = v_thread AND m.needs_answer;
  END IF;
END $$;

-- Appends events to their streams, and to each matching subscription's lanes; it is 0006's, but for messages,
-- which are listed as well.
CREATE OR REPLACE FUNCTION retour.append(
  a_ws bigint, a_tick timestamptz, a_stream text, a_return text, a_actor json, a_source text, a_personal json,
  a_ids text[], a_types text[], a_stream_sequences integer[], a_sequences integer[],
  a_occurred timestamptz[], a_snapshots json[],
  a_d_event integer[], a_d_subscription text[], a_d_version integer[], a_d_lane text[], a_d_id text[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1 .. coalesce(array_length(a_ids, 1), 0) LOOP
    INSERT INTO retour.event (workspace_id, event_id, tx, type, stream, stream_sequence, return_id,
        sequence, occurred_at, recorded_at, actor, source, snapshot, personal)
      VALUES (a_ws, a_ids[i], pg_current_xact_id(), a_types[i], a_stream, a_stream_sequences[i],
        CASE WHEN a_sequences[i] IS NULL THEN NULL ELSE a_return END, a_sequences[i],
        a_occurred[i], a_tick, a_actor, a_source, a_snapshots[i], a_personal);
    IF a_types[i] = 'message.created' THEN
      PERFORM retour.converse(a_ws, coalesce(a_return, a_stream), a_ids[i], a_occurred[i],
        a_snapshots[i] -> 'details');
    END IF;
  END LOOP;
  IF array_length(a_d_id, 1) IS NOT NULL THEN
    INSERT INTO retour.delivery (workspace_id, subscription_id, lane, position, delivery_id, event_id,
        subscription_version, type, return_id)
      SELECT s.workspace_id, s.subscription_id, d.lane,
             a_stream_sequences[d.event / 4] * 4 + d.event % 4, d.id, a_ids[d.event / 4],
             d.version, a_types[d.event / 4],
             CASE WHEN a_sequences[d.event / 4] IS NULL THEN NULL ELSE a_return END
        FROM retour.subscription s
        JOIN unnest(a_d_event, a_d_subscription, a_d_version, a_d_lane, a_d_id)
             AS d(event, subscription_id, version, lane, id) ON d.subscription_id = s.subscription_id
       WHERE s.workspace_id = a_ws;
    INSERT INTO retour.lane (workspace_id, subscription_id, lane, due_at, pending)
      SELECT s.workspace_id, s.subscription_id, d.lane, a_tick, d.n
        FROM retour.subscription s
        JOIN (SELECT x.subscription_id, x.lane, count(*)::integer AS n
                FROM unnest(a_d_subscription, a_d_lane) AS x(subscription_id, lane) GROUP BY 1, 2) d
             ON d.subscription_id = s.subscription_id
       WHERE s.workspace_id = a_ws
       ORDER BY s.subscription_id, d.lane
      ON CONFLICT (workspace_id, subscription_id, lane)
      DO UPDATE SET pending = lane.pending + EXCLUDED.pending;
  END IF;
END $$;

-- What was written before this, and the mails of conversations in workspaces made before this.
ALTER TABLE retour.event NO FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.message NO FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.workspace NO FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.subscription NO FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.subscription_version NO FORCE ROW LEVEL SECURITY;

DO $$
DECLARE
  e record;
BEGIN
  -- across workspaces: all of them, once
  FOR e IN SELECT x.workspace_id, coalesce(x.return_id, x.stream) AS about, x.event_id, x.occurred_at, x.snapshot
             FROM retour.event x WHERE x.type = 'message.created' ORDER BY x.workspace_id, x.event_id LOOP
    PERFORM retour.converse(e.workspace_id, e.about, e.event_id, e.occurred_at, e.snapshot -> 'details');
  END LOOP;
END $$;

-- across workspaces: all of them, once
INSERT INTO retour.subscription (workspace_id, subscription_id, kind, version, state, state_at, created_at)
SELECT w.workspace_id, 'sub_message', 'message', 1, 'active', clock_timestamp(), clock_timestamp()
  FROM retour.workspace w;

-- across workspaces: the same
INSERT INTO retour.subscription_version (workspace_id, subscription_id, version, body, created_at)
SELECT w.workspace_id, 'sub_message', 1, '{"kind":"message","target":"customer","events":["message.created"]}',
       clock_timestamp()
  FROM retour.workspace w;

-- across workspaces: everyone has one more to tell
UPDATE retour.workspace SET epoch = epoch + 1;

ALTER TABLE retour.event FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.message FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.workspace FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.subscription FORCE ROW LEVEL SECURITY;
ALTER TABLE retour.subscription_version FORCE ROW LEVEL SECURITY;
