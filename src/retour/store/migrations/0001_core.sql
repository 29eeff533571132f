-- The core: workspaces, orders, returns, events, and the lanes that carry them outside.
--
-- Rules of this schema (they keep it distributable by workspace, and isolated):
--   * workspace_id is the first column of every key; no unique constraint spans workspaces.
--   * ids and instants come from the caller; no trigger, no volatile default in a hot insert.
--   * documents are `json`: kept as written, replaced whole; what is counted or looked up is a column.
--   * every workspace table has row-level security with FORCE (0003); rights are granted one by one.

CREATE SCHEMA retour;

-- Numbers of workspaces; the only thing shared by all of them.
CREATE SEQUENCE retour.workspace_number;

-- One merchant's (or one sandbox's) world. `epoch` moves with every change of what a commit depends on.
CREATE TABLE retour.workspace (
  workspace_id bigint PRIMARY KEY,
  name text NOT NULL,
  mode text NOT NULL CHECK (mode IN ('live', 'sandbox')),
  zone text NOT NULL,
  currency text NOT NULL,
  clock_offset_us bigint NOT NULL DEFAULT 0 CHECK (mode = 'sandbox' OR clock_offset_us = 0),
  epoch integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL
);

-- Per-workspace numbers (returns, lines, facilities): unique and growing, gaps allowed.
CREATE TABLE retour.numbering (
  workspace_id bigint NOT NULL,
  kind text NOT NULL,
  next bigint NOT NULL,
  PRIMARY KEY (workspace_id, kind)
);

-- Keys to the API: only a digest is kept.
CREATE TABLE retour.api_key (
  workspace_id bigint NOT NULL,
  key_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  digest bytea NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamptz NOT NULL,
  revoked_at timestamptz,
  PRIMARY KEY (workspace_id, key_id)
);

-- A policy's versions; the highest is in force, returns keep theirs.
CREATE TABLE retour.policy (
  workspace_id bigint NOT NULL,
  policy_id text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  body json NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, policy_id, version)
);

-- Places that receive.
CREATE TABLE retour.facility (
  workspace_id bigint NOT NULL,
  code text COLLATE "C" NOT NULL,
  number bigint NOT NULL,
  body json NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, code)
);

-- What was sold. `version` moves with every commit on the order or one of its returns: the stream's lock.
CREATE TABLE retour.orders (
  workspace_id bigint NOT NULL,
  order_id text COLLATE "C" NOT NULL,
  order_number text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  stream_sequence integer NOT NULL,
  body json NOT NULL,
  customer json NOT NULL,
  email_digest bytea NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, order_id),
  UNIQUE (workspace_id, order_number)
);

-- How far each order line has come back, in units; the checks are the last wall against an over-return.
CREATE TABLE retour.order_line (
  workspace_id bigint NOT NULL,
  order_id text COLLATE "C" NOT NULL,
  line_id text COLLATE "C" NOT NULL,
  position integer NOT NULL,
  delivered integer NOT NULL,
  requested integer NOT NULL DEFAULT 0,
  received integer NOT NULL DEFAULT 0,
  accepted integer NOT NULL DEFAULT 0,
  rejected integer NOT NULL DEFAULT 0,
  settled integer NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace_id, order_id, line_id),
  CONSTRAINT settled_within_accepted CHECK (settled >= 0 AND settled <= accepted),
  CONSTRAINT judged_within_received CHECK (rejected >= 0 AND accepted + rejected <= received),
  CONSTRAINT received_within_requested CHECK (received <= requested),
  CONSTRAINT requested_within_delivered CHECK (requested <= delivered)
);

-- What was paid, and how much of it refunds hold: the cap.
CREATE TABLE retour.payment (
  workspace_id bigint NOT NULL,
  order_id text COLLATE "C" NOT NULL,
  payment_id text COLLATE "C" NOT NULL,
  position integer NOT NULL,
  captured bigint NOT NULL CHECK (captured >= 0),
  reserved bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace_id, order_id, payment_id),
  CONSTRAINT reserved_within_captured CHECK (reserved >= 0 AND reserved <= captured)
);

