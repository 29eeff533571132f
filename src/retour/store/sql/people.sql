-- :name person_by_email
-- Somebody by the e-mail address they sign in with, in its folded form.
SELECT person_id, email, name, password, code_secret, code_step, asked_secret
  FROM retour.person WHERE workspace_id = $1 AND email_key = $2

-- :name person_by_id
-- Somebody by their id.
SELECT person_id, email, name, password, code_secret, code_step, asked_secret
  FROM retour.person WHERE workspace_id = $1 AND person_id = $2

-- :name persons_named
-- Who these are, for lists and logs.
SELECT person_id, email, name FROM retour.person WHERE workspace_id = $1 AND person_id = ANY ($2)

-- :name keep_habits
-- Keep how somebody likes to work.
UPDATE retour.person SET habits = $3 WHERE workspace_id = $1 AND person_id = $2

-- :name insert_person
-- Make an account; nothing where the address has one.
INSERT INTO retour.person (workspace_id, person_id, email, email_key, name, password, made_at)
VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())
ON CONFLICT DO NOTHING
RETURNING person_id

-- :name rename_person
-- Call somebody otherwise.
UPDATE retour.person SET name = $3 WHERE workspace_id = $1 AND person_id = $2

-- :name set_password
-- Keep the hash of a new password.
UPDATE retour.person SET password = $3 WHERE workspace_id = $1 AND person_id = $2

-- :name begin_session
-- Remember a browser by the digest of what it will bring.
INSERT INTO retour.person_session
  (workspace_id, digest, session_id, person_id, way, device, address, part, begun_at, seen_at, proved_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp(), clock_timestamp(), clock_timestamp())

-- :name find_session
-- The session of a digest while it lives, with whose it is and whether it was seen lately.
SELECT s.session_id, s.person_id, s.way, s.device, s.proved_at, p.email, p.name, p.habits,
       s.seen_at < clock_timestamp() - $3::interval AS is_idle,
       s.seen_at < clock_timestamp() - interval '1 minute' AS is_old,
       s.part, s.part_old, s.rotated_at, s.rotated_at < clock_timestamp() - interval '1 minute' AS is_settled,
       s.rotated_at < clock_timestamp() - $6::interval AS is_due,
       s.proved_at > clock_timestamp() - $5::interval AS is_fresh,
       clock_timestamp() AS now
  FROM retour.person_session s
  JOIN retour.person p ON p.workspace_id = s.workspace_id AND p.person_id = s.person_id
 WHERE s.workspace_id = $1 AND s.digest = $2
   AND s.begun_at > clock_timestamp() - $4::interval

-- :name see_session
-- Say that a session is in use.
UPDATE retour.person_session SET seen_at = clock_timestamp() WHERE workspace_id = $1 AND digest = $2

-- :name renew_session
-- Give a session another digest; where its person proved again who they are, say since when and how.
UPDATE retour.person_session
   SET digest = $3, part = $6, part_old = NULL, rotated_at = clock_timestamp(), seen_at = clock_timestamp(),
       way = coalesce($5, way),
       proved_at = CASE WHEN $4::boolean THEN clock_timestamp() ELSE proved_at END
 WHERE workspace_id = $1 AND digest = $2
RETURNING session_id

-- :name rotate_session
-- Have a browser bring something else from now on; nothing where another of its requests was told to.
UPDATE retour.person_session SET part = $3, part_old = $4, rotated_at = clock_timestamp()
 WHERE workspace_id = $1 AND digest = $2 AND rotated_at = $5
RETURNING session_id

-- :name drop_old_part
-- What a browser brought before is a copy from now on.
UPDATE retour.person_session SET part_old = NULL WHERE workspace_id = $1 AND digest = $2 AND part = $3

-- :name say_way
-- Say of somebody's sessions of one way that they are of another now.
UPDATE retour.person_session SET way = $4 WHERE workspace_id = $1 AND person_id = $2 AND way = $3

-- :name end_session
-- Sign a browser out.
DELETE FROM retour.person_session WHERE workspace_id = $1 AND person_id = $2 AND session_id = $3
RETURNING session_id

-- :name replace_session
-- End what a browser brought before somebody signed in anew.
DELETE FROM retour.person_session WHERE workspace_id = $1 AND digest = $2

-- :name end_sessions
-- Sign somebody out everywhere, but for one session where it is named.
DELETE FROM retour.person_session
 WHERE workspace_id = $1 AND person_id = $2 AND session_id IS DISTINCT FROM $3

