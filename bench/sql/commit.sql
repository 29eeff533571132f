-- Row 1: one transition with its event and three deliveries, the same text for both contenders.

-- :name commit
-- Commits one more transition of a client's return number :i, with the versions it has now.
SELECT retour.commit_return(
    g.ws, clock_timestamp(), g.epoch, o.order_id, o.version, NULL,
    '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}',
    r.return_id, r.version, r.order_number, r.number, r.rma_number, r.status, r.sequence + 1,
    g.body::json, r.words, r.email_digest, '{}', g.actor::json, 'api', g.personal::json,
    ARRAY['evt_' || g.time || lpad(g.n::text, 16, '0')], ARRAY['parcel.updated'],
    ARRAY[o.stream_sequence + 1], ARRAY[r.sequence + 1], ARRAY[clock_timestamp()],
    ARRAY[g.snapshot::json], ARRAY[4, 4, 4], g.subscriptions, ARRAY[1, 1, 1],
    ARRAY[r.return_id, r.return_id, r.return_id],
    ARRAY['dlv_' || g.time || lpad(g.n::text, 15, '0') || '0',
          'dlv_' || g.time || lpad(g.n::text, 15, '0') || '1',
          'dlv_' || g.time || lpad(g.n::text, 15, '0') || '2'],
    NULL, NULL, NULL, NULL, NULL)
  FROM (SELECT :ws::bigint AS ws, :epoch::integer AS epoch, :time::text AS time,
               :subscriptions::text[] AS subscriptions, :actor::text AS actor,
               :personal::text AS personal, :body::text AS body, :snapshot::text AS snapshot,
               'ret_' || :prefix::text || lpad(:i::bigint::text, 16, '0') AS return_id,
               nextval('bench.number') AS n OFFSET 0) AS g
  JOIN retour.returns r ON r.workspace_id = g.ws AND r.return_id = g.return_id
  JOIN retour.orders o ON o.workspace_id = g.ws AND o.order_id = r.order_id
