-- :name workspace_grading_sets
-- Every grading set as it is in force, by id.
SELECT DISTINCT ON (g.set_id) g.set_id, g.version, g.body FROM retour.grading_set g
 WHERE g.workspace_id = $1 ORDER BY g.set_id, g.version DESC LIMIT $2

-- :name list_grading_sets
-- A page of grading sets as they are in force, by id.
SELECT DISTINCT ON (g.set_id) g.set_id, g.version, g.body FROM retour.grading_set g
 WHERE g.workspace_id = $1 AND g.set_id > $2 ORDER BY g.set_id, g.version DESC LIMIT $3

-- :name grading_set
-- A grading set in one version, or as it is in force.
SELECT g.version, g.body, g.created_at FROM retour.grading_set g
 WHERE g.workspace_id = $1 AND g.set_id = $2 AND ($3::integer IS NULL OR g.version = $3)
 ORDER BY g.version DESC LIMIT 1

-- :name grading_set_versions
-- The versions of a grading set below one, newest first.
SELECT g.version, g.body, g.created_at FROM retour.grading_set g
 WHERE g.workspace_id = $1 AND g.set_id = $2 AND g.version < $3 ORDER BY g.version DESC LIMIT $4

-- :name count_grading_sets
-- How many grading sets a workspace has.
SELECT count(DISTINCT g.set_id) FROM retour.grading_set g WHERE g.workspace_id = $1

-- :name add_grading_set
-- Keep the next version of a grading set.
INSERT INTO retour.grading_set (workspace_id, set_id, version, body, created_at) VALUES ($1, $2, $3, $4, $5)

-- :name workspace_dispositions
-- The dispositions that a workspace has put.
SELECT d.code, d.body FROM retour.disposition d WHERE d.workspace_id = $1 ORDER BY d.code LIMIT $2

-- :name put_disposition
-- Keep what a disposition is; answers whether it is new.
INSERT INTO retour.disposition (workspace_id, code, body, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id, code) DO UPDATE SET body = EXCLUDED.body
RETURNING (xmax = 0) AS is_new

-- :name grades
-- What a workspace says of its grades.
SELECT g.grade, g.version, g.body FROM retour.grade g WHERE g.workspace_id = $1 ORDER BY g.grade

-- :name put_grade
-- Say anew what a grade is called and looks like, in its next version.
INSERT INTO retour.grade (workspace_id, grade, version, body) VALUES ($1, $2, 1, $3)
ON CONFLICT (workspace_id, grade) DO UPDATE SET version = grade.version + 1, body = EXCLUDED.body
RETURNING version

-- :name found_codes
-- The newest returns that each code can mean, with what it is of them.
SELECT c.digest, c.kind, c.return_id
  FROM unnest($2::bytea[]) AS w(digest)
  CROSS JOIN LATERAL (
    SELECT x.digest, x.kind, x.return_id FROM retour.scan_code x
     WHERE x.workspace_id = $1 AND x.digest = w.digest ORDER BY x.return_id DESC LIMIT $3) c

-- :name order_by_number
-- The order with a number.
SELECT o.order_id, o.order_number FROM retour.orders o WHERE o.workspace_id = $1 AND o.order_number = $2

-- :name returns_of_order
-- The newest returns of an order.
SELECT r.return_id FROM retour.returns r
 WHERE r.workspace_id = $1 AND r.order_number = $2 ORDER BY r.return_id DESC LIMIT $3

-- :name returns_of_email
-- The newest returns of a customer.
SELECT r.return_id FROM retour.returns r
 WHERE r.workspace_id = $1 AND r.email_digest = $2 ORDER BY r.return_id DESC LIMIT $3

-- :name dock_returns
-- Returns with what a dock shows of them.
SELECT r.return_id, r.body, r.status, r.order_number FROM retour.returns r
 WHERE r.workspace_id = $1 AND r.return_id = ANY ($2)

-- :name return_by_rma
-- The return with an RMA number.
SELECT r.return_id FROM retour.returns r WHERE r.workspace_id = $1 AND r.rma_number = $2

-- :name take_operation
-- Note an operation, if nobody has reported it before.
INSERT INTO retour.receipt_operation (workspace_id, facility, operation_id, digest, return_id, parcel_id, refused,
  created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp())
ON CONFLICT (workspace_id, facility, operation_id) DO NOTHING
RETURNING operation_id

-- :name one_operation
-- What an operation came to when it was first reported.
SELECT p.digest, p.return_id, p.parcel_id, p.refused FROM retour.receipt_operation p
 WHERE p.workspace_id = $1 AND p.facility = $2 AND p.operation_id = $3

-- :name add_unmatched
-- Keep what was seen of a parcel whose return is not known.
INSERT INTO retour.unmatched_parcel (workspace_id, parcel_id, facility, status, body, created_at, updated_at)
VALUES ($1, $2, $3, 'open', $4, $5, $5)

-- :name one_unmatched
-- One such parcel.
SELECT u.parcel_id, u.facility, u.status, u.return_id, u.matches, u.body, u.reason, u.created_at, u.updated_at
  FROM retour.unmatched_parcel u WHERE u.workspace_id = $1 AND u.parcel_id = $2

