-- :name set_reply
-- Say what the reply under a key has become, now that its effect is there.
UPDATE retour.idempotency SET status = $4, body = $5
 WHERE workspace_id = $1 AND key_id = $2 AND key = $3
