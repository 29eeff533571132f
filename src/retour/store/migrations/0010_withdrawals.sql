-- Withdrawals: statements by which consumers end a contract, kept as they came, chained by their hashes.

-- A statement and its evidence. What it says and its place in the chain can only ever be inserted: the
-- right to update ends at what an agent finds out later, which order it is about.
CREATE TABLE retour.withdrawal (
  workspace_id bigint NOT NULL,
  withdrawal_id text COLLATE "C" NOT NULL,
  number bigint NOT NULL CHECK (number > 0),
  received_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  content bytea NOT NULL,
  content_digest bytea NOT NULL,
  previous bytea NOT NULL,
  hash bytea NOT NULL,
  email_digest bytea NOT NULL,
  status text NOT NULL CHECK (status IN ('matched', 'unmatched')),
  order_id text COLLATE "C",
  matched_at timestamptz,
  matched_by json,
  PRIMARY KEY (workspace_id, withdrawal_id),
  UNIQUE (workspace_id, number),
  CONSTRAINT matched_to_an_order CHECK ((status = 'matched') = (order_id IS NOT NULL))
);
CREATE INDEX withdrawal_status ON retour.withdrawal (workspace_id, status, withdrawal_id);

ALTER TABLE retour.withdrawal ENABLE ROW LEVEL SECURITY;
ALTER TABLE retour.withdrawal FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON retour.withdrawal TO retour_app, retour_owner
  USING (workspace_id = current_setting('app.ws')::bigint)
  WITH CHECK (workspace_id = current_setting('app.ws')::bigint);
GRANT SELECT, INSERT ON retour.withdrawal TO retour_app;
GRANT UPDATE (status, order_id, matched_at, matched_by) ON retour.withdrawal TO retour_app;