-- :name drop_dead_sessions
-- Forget sessions that nobody can use any more; a few at a time.
DELETE FROM retour.person_session s
 WHERE s.workspace_id = $1 AND s.person_id = $2
   AND (s.seen_at < clock_timestamp() - $3::interval OR s.begun_at < clock_timestamp() - $4::interval)

-- :name list_sessions
-- Where somebody is signed in, the latest first.
SELECT session_id, way, device, address, begun_at, seen_at FROM retour.person_session
 WHERE workspace_id = $1 AND person_id = $2
   AND seen_at > clock_timestamp() - $3::interval AND begun_at > clock_timestamp() - $4::interval
 ORDER BY session_id DESC LIMIT 50

-- :name count_try
-- Count one more try of a subject in its period; answers how many there were and when the period ends.
INSERT INTO retour.person_try AS t (workspace_id, subject, since, tries)
VALUES ($1, $2, clock_timestamp(), 1)
ON CONFLICT (workspace_id, subject) DO UPDATE
   SET tries = CASE WHEN t.since < clock_timestamp() - $3::interval THEN 1 ELSE t.tries + 1 END,
       since = CASE WHEN t.since < clock_timestamp() - $3::interval THEN clock_timestamp() ELSE t.since END
RETURNING t.tries, extract(epoch FROM t.since + $3::interval - clock_timestamp())::integer AS wait_s

-- :name drop_old_tries
-- Forget what was tried long ago; a few at a time.
DELETE FROM retour.person_try t
 WHERE t.workspace_id = $1 AND t.subject IN (
   SELECT x.subject FROM retour.person_try x
    WHERE x.workspace_id = $1 AND x.since < clock_timestamp() - interval '1 day' LIMIT 100)

-- :name workspace_members
-- Who belongs to a workspace.
SELECT person_id, role, facilities, since FROM retour.membership WHERE workspace_id = $1
 ORDER BY person_id LIMIT $2

-- :name put_member
-- Make somebody a member, or give a member another role.
INSERT INTO retour.membership (workspace_id, person_id, role, facilities, since)
VALUES ($1, $2, $3, $4, clock_timestamp())
ON CONFLICT (workspace_id, person_id) DO UPDATE SET role = excluded.role, facilities = excluded.facilities

-- :name remove_member
-- End a membership.
DELETE FROM retour.membership WHERE workspace_id = $1 AND person_id = $2
RETURNING person_id

-- :name hangs_on_member
-- How many returns somebody sees to, counted up to a limit, and how many views they keep for themselves.
SELECT (SELECT count(*) FROM (SELECT 1 FROM retour.return_owner o
                               WHERE o.workspace_id = $1 AND o.owner = $2 LIMIT $3) x) AS returns,
       (SELECT count(*) FROM retour.saved_view v WHERE v.workspace_id = $1 AND v.owner = $2) AS views

-- :name workspaces_of_person
-- Where somebody belongs.
-- across workspaces: who signs in is shown where they belong, wherever that is
SELECT m.workspace_id, m.role, m.facilities, w.name, w.mode
  FROM retour.membership m JOIN retour.workspace w ON w.workspace_id = m.workspace_id
 WHERE m.person_id = $1
 ORDER BY w.mode, w.name, m.workspace_id LIMIT $2

-- :name memberless_workspaces
-- Workspaces to which nobody belongs yet, the first ones.
-- across workspaces: whoever starts the house is told of those that nobody can enter
SELECT w.workspace_id, w.name FROM retour.workspace w
 WHERE NOT EXISTS (SELECT 1 FROM retour.membership m WHERE m.workspace_id = w.workspace_id)
 ORDER BY w.workspace_id LIMIT $1