-- :name unmatched_by_ids
-- Some such parcels; the caller puts them in order.
SELECT u.parcel_id, u.facility, u.status, u.return_id, u.matches, u.body, u.reason, u.created_at, u.updated_at
  FROM retour.unmatched_parcel u
 WHERE u.workspace_id = $1 AND u.parcel_id = ANY (ARRAY(SELECT unnest($2::text[])))

-- :name list_unmatched
-- Such parcels below an id, newest first, of one status or facility or of all.
SELECT u.parcel_id, u.facility, u.status, u.return_id, u.matches, u.body, u.reason, u.created_at, u.updated_at
  FROM retour.unmatched_parcel u
 WHERE u.workspace_id = $1 AND u.parcel_id < $2 AND ($4::text IS NULL OR u.status = $4)
   AND ($5::text IS NULL OR u.facility = $5)
 ORDER BY u.parcel_id DESC LIMIT $3

-- :name match_unmatched
-- Say which return a parcel is of, if it has none.
UPDATE retour.unmatched_parcel u
   SET status = 'matched', return_id = $3, matches = u.matches + 1, updated_at = clock_timestamp()
 WHERE u.workspace_id = $1 AND u.parcel_id = $2 AND u.status = 'open' AND u.matches = $4
RETURNING u.parcel_id

-- :name unmatch_unmatched
-- Take a match back.
UPDATE retour.unmatched_parcel u SET status = 'open', return_id = NULL, updated_at = clock_timestamp()
 WHERE u.workspace_id = $1 AND u.parcel_id = $2 AND u.status = 'matched' AND u.matches = $3
RETURNING u.parcel_id

-- :name close_unmatched
-- Say what became of a parcel that no return was found for.
UPDATE retour.unmatched_parcel u SET status = 'closed', reason = $3, updated_at = clock_timestamp()
 WHERE u.workspace_id = $1 AND u.parcel_id = $2 AND u.status = 'open'
RETURNING u.parcel_id

-- :name add_case
-- Note that something without a return waits for a person.
INSERT INTO retour.dock_case (workspace_id, case_id, queue, cause, status, facility, subject, body, created_at)
VALUES ($1, $2, 'exception', $3, 'open', $4, $5, $6, clock_timestamp())

-- :name close_cases_of
-- What waited because of a parcel without a return has done waiting.
UPDATE retour.dock_case d SET status = 'resolved', resolved_at = clock_timestamp(), resolution = $3
 WHERE d.workspace_id = $1 AND d.return_id IS NULL AND d.subject = $2 AND d.status = 'open'

-- :name one_case
-- One thing that waits, or waited.
SELECT d.case_id, d.queue, d.cause, d.status, d.facility, d.return_id, d.subject, d.body, d.resolution, d.created_at,
       d.resolved_at
  FROM retour.dock_case d WHERE d.workspace_id = $1 AND d.case_id = $2

-- :name cases_by_ids
-- Some things that wait, or waited; the caller puts them in order.
SELECT d.case_id, d.queue, d.cause, d.status, d.facility, d.return_id, d.subject, d.body, d.resolution, d.created_at,
       d.resolved_at
  FROM retour.dock_case d WHERE d.workspace_id = $1 AND d.case_id = ANY (ARRAY(SELECT unnest($2::text[])))

-- :name list_cases
-- What waits in a queue, oldest first.
SELECT d.case_id, d.queue, d.cause, d.status, d.facility, d.return_id, d.subject, d.body, d.resolution, d.created_at,
       d.resolved_at
  FROM retour.dock_case d
 WHERE d.workspace_id = $1 AND d.queue = $2 AND d.status = $3 AND d.case_id > $4
 ORDER BY d.case_id LIMIT $5

-- :name list_cases_of
-- What waits in a queue for one cause, oldest first.
SELECT d.case_id, d.queue, d.cause, d.status, d.facility, d.return_id, d.subject, d.body, d.resolution, d.created_at,
       d.resolved_at
  FROM retour.dock_case d
 WHERE d.workspace_id = $1 AND d.queue = $2 AND d.status = $3 AND d.case_id > $4 AND d.cause = $6
 ORDER BY d.case_id LIMIT $5

-- :name list_cases_at
-- What waits in a queue at one facility, oldest first, for one cause or for any.
SELECT d.case_id, d.queue, d.cause, d.status, d.facility, d.return_id, d.subject, d.body, d.resolution, d.created_at,
       d.resolved_at
  FROM retour.dock_case d
 WHERE d.workspace_id = $1 AND d.queue = $2 AND d.status = $3 AND d.case_id > $4 AND d.facility = $6
   AND ($7::text IS NULL OR d.cause = $7)
 ORDER BY d.case_id LIMIT $5

-- :name resolve_case
-- Say what was done about it, if nobody has.
UPDATE retour.dock_case d SET status = 'resolved', resolution = $3, resolved_at = clock_timestamp()
 WHERE d.workspace_id = $1 AND d.case_id = $2 AND d.status = 'open'
RETURNING d.case_id

-- :name one_place
-- A facility, if it is there.
SELECT f.code, f.body FROM retour.facility f WHERE f.workspace_id = $1 AND f.code = $2

-- :name dock_orders
-- The orders that returns are of.
SELECT r.return_id, o.body FROM retour.returns r
  JOIN retour.orders o ON o.workspace_id = r.workspace_id AND o.order_id = r.order_id
 WHERE r.workspace_id = $1 AND r.return_id = ANY ($2)
