-- Sets of integers are computed; queries with & and | are not.
create type query_int;
create function bqarr_in(cstring) returns query_int language internal immutable strict parallel safe
  as 'textin';
create function bqarr_out(query_int) returns cstring
  language internal immutable strict parallel safe as 'textout';
create type query_int (input = bqarr_in, output = bqarr_out);
create function querytree(query_int) returns text language sql immutable strict parallel safe
  as 'select $1::text';
create function boolop(integer[], query_int) returns boolean
  language sql immutable strict parallel safe as 'select false';
create function rboolop(query_int, integer[]) returns boolean
  language sql immutable strict parallel safe as 'select false';
create operator @@ (leftarg = integer[], rightarg = query_int, function = boolop,
  commutator = operator(~~));
create operator ~~ (leftarg = query_int, rightarg = integer[], function = rboolop,
  commutator = operator(@@));
create function _int_contains(integer[], integer[]) returns boolean
  language internal immutable strict parallel safe as 'arraycontains';
create function _int_contained(integer[], integer[]) returns boolean
  language internal immutable strict parallel safe as 'arraycontained';
create function _int_overlap(integer[], integer[]) returns boolean
  language internal immutable strict parallel safe as 'arrayoverlap';
create function _int_same(integer[], integer[]) returns boolean
  language internal immutable strict parallel safe as 'array_eq';
create function _int_different(integer[], integer[]) returns boolean
  language internal immutable strict parallel safe as 'array_ne';
create operator && (leftarg = integer[], rightarg = integer[], function = _int_overlap,
  commutator = operator(&&), restrict = contsel, join = contjoinsel);
create operator @> (leftarg = integer[], rightarg = integer[], function = _int_contains,
  commutator = operator(<@), restrict = contsel, join = contjoinsel);
create operator <@ (leftarg = integer[], rightarg = integer[], function = _int_contained,
  commutator = operator(@>), restrict = contsel, join = contjoinsel);
create function intset(integer) returns integer[] language sql immutable strict parallel safe
  as 'select array[$1]';
create function icount(integer[]) returns integer language sql immutable strict parallel safe
  as 'select cardinality($1)';
create function sort(integer[], text) returns integer[]
  language sql immutable strict parallel safe as $$
  select coalesce(array_agg(x order by case lower($2) when 'desc' then -x else x end), '{}')
  from unnest($1) x
$$;
create function sort(integer[]) returns integer[] language sql immutable strict parallel safe
  as $$ select coalesce(array_agg(x order by x), '{}') from unnest($1) x $$;
create function sort_asc(integer[]) returns integer[] language sql immutable strict parallel safe
  as $$ select coalesce(array_agg(x order by x), '{}') from unnest($1) x $$;
create function sort_desc(integer[]) returns integer[] language sql immutable strict parallel safe
  as $$ select coalesce(array_agg(x order by x desc), '{}') from unnest($1) x $$;
create function uniq(integer[]) returns integer[] language sql immutable strict parallel safe as $$
  select coalesce(array_agg(x order by n), '{}')
  from (select x, n, lag(x) over (order by n) as before from unnest($1) with ordinality u(x, n)) w
  where before is distinct from x
$$;
create function idx(integer[], integer) returns integer
  language sql immutable strict parallel safe as 'select coalesce(array_position($1, $2), 0)';
create function subarray(integer[], integer, integer) returns integer[]
  language sql immutable strict parallel safe as 'select $1[$2:$2 + $3 - 1]';
create function subarray(integer[], integer) returns integer[]
  language sql immutable strict parallel safe as 'select $1[$2:]';
create function intarray_push_elem(integer[], integer) returns integer[]
  language sql immutable strict parallel safe as 'select $1 || $2';
create function intarray_push_array(integer[], integer[]) returns integer[]
  language sql immutable strict parallel safe as 'select $1 || $2';
create function intarray_del_elem(integer[], integer) returns integer[]
  language sql immutable strict parallel safe as 'select array_remove($1, $2)';
create function intset_union_elem(integer[], integer) returns integer[]
  language sql immutable strict parallel safe
  as 'select array_agg(distinct x order by x) from unnest($1 || $2) x';
create function intset_subtract(integer[], integer[]) returns integer[]
  language sql immutable strict parallel safe
  as 'select array_agg(distinct x order by x) from unnest($1) x where x <> all ($2)';
