-- Everything of a workspace as one file: asked for once, written slice by slice, kept for a while.

-- An export: who asked for it and when, how far it is, until when its file is kept. `tries` counts slices that failed
-- in a row.
CREATE TABLE retour.workspace_export (
  workspace_id bigint NOT NULL,
  export_id text COLLATE "C" NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'done', 'canceled', 'failed', 'gone')),
  author json NOT NULL,
  tries smallint NOT NULL DEFAULT 0,
  failure text,
  worked_ms bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  kept_until timestamptz,
  PRIMARY KEY (workspace_id, export_id),
  CONSTRAINT kept_once_it_is_done CHECK (state <> 'done' OR kept_until IS NOT NULL)
);
-- One at a time, and one file.
CREATE UNIQUE INDEX workspace_export_running ON retour.workspace_export (workspace_id) WHERE state = 'running';
CREATE UNIQUE INDEX workspace_export_done ON retour.workspace_export (workspace_id) WHERE state = 'done';

-- A file within it: how many rows there are and how many are written, behind which key it goes on, and what an archive
-- says of it. `crc` is of the bytes as they are read.
CREATE TABLE retour.workspace_export_file (
  workspace_id bigint NOT NULL,
  export_id text COLLATE "C" NOT NULL,
  position integer NOT NULL,
  name text NOT NULL,
  total bigint,
  rows bigint NOT NULL DEFAULT 0,
  reached text[],
  pieces integer NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  packed bigint NOT NULL DEFAULT 0,
  crc bigint NOT NULL DEFAULT 0,
  is_whole boolean NOT NULL DEFAULT false,
  PRIMARY KEY (workspace_id, export_id, position)
);

-- Some of a file's bytes, deflated; those of one file in a row are its whole.
CREATE TABLE retour.workspace_export_piece (
  workspace_id bigint NOT NULL,
  export_id text COLLATE "C" NOT NULL,
  position integer NOT NULL,
  n integer NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (workspace_id, export_id, position, n)
);
ALTER TABLE retour.workspace_export_piece ALTER COLUMN body SET STORAGE EXTERNAL;

-- The next rows of a table behind a key, in the order of its key, each as a line of JSON: amounts as they are kept,
-- instants in UTC, bytes in base 64. As many as asked for, and no more once those before come to so many bytes.
-- `a_without` are fields that a document in `body` loses.
CREATE FUNCTION retour.export_rows(a_workspace bigint, a_table text, a_columns text[], a_without text[], a_after text[],
  a_rows integer, a_bytes bigint)
RETURNS TABLE (key text[], line text)
LANGUAGE plpgsql STABLE
SET timezone = 'UTC' SET datestyle = 'ISO' SET bytea_output = 'hex'
AS $$
DECLARE
  v_table oid := format('retour.%I', a_table)::regclass;
  v_keys text;
  v_texts text;
  v_after text;
  v_sizes text;
  v_shown text;
BEGIN
  SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY k.n),
         string_agg(format('u.%I::text', a.attname), ', ' ORDER BY k.n),
         format('(%s) > (%s)', string_agg(format('t.%I', a.attname), ', ' ORDER BY k.n),
           string_agg(format('%L::%s', a_after[k.n - 1], format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY k.n))
    INTO v_keys, v_texts, v_after
    FROM pg_index i
   CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, n)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
   WHERE i.indrelid = v_table AND i.indisprimary AND k.n > 1;
  -- Sizes that are known without reading: of bytes and texts as they are, of documents as they are stored.
  SELECT string_agg(format(CASE WHEN a.atttypid IN ('bytea'::regtype, 'text'::regtype)
             THEN 'coalesce(octet_length(t.%I), 0)' ELSE 'coalesce(pg_column_size(t.%I), 0)' END, a.attname),
           ' + ' ORDER BY c.n),
         string_agg(CASE
           WHEN a.atttypid = 'bytea'::regtype
             THEN format('translate(encode(u.%1$I, ''base64''), E''\n'', '''') AS %1$I', a.attname)
           WHEN a.attname = 'body' AND a_without <> '{}'
             THEN format('u.body::jsonb - %L::text[] AS body', a_without)
           ELSE format('u.%1$I AS %1$I', a.attname) END, ', ' ORDER BY c.n)
    INTO v_sizes, v_shown
    FROM unnest(a_columns) WITH ORDINALITY AS c(name, n)
    JOIN pg_attribute a ON a.attrelid = v_table AND a.attname = c.name AND NOT a.attisdropped;
  RETURN QUERY EXECUTE format(
    'SELECT ARRAY[%1$s]::text[], row_to_json((SELECT x FROM (SELECT %2$s) x))::text
       FROM (SELECT t.*, sum(%3$s) OVER (%4$s ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before_it
               FROM (SELECT * FROM retour.%5$I t WHERE t.workspace_id = $1 AND %6$s %4$s LIMIT $2) t) u
      WHERE coalesce(u.before_it, 0) < $3 %7$s',
    coalesce(v_texts, ''), v_shown, v_sizes, 'ORDER BY ' || coalesce(v_keys, 't.workspace_id'), a_table,
    CASE WHEN a_after IS NULL THEN 'true' ELSE coalesce(v_after, 'false') END,
    'ORDER BY ' || coalesce(replace(v_texts, '::text', ''), 'u.workspace_id'))
    USING a_workspace, a_rows, a_bytes;
END $$;

-- How many rows of a table a workspace has.
CREATE FUNCTION retour.export_count(a_workspace bigint, a_table text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_count bigint;
BEGIN
  EXECUTE format('SELECT count(*) FROM retour.%I t WHERE t.workspace_id = $1', a_table) INTO v_count USING a_workspace;
  RETURN v_count;
END $$;

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['workspace_export', 'workspace_export_file', 'workspace_export_piece'] LOOP
    EXECUTE format('ALTER TABLE retour.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE retour.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY own_workspace ON retour.%I TO retour_app, retour_owner
      USING (workspace_id = current_setting(''app.ws'')::bigint)
      WITH CHECK (workspace_id = current_setting(''app.ws'')::bigint)', v_table);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON retour.workspace_export, retour.workspace_export_file TO retour_app;
GRANT SELECT, INSERT, DELETE ON retour.workspace_export_piece TO retour_app;
REVOKE ALL ON FUNCTION retour.export_rows(bigint, text, text[], text[], text[], integer, bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION retour.export_count(bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retour.export_rows(bigint, text, text[], text[], text[], integer, bigint) TO retour_app;
GRANT EXECUTE ON FUNCTION retour.export_count(bigint, text) TO retour_app;

-- What the house finds to be gone on with, or to be dropped, wherever it is.
CREATE POLICY find ON retour.workspace_export FOR SELECT TO retour_delivery USING (state IN ('running', 'done'));
GRANT SELECT (workspace_id, export_id, state, kept_until) ON retour.workspace_export TO retour_delivery;