-- :name insert_invitation
-- Let a membership wait for its person.
INSERT INTO retour.invitation
  (workspace_id, invitation_id, email, role, facilities, made_by, made_at, until, mail, mail_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- :name one_invitation
-- An invitation, and whether it is still good.
SELECT invitation_id, email, role, facilities, made_by, made_at, until, taken_at, mail, mail_at, mail_words,
       taken_at IS NULL AND until > clock_timestamp() AS is_good
  FROM retour.invitation WHERE workspace_id = $1 AND invitation_id = $2

-- :name take_invitation
-- Use an invitation; nothing where it was used, has ended, or is gone.
UPDATE retour.invitation SET taken_at = clock_timestamp(), taken_by = $3
 WHERE workspace_id = $1 AND invitation_id = $2 AND taken_at IS NULL AND until > clock_timestamp()
RETURNING invitation_id

-- :name list_invitations
-- Invitations that wait, the newest first.
SELECT invitation_id, email, role, facilities, made_by, made_at, until, taken_at, mail, mail_at, mail_words,
       true AS is_good
  FROM retour.invitation
 WHERE workspace_id = $1 AND taken_at IS NULL AND until > clock_timestamp()
 ORDER BY invitation_id DESC LIMIT $2

-- :name ended_invitations
-- Invitations that ran out before anybody took them, the newest first.
SELECT invitation_id, email, role, facilities, made_by, made_at, until, taken_at, mail, mail_at, mail_words,
       false AS is_good
  FROM retour.invitation
 WHERE workspace_id = $1 AND taken_at IS NULL AND until <= clock_timestamp()
 ORDER BY invitation_id DESC LIMIT $2

-- :name withdraw_invitation
-- Take an invitation back.
DELETE FROM retour.invitation WHERE workspace_id = $1 AND invitation_id = $2 AND taken_at IS NULL
RETURNING invitation_id

-- :name put_recovery
-- Keep the digest of a recovery code.
INSERT INTO retour.person_recovery (workspace_id, person_id, digest) VALUES ($1, $2, $3)

-- :name use_recovery
-- Use a recovery code up; answers whether there was one.
DELETE FROM retour.person_recovery WHERE workspace_id = $1 AND person_id = $2 AND digest = $3
RETURNING digest

-- :name drop_recovery
-- Forget somebody's recovery codes.
DELETE FROM retour.person_recovery WHERE workspace_id = $1 AND person_id = $2

-- :name count_recovery
-- How many recovery codes somebody has left.
SELECT count(*) FROM retour.person_recovery WHERE workspace_id = $1 AND person_id = $2

-- :name ask_code_secret
-- Let a secret for codes wait until a first code proves that it arrived.
UPDATE retour.person SET asked_secret = $3 WHERE workspace_id = $1 AND person_id = $2

-- :name set_code_secret
-- From now on ask for codes of this secret; none asks for no code.
UPDATE retour.person SET code_secret = $3, code_step = $4, asked_secret = NULL
 WHERE workspace_id = $1 AND person_id = $2

-- :name use_code_step
-- Use up a step of somebody's codes; nothing where it or a later one was used.
UPDATE retour.person SET code_step = $3 WHERE workspace_id = $1 AND person_id = $2 AND code_step < $3
RETURNING person_id

-- :name house_now
-- Database time, to mint ids from.
SELECT clock_timestamp()

-- :name uncount_try
-- Take one try back: it was no guess.
UPDATE retour.person_try SET tries = greatest(tries - 1, 0) WHERE workspace_id = $1 AND subject = $2

-- :name drop_try
-- Forget how often a subject was tried.
DELETE FROM retour.person_try WHERE workspace_id = $1 AND subject = $2

-- :name is_facility
-- Whether a workspace has a facility of this code.
SELECT EXISTS (SELECT 1 FROM retour.facility WHERE workspace_id = $1 AND code = $2)

-- :name person_by_identity
-- The account that an identity is linked to.
SELECT person_id FROM retour.person_identity
 WHERE workspace_id = $1 AND issuer = $2 AND subject = $3

-- :name link_identity
-- Link an identity to an account; one that is linked stays as it is.
INSERT INTO retour.person_identity (workspace_id, issuer, subject, person_id, linked_at)
VALUES ($1, $2, $3, $4, clock_timestamp())
ON CONFLICT DO NOTHING

-- :name has_identity
-- Whether an account is linked to an identity of this provider.
SELECT EXISTS (SELECT 1 FROM retour.person_identity
                WHERE workspace_id = $1 AND person_id = $2 AND issuer = $3)

-- :name unlink_identity
-- End an account's links.
DELETE FROM retour.person_identity WHERE workspace_id = $1 AND person_id = $2

-- :name put_passkey
-- Keep a new passkey, within so many of its person's; nothing where it is known.
INSERT INTO retour.person_passkey (workspace_id, passkey_id, person_id, name, public_key, uses, made_at)
SELECT $1, $2, $3, $4, $5, $6, clock_timestamp()
 WHERE (SELECT count(*) FROM retour.person_passkey k WHERE k.workspace_id = $1 AND k.person_id = $3) < $7
ON CONFLICT DO NOTHING
RETURNING passkey_id

-- :name one_passkey
-- A passkey, with what proves it.
SELECT person_id, public_key, uses FROM retour.person_passkey WHERE workspace_id = $1 AND passkey_id = $2

-- :name use_passkey
-- Remember that a passkey was used, and how often it says it was.
UPDATE retour.person_passkey SET uses = $3, used_at = clock_timestamp()
 WHERE workspace_id = $1 AND passkey_id = $2

-- :name list_passkeys
-- Somebody's passkeys, the oldest first.
SELECT passkey_id, name, made_at, used_at FROM retour.person_passkey
 WHERE workspace_id = $1 AND person_id = $2 ORDER BY made_at

-- :name remove_passkey
-- Forget a passkey.
DELETE FROM retour.person_passkey WHERE workspace_id = $1 AND person_id = $2 AND passkey_id = $3

-- :name drop_passkeys
-- Forget all passkeys of somebody's.
DELETE FROM retour.person_passkey WHERE workspace_id = $1 AND person_id = $2

-- :name put_reset
-- Let a new password be set once, for a while.
INSERT INTO retour.person_reset (workspace_id, reset_id, person_id, until)
VALUES ($1, $2, $3, clock_timestamp() + $4::interval)

-- :name drop_resets
-- Forget the links that somebody had before.
DELETE FROM retour.person_reset WHERE workspace_id = $1 AND person_id = $2

-- :name one_reset
-- Whose password may be set, while it may be.
SELECT person_id FROM retour.person_reset
 WHERE workspace_id = $1 AND reset_id = $2 AND used_at IS NULL AND until > clock_timestamp()

-- :name use_reset
-- Use it up; nothing where that was done, or is too late.
UPDATE retour.person_reset SET used_at = clock_timestamp()
 WHERE workspace_id = $1 AND reset_id = $2 AND used_at IS NULL AND until > clock_timestamp()
RETURNING person_id

-- :name drop_held
-- Forget forms that waited too long, and of one session all but the latest few.
DELETE FROM retour.held_form h
 WHERE h.workspace_id = $1
   AND (h.until < clock_timestamp()
        OR (h.session_id = $2 AND h.held_id NOT IN (
              SELECT x.held_id FROM retour.held_form x
               WHERE x.workspace_id = $1 AND x.session_id = $2 ORDER BY x.held_id DESC LIMIT $3)))

-- :name hold_form
-- Keep a form until its sender has proved who they are.
INSERT INTO retour.held_form (workspace_id, held_id, session_id, path, sealed, until)
VALUES ($1, $2, $3, $4, $5, clock_timestamp() + $6::interval)

-- :name held_path
-- Where a form that waits was sent.
SELECT path FROM retour.held_form
 WHERE workspace_id = $1 AND held_id = $2 AND session_id = $3 AND until > clock_timestamp()

-- :name take_held
-- Take a form that waited; nothing where it was taken, is too old, or is another's.
DELETE FROM retour.held_form
 WHERE workspace_id = $1 AND held_id = $2 AND session_id = $3 AND path = $4 AND until > clock_timestamp()
RETURNING sealed

-- :name post_letter
-- Queue a letter of the house: its id, and what it is about.
SELECT retour.post_letter($1, $2)

-- :name ask_invitation_mail
-- Note that an invitation is to be mailed, good for a while from now; nothing where one was just asked for.
UPDATE retour.invitation
   SET mail = 'waits', mail_at = clock_timestamp(), mail_words = NULL, until = clock_timestamp() + $3::interval
 WHERE workspace_id = $1 AND invitation_id = $2 AND taken_at IS NULL AND until > clock_timestamp()
   AND email IS NOT NULL AND coalesce(mail_at < clock_timestamp() - interval '1 minute', true)
RETURNING until

-- :name tell_invitation_mail
-- Note what became of an invitation's mail.
UPDATE retour.invitation SET mail = $3, mail_at = clock_timestamp(), mail_words = $4
 WHERE workspace_id = $1 AND invitation_id = $2

-- :name reset_of
-- Whose new password a link is for, and until when, while it is good.
SELECT person_id, until FROM retour.person_reset
 WHERE workspace_id = $1 AND reset_id = $2 AND used_at IS NULL AND until > clock_timestamp()
