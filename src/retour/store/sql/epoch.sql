-- The epoch: which life of the database this is, and whether anything is sent and paid.

-- :name now
-- How the epoch stands, where the database lives, and how far what it wrote is safe on disk.
SELECT e.number, e.held, e.held_at, e.began_at, e.place, retour.place() AS actual, retour.is_held() AS is_held,
       clock_timestamp() AS tick, (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint AS reached
  FROM retour.epoch e WHERE e.workspace_id = 0

-- :name hold
-- Send and pay nothing from now on; the first reason stands.
UPDATE retour.epoch SET held = $1, held_at = clock_timestamp() WHERE workspace_id = 0 AND held IS NULL

-- :name in_doubt
-- Have refunds and labels that wait looked up before they are asked for: who asked before is not known here.
-- across workspaces: a restore is everybody's
UPDATE retour.lane l SET token = -1, due_at = clock_timestamp()
  FROM retour.subscription s
 WHERE s.workspace_id = l.workspace_id AND s.subscription_id = l.subscription_id
   AND s.kind IN ('refund', 'label') AND NOT l.blocked

-- :name release
-- Begin the next life of the database where it is now; answers its number.
UPDATE retour.epoch SET number = number + 1, place = retour.place(), began_at = clock_timestamp(), held = NULL,
                        held_at = NULL, released_by = $1
 WHERE workspace_id = 0
RETURNING number

-- :name accounts
-- Every account at a processor.
-- across workspaces: a restore is everybody's
SELECT a.workspace_id, a.processor FROM retour.payment_account a ORDER BY a.workspace_id, a.processor

-- :name backup_done
-- Remember that a backup was made just now.
UPDATE retour.epoch SET backed_up_at = clock_timestamp() WHERE workspace_id = 0 RETURNING backed_up_at

-- :name backups
-- When a backup was made last, how the server's own archive of its log fares, and whether anything here is live.
-- across workspaces: a backup is everybody's
SELECT e.backed_up_at, clock_timestamp() AS tick, current_setting('archive_mode') <> 'off' AS is_archiving,
       a.last_archived_time AS archived_at, a.last_failed_time AS failed_at,
       EXISTS (SELECT FROM retour.workspace w WHERE w.mode = 'live') AS is_live
  FROM retour.epoch e CROSS JOIN pg_stat_archiver a
 WHERE e.workspace_id = 0