-- Returns: the document, and beside it what lists filter by.
CREATE TABLE retour.returns (
  workspace_id bigint NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  order_id text COLLATE "C" NOT NULL,
  order_number text COLLATE "C" NOT NULL,
  number bigint NOT NULL,
  rma_number text COLLATE "C" NOT NULL,
  status text NOT NULL,
  version integer NOT NULL,
  sequence integer NOT NULL,
  body json NOT NULL,
  words json NOT NULL,
  email_digest bytea NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, return_id),
  UNIQUE (workspace_id, rma_number)
);
CREATE INDEX returns_status ON retour.returns (workspace_id, status, return_id);
CREATE INDEX returns_order ON retour.returns (workspace_id, order_id, return_id);
CREATE INDEX returns_email ON retour.returns (workspace_id, email_digest, return_id);
CREATE INDEX returns_updated ON retour.returns (workspace_id, updated_at, return_id);
CREATE INDEX returns_order_number ON retour.returns (workspace_id, order_number, return_id);

-- Which returns hold a SKU.
CREATE TABLE retour.return_sku (
  workspace_id bigint NOT NULL,
  sku text COLLATE "C" NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace_id, sku, return_id)
);

-- The log: facts with the world as it stood. `tx` orders it by commit for readers that follow it.
CREATE TABLE retour.event (
  workspace_id bigint NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  tx xid8 NOT NULL,
  type text NOT NULL,
  stream text COLLATE "C" NOT NULL,
  stream_sequence integer NOT NULL,
  return_id text COLLATE "C",
  sequence integer,
  occurred_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  actor json NOT NULL,
  source text NOT NULL,
  snapshot json NOT NULL,
  personal json,
  PRIMARY KEY (workspace_id, event_id)
) PARTITION BY RANGE (event_id);
CREATE INDEX event_stream ON retour.event (workspace_id, stream, stream_sequence);
CREATE INDEX event_return ON retour.event (workspace_id, return_id, sequence);
CREATE INDEX event_log ON retour.event (workspace_id, tx, event_id);
CREATE TABLE retour.event_default PARTITION OF retour.event DEFAULT;

-- Who wants to be told: webhooks, templates x profiles, and the effects of the workspace itself.
-- Rows are never deleted; what they say stands in subscription_version.
CREATE TABLE retour.subscription (
  workspace_id bigint NOT NULL,
  subscription_id text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  version integer NOT NULL,
  state text NOT NULL CHECK (state IN ('active', 'probing', 'paused', 'disabled', 'deleted')),
  state_reason text,
  state_at timestamptz NOT NULL,
  hold_until timestamptz,
  failures integer NOT NULL DEFAULT 0,
  failing_since timestamptz,
  probes integer NOT NULL DEFAULT 0,
  secrets bytea,
  template_id text COLLATE "C",
  profile_id text COLLATE "C",
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, subscription_id)
) WITH (fillfactor = 70);

-- What a subscription said at each of its versions; deliveries keep the one of their commit.
CREATE TABLE retour.subscription_version (
  workspace_id bigint NOT NULL,
  subscription_id text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  body json NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, subscription_id, version)
);

