-- :name present_roles
-- The roles of this server.
SELECT rolname FROM pg_roles

-- :name write_owner
-- Write the statement that makes the owner of the schema, who never logs in.
SELECT format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS', $1::text)

-- :name write_membership
-- Write the statement that lets us act as the owner.
SELECT format('GRANT %I TO CURRENT_USER', $1::text)

-- :name write_role
-- Write the statement that makes a role that logs in and is nobody special.
SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD %L',
              $1::text, $2::text)

-- :name write_password
-- Write the statement that changes a role's password.
SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text)

-- :name write_role_setting
-- Write the statement that gives a role a limit of its own.
SELECT format('ALTER ROLE %I SET %I = %L', $1::text, $2::text, $3::text)

-- :name write_create_right
-- Write the statement that lets the owner make its schema in this database.
SELECT format('GRANT CREATE ON DATABASE %I TO %I', current_database(), $1::text)

-- :name write_acting_as
-- Write the statement that makes the rest of the transaction the owner's work.
SELECT format('SET LOCAL ROLE %I', $1::text)

-- :name make_migration_log
-- Make the record of what has been migrated.
CREATE TABLE IF NOT EXISTS public.retour_migration (
  number integer PRIMARY KEY, name text NOT NULL, digest text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now())

-- :name done_migrations
-- What has been migrated.
SELECT number, name FROM public.retour_migration

-- :name record_migration
-- Say that a migration is done.
INSERT INTO public.retour_migration (number, name, digest) VALUES ($1, $2, $3)
