-- Channels as people see them: since when an account stands as it does, how old its key is, why a return waits, and
-- which returns a marketplace is about to cancel.

-- Both are null where nothing of it changed since they were written first.
ALTER TABLE retour.channel_account
  ADD COLUMN staged_at timestamptz,
  ADD COLUMN keyed_at timestamptz;

-- `order`: no order has its numbers; `orders`: two have; `goods`: its products are not in the order, or too many;
-- `refused`: the order would not have it.
ALTER TABLE retour.channel_return ADD COLUMN cause text
  CONSTRAINT channel_return_cause_check CHECK (cause IN ('order', 'orders', 'goods', 'refused'));

CREATE INDEX timer_channel ON retour.timer (workspace_id, due_at, timer_id)
  WHERE cause = 'channel' AND moment = 'deadline' AND (status = 'waiting' OR is_open);