-- Notification profiles: where to (12Return's word).
CREATE TABLE retour.notification_profile (
  workspace_id bigint NOT NULL,
  profile_id text COLLATE "C" NOT NULL,
  body json NOT NULL,
  created_at timestamptz NOT NULL,
  deleted_at timestamptz,
  PRIMARY KEY (workspace_id, profile_id)
);

-- Notification templates: what to say, on which event (12Return's word).
CREATE TABLE retour.notification_template (
  workspace_id bigint NOT NULL,
  template_id text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  body json NOT NULL,
  created_at timestamptz NOT NULL,
  deleted_at timestamptz,
  PRIMARY KEY (workspace_id, template_id)
);

-- A lane: the undelivered work of one ordering key at one subscription. Only its head is in flight.
-- `due_at` is retry time and lease expiry in one.
CREATE TABLE retour.lane (
  workspace_id bigint NOT NULL,
  subscription_id text COLLATE "C" NOT NULL,
  lane text COLLATE "C" NOT NULL,
  due_at timestamptz NOT NULL,
  token bigint NOT NULL DEFAULT 0,
  attempt smallint NOT NULL DEFAULT 0,
  pending integer NOT NULL,
  first_fail_at timestamptz,
  blocked boolean NOT NULL DEFAULT false,
  PRIMARY KEY (workspace_id, subscription_id, lane)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_cost_delay = 0);
CREATE INDEX lane_due ON retour.lane (workspace_id, subscription_id, due_at) WHERE NOT blocked;

-- One event for one subscription, until it is done: insert and delete only.
CREATE TABLE retour.delivery (
  workspace_id bigint NOT NULL,
  subscription_id text COLLATE "C" NOT NULL,
  lane text COLLATE "C" NOT NULL,
  position integer NOT NULL,
  delivery_id text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  subscription_version integer NOT NULL,
  type text NOT NULL,
  return_id text COLLATE "C",
  resend_of text COLLATE "C",
  PRIMARY KEY (workspace_id, subscription_id, lane, position)
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
CREATE UNIQUE INDEX delivery_key ON retour.delivery (workspace_id, delivery_id);

-- Deliveries that have ended: delivered, dead or skipped.
CREATE TABLE retour.delivery_log (
  workspace_id bigint NOT NULL,
  delivery_id text COLLATE "C" NOT NULL,
  subscription_id text COLLATE "C" NOT NULL,
  lane text COLLATE "C" NOT NULL,
  position integer NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  subscription_version integer NOT NULL,
  type text NOT NULL,
  return_id text COLLATE "C",
  status text NOT NULL,
  finished_at timestamptz NOT NULL,
  resend_of text COLLATE "C",
  PRIMARY KEY (workspace_id, delivery_id)
) PARTITION BY RANGE (delivery_id);
CREATE INDEX delivery_log_subscription ON retour.delivery_log (workspace_id, subscription_id, delivery_id);
CREATE INDEX delivery_log_return ON retour.delivery_log (workspace_id, return_id, delivery_id);
CREATE TABLE retour.delivery_log_default PARTITION OF retour.delivery_log DEFAULT;

-- Each try: what was sent, what came back, how long it took.
CREATE TABLE retour.attempt (
  workspace_id bigint NOT NULL,
  attempt_id text COLLATE "C" NOT NULL,
  delivery_id text COLLATE "C" NOT NULL,
  subscription_id text COLLATE "C" NOT NULL,
  n smallint NOT NULL,
  at timestamptz NOT NULL,
  outcome text NOT NULL,
  status_code smallint,
  error text,
  detail text,
  duration_ms integer,
  peer text,
  request_headers text,
  response_headers text,
  response_body bytea,
  fenced boolean NOT NULL DEFAULT false,
  PRIMARY KEY (workspace_id, attempt_id)
) PARTITION BY RANGE (attempt_id);
CREATE INDEX attempt_delivery ON retour.attempt (workspace_id, delivery_id);
CREATE TABLE retour.attempt_default PARTITION OF retour.attempt DEFAULT;

-- The bytes that were sent, kept so that retries and resends send exactly those.
CREATE TABLE retour.rendering (
  workspace_id bigint NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  render_key text COLLATE "C" NOT NULL,
  content_type text NOT NULL,
  headers json NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (workspace_id, event_id, render_key)
) PARTITION BY RANGE (event_id);
CREATE TABLE retour.rendering_default PARTITION OF retour.rendering DEFAULT;

-- Replies to requests with an Idempotency-Key, so that a repetition changes nothing.
CREATE TABLE retour.idempotency (
  workspace_id bigint NOT NULL,
  key_id text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  digest bytea NOT NULL,
  status smallint NOT NULL,
  body bytea NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, key_id, key)
);
CREATE INDEX idempotency_age ON retour.idempotency (workspace_id, created_at);

-- The sandbox processor's own ledger: what it booked, whatever we think.
CREATE TABLE retour.sandbox_booking (
  workspace_id bigint NOT NULL,
  booking_id text COLLATE "C" NOT NULL,
  intent text COLLATE "C" NOT NULL,
  payment text NOT NULL,
  amount bigint NOT NULL,
  currency text NOT NULL,
  status text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, booking_id)
);
CREATE INDEX sandbox_booking_intent ON retour.sandbox_booking (workspace_id, intent, booking_id);

-- Faults a developer asked the sandbox to play.
CREATE TABLE retour.sandbox_fault (
  workspace_id bigint NOT NULL,
  fault_id text COLLATE "C" NOT NULL,
  service text NOT NULL,
  payment text,
  outcome text NOT NULL,
  times integer NOT NULL CHECK (times >= 0),
  PRIMARY KEY (workspace_id, fault_id)
);

-- What the sandbox's own sink and mailbox were sent.
CREATE TABLE retour.sandbox_message (
  workspace_id bigint NOT NULL,
  message_id text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  at timestamptz NOT NULL,
  headers json NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (workspace_id, message_id)
);
