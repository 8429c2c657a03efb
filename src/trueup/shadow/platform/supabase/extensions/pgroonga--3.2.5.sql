-- Columns and policies can be searched (by ILIKE), indexes can be made: they are GIN with support
-- functions that do nothing, so they stay empty and no query uses them. Options of such an index
-- can't be had.
create function pgroonga_handler(internal) returns index_am_handler
  language internal as 'ginhandler';
create access method pgroonga type index handler pgroonga_handler;
do $$
declare
  o text[];
begin
  foreach o slice 1 in array array[
    ['pgroonga_text_full_text_search_ops_v2', 'text', 'default'],
    ['pgroonga_text_term_search_ops_v2', 'text', ''], ['pgroonga_text_regexp_ops_v2', 'text', ''],
    ['pgroonga_text_full_text_search_ops', 'text', ''], ['pgroonga_text_regexp_ops', 'text', ''],
    ['pgroonga_text_array_full_text_search_ops_v2', 'text[]', 'default'],
    ['pgroonga_text_array_term_search_ops_v2', 'text[]', ''],
    ['pgroonga_text_array_regexp_ops_v2', 'text[]', ''],
    ['pgroonga_varchar_term_search_ops_v2', 'varchar', 'default'],
    ['pgroonga_varchar_full_text_search_ops_v2', 'varchar', ''],
    ['pgroonga_varchar_regexp_ops_v2', 'varchar', ''],
    ['pgroonga_varchar_array_term_search_ops_v2', 'varchar[]', 'default'],
    ['pgroonga_jsonb_ops_v2', 'jsonb', 'default'],
    ['pgroonga_jsonb_full_text_search_ops_v2', 'jsonb', ''], ['pgroonga_jsonb_ops', 'jsonb', ''],
    ['pgroonga_bool_ops', 'bool', 'default'], ['pgroonga_int2_ops', 'int2', 'default'],
    ['pgroonga_int4_ops', 'int4', 'default'], ['pgroonga_int8_ops', 'int8', 'default'],
    ['pgroonga_float4_ops', 'float4', 'default'], ['pgroonga_float8_ops', 'float8', 'default'],
    ['pgroonga_timestamp_ops', 'timestamp', 'default'],
    ['pgroonga_timestamptz_ops', 'timestamptz', 'default'],
    ['pgroonga_uuid_ops', 'uuid', 'default']
  ] loop
    execute format('create operator class %I %s for type %s using pgroonga as
      function 2 pg_catalog.void_in(cstring), function 3 pg_catalog.void_in(cstring),
      function 4 pg_catalog.void_in(cstring)', o[1], o[3], o[2]);
  end loop;
end
$$;

do $$
declare
  o text[];
begin
  foreach o slice 1 in array array[
    ['&@', 'match'], ['&@~', 'query'], ['&@*', 'similar_search'], ['&^', 'prefix'],
    ['&~', 'regexp'], ['&`', 'script']
  ] loop
    execute format('create function pgroonga_%s_text(target text, keyword text) returns boolean
      language sql immutable strict parallel safe as %L', o[2],
      'select target ilike ''%%'' || keyword || ''%%''');
    execute format(
      'create function pgroonga_%s_text_array(targets text[], keyword text) returns boolean
       language sql immutable strict parallel safe as %L', o[2],
      'select exists (select from unnest(targets) t where t ilike ''%%'' || keyword || ''%%'')');
    execute format('create operator %s (leftarg = text, rightarg = text,
      function = pgroonga_%s_text, restrict = contsel, join = contjoinsel)', o[1], o[2]);
    execute format('create operator %s (leftarg = text[], rightarg = text,
      function = pgroonga_%s_text_array, restrict = contsel, join = contjoinsel)', o[1], o[2]);
  end loop;
end
$$;

create function pgroonga_score("row" record) returns double precision
  language plpgsql volatile strict parallel safe as 'begin return 0; end';
create function pgroonga_score(tableoid oid, ctid tid) returns double precision
  language sql stable strict parallel safe as 'select 0::float8';
create function pgroonga_table_name(indexname cstring) returns text
  language internal stable strict parallel safe as 'textin';
create function pgroonga_command(groongacommand text) returns text
  language sql volatile strict as $$ select '[]'::text $$;
create function pgroonga_command(groongacommand text, arguments text[]) returns text
  language sql volatile strict as $$ select '[]'::text $$;
create function pgroonga_escape(value text) returns text
  language sql immutable strict parallel safe as $$ select '"' || replace($1, '"', '\"') || '"' $$;
create function pgroonga_query_escape(query text) returns text
  language sql immutable strict parallel safe as 'select $1';
-- Only C takes a cstring; shell_in is an error whatever it is called with.
create function pgroonga_query_expand(
  tablename cstring, termcolumnname text, synonymscolumnname text, query text
) returns text language internal stable strict parallel safe as 'shell_in';
create function pgroonga_query_extract_keywords(query text, index_name text default '')
  returns text[] language sql immutable strict parallel safe
  as $$ select string_to_array($1, ' ') $$;
create function pgroonga_normalize(target text) returns text
  language sql stable strict parallel safe as 'select lower($1)';
create function pgroonga_normalize(target text, normalizername text) returns text
  language sql stable strict parallel safe as 'select lower($1)';
create function pgroonga_highlight_html(target text, keywords text[]) returns text
  language sql stable strict parallel safe as 'select $1';
create function pgroonga_highlight_html(target text, keywords text[], indexname cstring)
  returns text language internal stable strict parallel safe as 'shell_in';
create function pgroonga_snippet_html(target text, keywords text[], width integer default 200)
  returns text[] language sql stable strict parallel safe as 'select array[$1]';
create function pgroonga_wal_apply() returns bigint language sql as 'select 0::bigint';
create function pgroonga_vacuum() returns boolean language sql as 'select true';
create function pgroonga_is_writable() returns boolean language sql as 'select true';
create function pgroonga_set_writable(newwritable boolean) returns boolean
  language sql as 'select $1';
