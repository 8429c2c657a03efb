-- Paths are texts: parents, levels and parts are computed, patterns know only names and stars.
do $$
declare
  t text;
  o text[];
  f text;
  fn constant text := 'create function %s language %s immutable strict parallel safe as %L';
begin
  foreach o slice 1 in array array[['ltree', 'ltree'], ['lquery', 'lquery'], ['ltxtquery', 'ltxtq']]
  loop
    t := o[1];
    f := o[2];
    execute 'create type ' || t;
    execute format(fn, format('%s_in(cstring) returns %s', f, t), 'internal', 'textin');
    execute format(fn, format('%s_out(%s) returns cstring', f, t), 'internal', 'textout');
    execute format(fn, format('%s_recv(internal) returns %s', f, t), 'internal', 'textrecv');
    execute format(fn, format('%s_send(%s) returns bytea', f, t), 'internal', 'textsend');
    execute format('create type %1$s (input = %2$s_in, output = %2$s_out, receive = %2$s_recv,
      send = %2$s_send, storage = extended)', t, f);
  end loop;

  foreach o slice 1 in array array[
    ['lt', 'bytealt', '<', '>', '>=', 'scalarlt'], ['le', 'byteale', '<=', '>=', '>', 'scalarle'],
    ['eq', 'byteaeq', '=', '=', '<>', 'eq'], ['ne', 'byteane', '<>', '<>', '=', 'neq'],
    ['ge', 'byteage', '>=', '<=', '<', 'scalarge'], ['gt', 'byteagt', '>', '<', '<=', 'scalargt']
  ] loop
    execute format(fn, format('ltree_%s(ltree, ltree) returns boolean', o[1]), 'internal', o[2]);
    execute format('create operator %1$s (leftarg = ltree, rightarg = ltree,
      function = ltree_%2$s, commutator = %3$s, negator = %4$s, restrict = %5$ssel,
      join = %5$sjoinsel%6$s)', o[3], o[1], o[4], o[5], o[6],
      case o[1] when 'eq' then ', merges' else '' end);
  end loop;
  execute format(fn, 'ltree_cmp(ltree, ltree) returns integer', 'internal', 'byteacmp');
  create operator class ltree_ops default for type ltree using btree as
    operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >,
    function 1 ltree_cmp(ltree, ltree);

  foreach o slice 1 in array array[
    ['nlevel(ltree) returns integer',
     'select coalesce(array_length(string_to_array($1::text, ''.''), 1), 0)'],
    ['ltree2text(ltree) returns text', 'select $1::text'],
    ['index(ltree, ltree) returns integer',
     'select coalesce(array_position(string_to_array($1::text, ''.''), $2::text), 0) - 1'],
    ['index(ltree, ltree, integer) returns integer',
     'select coalesce(array_position(string_to_array($1::text, ''.''), $2::text, $3 + 1), 0) - 1'],
    ['ltree_isparent(ltree, ltree) returns boolean',
     'select starts_with($2::text || ''.'', $1::text || ''.'') or $1::text = '''''],
    ['ltree_risparent(ltree, ltree) returns boolean',
     'select starts_with($1::text || ''.'', $2::text || ''.'') or $2::text = '''''],
    ['ltq_regex(ltree, lquery) returns boolean',
     'select $1::text ~ (''^'' || replace(replace($2::text, ''.'', ''\.''), ''*'', ''.*'') || ''$'')'],
    ['ltq_rregex(lquery, ltree) returns boolean',
     'select $2::text ~ (''^'' || replace(replace($1::text, ''.'', ''\.''), ''*'', ''.*'') || ''$'')'],
    ['lt_q_regex(ltree, lquery[]) returns boolean', 'select false'],
    ['lt_q_rregex(lquery[], ltree) returns boolean', 'select false'],
    ['ltxtq_exec(ltree, ltxtquery) returns boolean', 'select false'],
    ['ltxtq_rexec(ltxtquery, ltree) returns boolean', 'select false'],
    ['_ltree_isparent(ltree[], ltree) returns boolean',
     'select exists (select from unnest($1) a where starts_with($2::text || ''.'', a::text || ''.''))'],
    ['_ltree_r_isparent(ltree, ltree[]) returns boolean',
     'select exists (select from unnest($2) a where starts_with($1::text || ''.'', a::text || ''.''))'],
    ['_ltree_risparent(ltree[], ltree) returns boolean',
     'select exists (select from unnest($1) a where starts_with(a::text || ''.'', $2::text || ''.''))'],
    ['_ltree_r_risparent(ltree, ltree[]) returns boolean',
     'select exists (select from unnest($2) a where starts_with(a::text || ''.'', $1::text || ''.''))'],
    ['_ltq_regex(ltree[], lquery) returns boolean', 'select false'],
    ['_ltq_rregex(lquery, ltree[]) returns boolean', 'select false'],
    ['_lt_q_regex(ltree[], lquery[]) returns boolean', 'select false'],
    ['_lt_q_rregex(lquery[], ltree[]) returns boolean', 'select false'],
    ['_ltxtq_exec(ltree[], ltxtquery) returns boolean', 'select false'],
    ['_ltxtq_rexec(ltxtquery, ltree[]) returns boolean', 'select false']
  ] loop
    execute format(fn, o[1], 'sql', o[2]);
  end loop;

  foreach o slice 1 in array array[
    ['text2ltree(text) returns ltree', 'return $1'],
    ['subltree(ltree, integer, integer) returns ltree',
     'return array_to_string((string_to_array($1::text, ''.''))[$2 + 1:$3], ''.'')'],
    ['subpath(ltree, integer, integer) returns ltree',
     'return (select array_to_string(p[b + 1:case when $3 < 0 then n + $3 else b + $3 end], ''.'')
      from string_to_array($1::text, ''.'') p, cardinality(p) n,
        (select case when $2 < 0 then cardinality(string_to_array($1::text, ''.'')) + $2
          else $2 end) q(b))'],
    ['subpath(ltree, integer) returns ltree',
     'return (select array_to_string(p[case when $2 < 0 then n + $2 else $2 end + 1:], ''.'')
      from string_to_array($1::text, ''.'') p, cardinality(p) n)'],
    ['ltree_addltree(ltree, ltree) returns ltree',
     'return concat_ws(''.'', nullif($1::text, ''''), nullif($2::text, ''''))'],
    ['ltree_addtext(ltree, text) returns ltree',
     'return concat_ws(''.'', nullif($1::text, ''''), nullif($2, ''''))'],
    ['ltree_textadd(text, ltree) returns ltree',
     'return concat_ws(''.'', nullif($1, ''''), nullif($2::text, ''''))'],
    ['lca(ltree[]) returns ltree', 'return null'],
    ['_ltree_extract_isparent(ltree[], ltree) returns ltree', 'return null'],
    ['_ltree_extract_risparent(ltree[], ltree) returns ltree', 'return null'],
    ['_ltq_extract_regex(ltree[], lquery) returns ltree', 'return null'],
    ['_ltxtq_extract_exec(ltree[], ltxtquery) returns ltree', 'return null']
  ] loop
    execute format(fn, o[1], 'plpgsql', 'begin ' || o[2] || '; end');
  end loop;
  for n in 2..8 loop
    execute format(fn, format('lca(%s) returns ltree', rtrim(repeat('ltree, ', n), ', ')),
      'plpgsql', 'begin return null; end');
  end loop;

  -- operator, left, right, function, commutator
  foreach o slice 1 in array array[
    ['@>', 'ltree', 'ltree', 'ltree_isparent', '<@'],
    ['<@', 'ltree', 'ltree', 'ltree_risparent', '@>'],
    ['^@>', 'ltree', 'ltree', 'ltree_isparent', '^<@'],
    ['^<@', 'ltree', 'ltree', 'ltree_risparent', '^@>'],
    ['||', 'ltree', 'ltree', 'ltree_addltree', ''], ['||', 'ltree', 'text', 'ltree_addtext', ''],
    ['||', 'text', 'ltree', 'ltree_textadd', ''],
    ['~', 'ltree', 'lquery', 'ltq_regex', '~'], ['~', 'lquery', 'ltree', 'ltq_rregex', '~'],
    ['^~', 'ltree', 'lquery', 'ltq_regex', '^~'], ['^~', 'lquery', 'ltree', 'ltq_rregex', '^~'],
    ['?', 'ltree', 'lquery[]', 'lt_q_regex', '?'], ['?', 'lquery[]', 'ltree', 'lt_q_rregex', '?'],
    ['^?', 'ltree', 'lquery[]', 'lt_q_regex', '^?'],
    ['^?', 'lquery[]', 'ltree', 'lt_q_rregex', '^?'],
    ['@', 'ltree', 'ltxtquery', 'ltxtq_exec', '@'],
    ['@', 'ltxtquery', 'ltree', 'ltxtq_rexec', '@'],
    ['^@', 'ltree', 'ltxtquery', 'ltxtq_exec', '^@'],
    ['^@', 'ltxtquery', 'ltree', 'ltxtq_rexec', '^@'],
    ['@>', 'ltree[]', 'ltree', '_ltree_isparent', '<@'],
    ['<@', 'ltree', 'ltree[]', '_ltree_r_isparent', '@>'],
    ['<@', 'ltree[]', 'ltree', '_ltree_risparent', '@>'],
    ['@>', 'ltree', 'ltree[]', '_ltree_r_risparent', '<@'],
    ['^@>', 'ltree[]', 'ltree', '_ltree_isparent', '^<@'],
    ['^<@', 'ltree', 'ltree[]', '_ltree_r_isparent', '^@>'],
    ['^<@', 'ltree[]', 'ltree', '_ltree_risparent', '^@>'],
    ['^@>', 'ltree', 'ltree[]', '_ltree_r_risparent', '^<@'],
    ['~', 'ltree[]', 'lquery', '_ltq_regex', '~'], ['~', 'lquery', 'ltree[]', '_ltq_rregex', '~'],
    ['^~', 'ltree[]', 'lquery', '_ltq_regex', '^~'],
    ['^~', 'lquery', 'ltree[]', '_ltq_rregex', '^~'],
    ['?', 'ltree[]', 'lquery[]', '_lt_q_regex', '?'],
    ['?', 'lquery[]', 'ltree[]', '_lt_q_rregex', '?'],
    ['^?', 'ltree[]', 'lquery[]', '_lt_q_regex', '^?'],
    ['^?', 'lquery[]', 'ltree[]', '_lt_q_rregex', '^?'],
    ['@', 'ltree[]', 'ltxtquery', '_ltxtq_exec', '@'],
    ['@', 'ltxtquery', 'ltree[]', '_ltxtq_rexec', '@'],
    ['^@', 'ltree[]', 'ltxtquery', '_ltxtq_exec', '^@'],
    ['^@', 'ltxtquery', 'ltree[]', '_ltxtq_rexec', '^@'],
    ['?@>', 'ltree[]', 'ltree', '_ltree_extract_isparent', ''],
    ['?<@', 'ltree[]', 'ltree', '_ltree_extract_risparent', ''],
    ['?~', 'ltree[]', 'lquery', '_ltq_extract_regex', ''],
    ['?@', 'ltree[]', 'ltxtquery', '_ltxtq_extract_exec', '']
  ] loop
    execute format('create operator %s (leftarg = %s, rightarg = %s, function = %s%s)',
      o[1], o[2], o[3], o[4],
      case o[5] when '' then '' else format(', commutator = operator(%s)', o[5]) end);
  end loop;
  foreach t in array array['ltree', 'ltree[]'] loop
    execute format('create operator class %I default for type %s using gist as
      function 1 pg_catalog.void_out(void), function 2 pg_catalog.shell_in(cstring),
      function 5 pg_catalog.void_in(cstring), function 6 pg_catalog.shell_in(cstring),
      function 7 pg_catalog.shell_in(cstring)',
      case t when 'ltree' then 'gist_ltree_ops' else 'gist__ltree_ops' end, t);
  end loop;
