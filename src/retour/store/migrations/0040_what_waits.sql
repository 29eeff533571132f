-- What waits, complete and with its course: tickets without an order, the return of a message, how much waited on
-- each day; and what agents write: answers that are written once, and what is not sent yet.

-- Tickets that wait for their order; whatever else a ticket may be waits for nobody.
CREATE INDEX ticket_open ON retour.ticket (workspace_id, ticket_id) WHERE status = 'open';

-- When money is due by law: what is next, and what is late.
CREATE INDEX timer_refund ON retour.timer (workspace_id, due_at, timer_id)
  WHERE cause = 'refund' AND moment = 'deadline' AND (status = 'waiting' OR is_open);

-- How much waited in a queue when a day was last looked at; the days before stay as they were.
CREATE TABLE retour.queue_depth (
  workspace_id bigint NOT NULL,
  queue text COLLATE "C" NOT NULL,
  day date NOT NULL,
  count integer NOT NULL CHECK (count >= 0),
  PRIMARY KEY (workspace_id, queue, day)
) WITH (fillfactor = 80);

-- An answer that is written once, with words that stand for what a return says.
CREATE TABLE retour.reply_template (
  workspace_id bigint NOT NULL,
  code text COLLATE "C" NOT NULL,
  name text NOT NULL,
  text text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, code)
);

-- What somebody has begun to write in a return's conversation and not sent. It is about a customer.
CREATE TABLE retour.message_draft (
  workspace_id bigint NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  writer text COLLATE "C" NOT NULL,
  text text NOT NULL,
  internal boolean NOT NULL,
  saved_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, return_id, writer)
);
CREATE INDEX message_draft_saved ON retour.message_draft (workspace_id, saved_at);

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['queue_depth', 'reply_template', 'message_draft'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON retour.queue_depth, retour.reply_template, retour.message_draft TO retour_app;

SELECT retour.have_audited('reply_template', 'code', 'code,name', 'updated_at');

-- As 0034 made it, but for tickets, and for the return that a message is about.
CREATE OR REPLACE VIEW retour.waiting WITH (security_invoker = true) AS
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
  SELECT m.workspace_id, 'message', m.message_id, m.at, 'ret_' || m.thread FROM retour.message m WHERE m.needs_answer
  UNION ALL
  SELECT i.workspace_id, 'mail', i.mail_id, i.received_at, NULL
    FROM retour.incoming_mail i WHERE i.status = 'unmatched'
  UNION ALL
  SELECT d.workspace_id, 'dock_exception', d.case_id, d.created_at, d.return_id
    FROM retour.dock_case d WHERE d.queue = 'exception' AND d.status = 'open'
  UNION ALL
  SELECT y.workspace_id, 'payment_case', y.case_id, y.created_at, NULL
    FROM retour.payment_case y WHERE y.closed_at IS NULL
  UNION ALL
  SELECT t.workspace_id, 'ticket', t.ticket_id, t.created_at, NULL FROM retour.ticket t WHERE t.status = 'open';
GRANT SELECT ON retour.waiting TO retour_app;
