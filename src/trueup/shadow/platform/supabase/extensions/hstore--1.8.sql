-- The text is kept as it was written; single values are made and compared, the rest is not computed.
create type hstore;
create function hstore_in(cstring) returns hstore language internal immutable strict parallel safe
  as 'textin';
create function hstore_out(hstore) returns cstring language internal immutable strict parallel safe
  as 'textout';
create function hstore_recv(internal) returns hstore language internal immutable strict parallel safe
  as 'textrecv';
create function hstore_send(hstore) returns bytea language internal immutable strict parallel safe
  as 'textsend';
create type hstore (
  input = hstore_in, output = hstore_out, receive = hstore_recv, send = hstore_send,
  storage = extended
);
do $$
declare
  o text[];
  fn constant text := 'create function %s language %s immutable %s parallel safe as %L';
begin
  foreach o slice 1 in array array[
    ['hstore_lt', 'bytealt'], ['hstore_le', 'byteale'], ['hstore_eq', 'byteaeq'],
    ['hstore_ne', 'byteane'], ['hstore_ge', 'byteage'], ['hstore_gt', 'byteagt']
  ] loop
    execute format(fn, o[1] || '(hstore, hstore) returns boolean', 'internal', 'strict', o[2]);
  end loop;
  execute format(fn, 'hstore_cmp(hstore, hstore) returns integer', 'internal', 'strict', 'byteacmp');
  execute format(fn, 'hstore_hash(hstore) returns integer', 'internal', 'strict', 'hashvarlena');
  execute format(fn, 'hstore_hash_extended(hstore, bigint) returns bigint', 'internal', 'strict',
    'hashvarlenaextended');

  foreach o slice 1 in array array[
    ['hstore_version_diag(hstore) returns integer', 'select 2'],
    ['fetchval(hstore, text) returns text', 'select null::text'],
    ['slice_array(hstore, text[]) returns text[]', 'select null::text[]'],
    ['slice(hstore, text[]) returns hstore', 'select $1'],
    ['isexists(hstore, text) returns boolean', 'select false'],
    ['exist(hstore, text) returns boolean', 'select false'],
    ['exists_any(hstore, text[]) returns boolean', 'select false'],
    ['exists_all(hstore, text[]) returns boolean', 'select false'],
    ['isdefined(hstore, text) returns boolean', 'select false'],
    ['defined(hstore, text) returns boolean', 'select false'],
    ['delete(hstore, text) returns hstore', 'select $1'],
    ['delete(hstore, text[]) returns hstore', 'select $1'],
    ['delete(hstore, hstore) returns hstore', 'select $1'],
    ['hs_contains(hstore, hstore) returns boolean', 'select $1::text = $2::text'],
    ['hs_contained(hstore, hstore) returns boolean', 'select $1::text = $2::text'],
    ['hstore_to_json(hstore) returns json', 'select ''{}''::json'],
    ['hstore_to_json_loose(hstore) returns json', 'select ''{}''::json'],
    ['hstore_to_jsonb(hstore) returns jsonb', 'select ''{}''::jsonb'],
    ['hstore_to_jsonb_loose(hstore) returns jsonb', 'select ''{}''::jsonb'],
    ['hstore_to_array(hstore) returns text[]', 'select ''{}''::text[]'],
    ['hstore_to_matrix(hstore) returns text[]', 'select ''{}''::text[]'],
    ['akeys(hstore) returns text[]', 'select ''{}''::text[]'],
    ['avals(hstore) returns text[]', 'select ''{}''::text[]'],
    ['skeys(hstore) returns setof text', 'select null::text where false'],
    ['svals(hstore) returns setof text', 'select null::text where false'],
    ['each(hs hstore, out key text, out value text) returns setof record',
     'select null::text, null::text where false']
  ] loop
    execute format(fn, o[1], 'sql', 'strict', o[2]);
  end loop;
  foreach o slice 1 in array array[
    ['tconvert(text, text) returns hstore', 'return format(''"%s"=>"%s"'', $1, $2)'],
    ['hstore(text, text) returns hstore', 'return format(''"%s"=>"%s"'', $1, $2)'],
    ['hstore(text[], text[]) returns hstore',
     'return (select string_agg(format(''"%s"=>"%s"'', k, v), '', '') from unnest($1, $2) u(k, v))'],
    ['hstore(record) returns hstore',
     'return (select string_agg(format(''"%s"=>"%s"'', key, value), '', '')
      from jsonb_each_text(to_jsonb($1)))'],
    ['populate_record(anyelement, hstore) returns anyelement', 'return $1']
  ] loop
    execute format(fn, o[1], 'plpgsql', '', 'begin ' || o[2] || '; end');
  end loop;

  foreach o slice 1 in array array[
    ['hs_concat(hstore, hstore) returns hstore', 'return concat_ws('', '', $1::text, $2::text)'],
    ['hstore(text[]) returns hstore', 'return array_to_string($1, '', '')']
  ] loop
    execute format(fn, o[1], 'plpgsql', 'strict', 'begin ' || o[2] || '; end');
  end loop;

  -- operator, left, right, function, commutator
  foreach o slice 1 in array array[
    ['->', 'hstore', 'text', 'fetchval', ''], ['->', 'hstore', 'text[]', 'slice_array', ''],
    ['?', 'hstore', 'text', 'exist', ''], ['?|', 'hstore', 'text[]', 'exists_any', ''],
    ['?&', 'hstore', 'text[]', 'exists_all', ''], ['-', 'hstore', 'text', 'delete', ''],
    ['-', 'hstore', 'text[]', 'delete', ''], ['-', 'hstore', 'hstore', 'delete', ''],
    ['||', 'hstore', 'hstore', 'hs_concat', ''],
    ['<@', 'hstore', 'hstore', 'hs_contained', '@>'],
    ['@>', 'hstore', 'hstore', 'hs_contains', '<@'],
    ['#=', 'anyelement', 'hstore', 'populate_record', ''],
    ['<>', 'hstore', 'hstore', 'hstore_ne', '<>'],
    ['#>#', 'hstore', 'hstore', 'hstore_gt', '#<#'],
    ['#>=#', 'hstore', 'hstore', 'hstore_ge', '#<=#'],
    ['#<#', 'hstore', 'hstore', 'hstore_lt', '#>#'],
    ['#<=#', 'hstore', 'hstore', 'hstore_le', '#>=#']
  ] loop
    execute format('create operator %s (leftarg = %s, rightarg = %s, function = %s%s)',
      o[1], o[2], o[3], o[4],
      case o[5] when '' then '' else format(', commutator = operator(%s)', o[5]) end);
  end loop;
