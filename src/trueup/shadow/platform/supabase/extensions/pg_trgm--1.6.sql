-- Similarity is computed; indexes can be made and stay unused: GIN with support functions that do
-- nothing, GiST with ones that fail on the second page.
create function set_limit(real) returns real language sql strict as 'select $1';
create function show_limit() returns real language sql stable strict parallel safe
  as 'select 0.3::real';
create function show_trgm(text) returns text[] language sql immutable strict parallel safe as $$
  select array_agg(distinct substr(p, n, 3))
  from regexp_split_to_table(lower($1), '\W+') w,
    lateral (select '  ' || w || ' ') q(p),
    lateral generate_series(1, length(p) - 2) n
  where w <> ''
$$;
create function similarity(text, text) returns real
  language plpgsql immutable strict parallel safe as $$
declare
  a text[];
  b text[];
  common integer;
begin
  select array_agg(distinct substr(p, n, 3)) into a
    from regexp_split_to_table(lower($1), '\W+') w, lateral (select '  ' || w || ' ') q(p),
      lateral generate_series(1, length(p) - 2) n where w <> '';
  select array_agg(distinct substr(p, n, 3)) into b
    from regexp_split_to_table(lower($2), '\W+') w, lateral (select '  ' || w || ' ') q(p),
      lateral generate_series(1, length(p) - 2) n where w <> '';
  select count(*) into common from unnest(a) x where x = any (b);
  return coalesce(
    common::real / nullif(coalesce(cardinality(a), 0) + coalesce(cardinality(b), 0) - common, 0),
    0);
end
$$;
do $$
declare
  o text[];
begin
  foreach o slice 1 in array array[
    ['similarity_op', 'boolean', 'stable', '%', '%'],
    ['word_similarity_op', 'boolean', 'stable', '<%', '%>'],
    ['word_similarity_commutator_op', 'boolean', 'stable', '%>', '<%'],
    ['strict_word_similarity_op', 'boolean', 'stable', '<<%', '%>>'],
    ['strict_word_similarity_commutator_op', 'boolean', 'stable', '%>>',
     '<<%'],
    ['similarity_dist', 'real', 'immutable', '<->', '<->'],
    ['word_similarity_dist_op', 'real', 'immutable', '<<->', '<->>'],
    ['word_similarity_dist_commutator_op', 'real', 'immutable', '<->>',
     '<<->'],
    ['strict_word_similarity_dist_op', 'real', 'immutable', '<<<->', '<->>>'],
    ['strict_word_similarity_dist_commutator_op', 'real', 'immutable', '<->>>',
     '<<<->'],
    ['word_similarity', 'real', 'immutable', '', ''],
    ['strict_word_similarity', 'real', 'immutable', '', '']
  ] loop
    execute format('create function %s(text, text) returns %s
      language sql %s strict parallel safe as %L', o[1], o[2], o[3],
      case o[2] when 'boolean' then 'select lower($1) = lower($2)'
        else case o[4] when '' then 'select (lower($1) = lower($2))::int::real'
          else 'select (lower($1) <> lower($2))::int::real' end end);
    continue when o[4] = '';
    execute format('create operator %s (leftarg = text, rightarg = text, function = %s,
      commutator = operator(%s))', o[4], o[1], o[5]);
  end loop;
end
$$;
create operator class gin_trgm_ops for type text using gin as
  function 2 pg_catalog.void_in(cstring), function 3 pg_catalog.void_in(cstring),
  function 4 pg_catalog.void_in(cstring), storage integer;
create operator class gist_trgm_ops for type text using gist as
  function 1 pg_catalog.void_out(void), function 2 pg_catalog.shell_in(cstring),
  function 5 pg_catalog.void_in(cstring), function 6 pg_catalog.shell_in(cstring),
  function 7 pg_catalog.shell_in(cstring);
-- What index access methods call in the real one; nothing calls it here. It is listed because dumps
-- repeat grants for it.
create type gtrgm;
do $$
declare
  f text;
begin
  foreach f in array array[
    'gtrgm_in(cstring) returns gtrgm',
    'gtrgm_out(gtrgm) returns cstring',
    'gtrgm_consistent(internal, text, int2, oid, internal) returns boolean',
    'gtrgm_compress(internal) returns internal',
    'gtrgm_penalty(internal, internal, internal) returns internal',
    'gtrgm_picksplit(internal, internal) returns internal',
    'gtrgm_union(internal, internal) returns gtrgm',
    'gtrgm_same(gtrgm, gtrgm, internal) returns internal',
    'gtrgm_decompress(internal) returns internal',
    'gtrgm_distance(internal, text, int2, oid, internal) returns float8',
    'gin_extract_value_trgm(text, internal) returns internal',
    'gin_extract_query_trgm(text, internal, int2, internal, internal, internal, internal)
      returns internal',
    'gin_trgm_consistent(internal, int2, text, int4, internal, internal, internal, internal)
      returns boolean',
    'gin_trgm_triconsistent(internal, int2, text, int4, internal, internal, internal)
      returns "char"'
  ] loop
    execute format('create function %s language internal immutable strict parallel safe
      as ''void_in''', f);
  end loop;
end
$$;
create function gtrgm_options(internal) returns void
  language internal immutable parallel safe as 'void_in';
create type gtrgm (input = gtrgm_in, output = gtrgm_out, internallength = variable);