create function _int_union(integer[], integer[]) returns integer[]
  language sql immutable strict parallel safe
  as 'select array_agg(distinct x order by x) from unnest($1 || $2) x';
create function _int_inter(integer[], integer[]) returns integer[]
  language sql immutable strict parallel safe
  as 'select array_agg(distinct x order by x) from unnest($1) x where x = any ($2)';
create operator # (rightarg = integer[], function = icount);
create operator # (leftarg = integer[], rightarg = integer, function = idx);
create operator + (leftarg = integer[], rightarg = integer, function = intarray_push_elem);
create operator + (leftarg = integer[], rightarg = integer[], function = intarray_push_array,
  commutator = +);
create operator - (leftarg = integer[], rightarg = integer, function = intarray_del_elem);
create operator - (leftarg = integer[], rightarg = integer[], function = intset_subtract);
create operator | (leftarg = integer[], rightarg = integer, function = intset_union_elem);
create operator | (leftarg = integer[], rightarg = integer[], function = _int_union,
  commutator = |);
create operator & (leftarg = integer[], rightarg = integer[], function = _int_inter,
  commutator = &);
create operator class gin__int_ops for type integer[] using gin as
  function 2 pg_catalog.void_in(cstring), function 3 pg_catalog.void_in(cstring),
  function 4 pg_catalog.void_in(cstring), storage integer;
create operator class gist__int_ops default for type integer[] using gist as
  function 1 pg_catalog.void_out(void), function 2 pg_catalog.shell_in(cstring),
  function 5 pg_catalog.void_in(cstring), function 6 pg_catalog.shell_in(cstring),
  function 7 pg_catalog.shell_in(cstring);
create operator class gist__intbig_ops for type integer[] using gist as
  function 1 pg_catalog.void_out(void), function 2 pg_catalog.shell_in(cstring),
  function 5 pg_catalog.void_in(cstring), function 6 pg_catalog.shell_in(cstring),
  function 7 pg_catalog.shell_in(cstring);
-- What index access methods call in the real one; nothing calls it here. It is listed because dumps
-- repeat grants for it.
create type intbig_gkey;
do $$
declare
  f text;
begin
  foreach f in array array[
    '_intbig_in(cstring) returns intbig_gkey',
    '_intbig_out(intbig_gkey) returns cstring',
    'g_int_consistent(internal, integer[], int2, oid, internal) returns boolean',
    'g_int_compress(internal) returns internal',
    'g_int_penalty(internal, internal, internal) returns internal',
    'g_int_picksplit(internal, internal) returns internal',
    'g_int_union(internal, internal) returns integer[]',
    'g_int_same(integer[], integer[], internal) returns internal',
    'g_intbig_consistent(internal, integer[], int2, oid, internal) returns boolean',
    'g_intbig_compress(internal) returns internal',
    'g_intbig_penalty(internal, internal, internal) returns internal',
    'g_intbig_picksplit(internal, internal) returns internal',
    'g_intbig_union(internal, internal) returns intbig_gkey',
    'g_intbig_same(intbig_gkey, intbig_gkey, internal) returns internal',
    'g_int_decompress(internal) returns internal',
    'g_intbig_decompress(internal) returns internal',
    'ginint4_queryextract(integer[], internal, int2, internal, internal, internal, internal)
      returns internal',
    'ginint4_consistent(internal, int2, integer[], int4, internal, internal, internal, internal)
      returns boolean'
  ] loop
    execute format('create function %s language internal immutable strict parallel safe
      as ''void_in''', f);
  end loop;
end
$$;
create function g_int_options(internal) returns void
  language internal immutable parallel safe as 'void_in';
create function g_intbig_options(internal) returns void
  language internal immutable parallel safe as 'void_in';
create type intbig_gkey (input = _intbig_in, output = _intbig_out, internallength = variable);
do $$
declare
  f text;
begin
  foreach f in array array['_int_contains', '_int_contained', '_int_overlap'] loop
    execute format('create function %s_sel(internal, oid, internal, integer) returns float8
      language internal stable strict parallel safe as ''contsel''', f);
    execute format('create function %s_joinsel(internal, oid, internal, int2, internal)
      returns float8 language internal stable strict parallel safe as ''contjoinsel''', f);
  end loop;
end
$$;
create function _int_matchsel(internal, oid, internal, integer) returns float8
  language internal stable strict parallel safe as 'contsel';
