-- What a browser brings changes while it is used, so that a copy of it shows: `part` is the digest of the part that
-- changes, `part_old` that of the one before while that may still come, `rotated_at` when it changed last. Sessions
-- from before have none; theirs is the digest of nothing, until they are due.
ALTER TABLE retour.person_session
  ADD COLUMN part bytea NOT NULL DEFAULT sha256(''),
  ADD COLUMN part_old bytea,
  ADD COLUMN rotated_at timestamptz NOT NULL DEFAULT clock_timestamp();
ALTER TABLE retour.person_session ALTER COLUMN part DROP DEFAULT;

SELECT retour.have_audited('person_session', 'session_id', 'person_id,way,begun_at,proved_at',
  'seen_at,digest,part,part_old,rotated_at');