end
$$;
-- What index access methods call in the real one; nothing calls it here. It is listed because dumps
-- repeat grants for it.
create type ltree_gist;
do $$
declare
  f text;
begin
  foreach f in array array[
    'ltree_gist_in(cstring) returns ltree_gist',
    'ltree_gist_out(ltree_gist) returns cstring',
    'ltree_consistent(internal, ltree, int2, oid, internal) returns boolean',
    'ltree_compress(internal) returns internal',
    'ltree_penalty(internal, internal, internal) returns internal',
    'ltree_picksplit(internal, internal) returns internal',
    'ltree_union(internal, internal) returns ltree_gist',
    'ltree_same(ltree_gist, ltree_gist, internal) returns internal',
    '_ltree_consistent(internal, ltree[], int2, oid, internal) returns boolean',
    '_ltree_compress(internal) returns internal',
    '_ltree_penalty(internal, internal, internal) returns internal',
    '_ltree_picksplit(internal, internal) returns internal',
    '_ltree_union(internal, internal) returns ltree_gist',
    '_ltree_same(ltree_gist, ltree_gist, internal) returns internal',
    'ltree_decompress(internal) returns internal',
    'ltreeparentsel(internal, oid, internal, integer) returns float8'
  ] loop
    execute format('create function %s language internal immutable strict parallel safe
      as ''void_in''', f);
  end loop;
end
$$;
create function ltree_gist_options(internal) returns void
  language internal immutable parallel safe as 'void_in';
create function _ltree_gist_options(internal) returns void
  language internal immutable parallel safe as 'void_in';
create type ltree_gist (input = ltree_gist_in, output = ltree_gist_out, internallength = variable);