end
$$;
create operator = (leftarg = hstore, rightarg = hstore, function = hstore_eq, commutator = =,
  negator = <>, restrict = eqsel, join = eqjoinsel, hashes, merges);
create operator %% (rightarg = hstore, function = hstore_to_array);
create operator %# (rightarg = hstore, function = hstore_to_matrix);
create cast (text[] as hstore) with function hstore(text[]);
create cast (hstore as json) with function hstore_to_json(hstore);
create cast (hstore as jsonb) with function hstore_to_jsonb(hstore);
create operator class btree_hstore_ops default for type hstore using btree as
  operator 1 #<#, operator 2 #<=#, operator 3 =, operator 4 #>=#, operator 5 #>#,
  function 1 hstore_cmp(hstore, hstore);
create operator class hash_hstore_ops default for type hstore using hash as
  operator 1 =, function 1 hstore_hash(hstore), function 2 hstore_hash_extended(hstore, bigint);
create operator class gin_hstore_ops default for type hstore using gin as
  function 2 pg_catalog.void_in(cstring), function 3 pg_catalog.void_in(cstring),
  function 4 pg_catalog.void_in(cstring), storage text;
create operator class gist_hstore_ops default for type hstore using gist as
  function 1 pg_catalog.void_out(void), function 2 pg_catalog.shell_in(cstring),
  function 5 pg_catalog.void_in(cstring), function 6 pg_catalog.shell_in(cstring),
  function 7 pg_catalog.shell_in(cstring);
-- What index access methods call in the real one; nothing calls it here. It is listed because dumps
-- repeat grants for it.
create type ghstore;
do $$
declare
  f text;
begin
  foreach f in array array[
    'ghstore_in(cstring) returns ghstore',
    'ghstore_out(ghstore) returns cstring',
    'ghstore_consistent(internal, hstore, int2, oid, internal) returns boolean',
    'ghstore_compress(internal) returns internal',
    'ghstore_penalty(internal, internal, internal) returns internal',
    'ghstore_picksplit(internal, internal) returns internal',
    'ghstore_union(internal, internal) returns ghstore',
    'ghstore_same(ghstore, ghstore, internal) returns internal',
    'ghstore_decompress(internal) returns internal',
    'gin_extract_hstore(hstore, internal) returns internal',
    'gin_extract_hstore_query(hstore, internal, int2, internal, internal) returns internal',
    'gin_consistent_hstore(internal, int2, hstore, int4, internal, internal) returns boolean',
    'hstore_subscript_handler(internal) returns internal'
  ] loop
    execute format('create function %s language internal immutable strict parallel safe
      as ''void_in''', f);
  end loop;
end
$$;
create function ghstore_options(internal) returns void
  language internal immutable parallel safe as 'void_in';
create type ghstore (input = ghstore_in, output = ghstore_out, internallength = variable);
