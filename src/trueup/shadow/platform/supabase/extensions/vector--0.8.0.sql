-- The types hold the text they are given, so a column keeps its dimensions and a row its numbers.
-- Distances are computed; comparisons order by bytes; what is sparse is not computed at all.
-- hnsw and ivfflat are GIN with support functions that do nothing: an index on them is empty, costs
-- nothing and answers nothing, so no query uses it. Their storage options can't be had.
do $install$
declare
  t text;  -- vector, halfvec, sparsevec
  o text[];
  c text;
  kind text;
  fn constant text := 'create function %s language %s immutable strict parallel safe as %L';
  numbers constant text := 'translate($%s::text, ''[]'', ''{}'')::float8[]';
begin
  foreach t in array array['vector', 'halfvec', 'sparsevec'] loop
    execute 'create type ' || t;
    execute format(fn, t || '_in(cstring, oid, integer) returns ' || t, 'internal', 'textin');
    execute format(fn, t || '_out(' || t || ') returns cstring', 'internal', 'textout');
    execute format(fn, t || '_typmod_in(cstring[]) returns integer', 'internal', 'varbittypmodin');
    execute format(fn, t || '_recv(internal, oid, integer) returns ' || t, 'internal', 'textrecv');
    execute format(fn, t || '_send(' || t || ') returns bytea', 'internal', 'textsend');
    execute format(
      'create type %1$s (input = %1$s_in, output = %1$s_out, typmod_in = %1$s_typmod_in,
       receive = %1$s_recv, send = %1$s_send, storage = external)', t);
  end loop;

  foreach t in array array['vector', 'halfvec', 'sparsevec'] loop
    kind := case t when 'sparsevec' then 'select null::float8' else
      'select %s from unnest(' || format(numbers, 1) || ', ' || format(numbers, 2) || ') u(a, b)'
      end;
    foreach o slice 1 in array array[
      ['l2_distance', 'sqrt(sum((a - b) ^ 2))'],
      ['inner_product', 'sum(a * b)'],
      ['cosine_distance', '1 - sum(a * b) / nullif(sqrt(sum(a * a) * sum(b * b)), 0)'],
      ['l1_distance', 'sum(abs(a - b))'],
      [t || '_l2_squared_distance', 'sum((a - b) ^ 2)'],
      [t || '_negative_inner_product', '-sum(a * b)'],
      [t || '_spherical_distance', 'acos(least(greatest(sum(a * b), -1), 1)) / pi()']
    ] loop
      continue when o[1] = 'sparsevec_spherical_distance';
      execute format(fn, format('%1$s(%2$s, %2$s) returns float8', o[1], t), 'sql',
        format(kind, o[2]));
    end loop;

    kind := case t when 'sparsevec' then 'select null::float8' else
      'select sqrt(sum(a * a)) from unnest(' || format(numbers, 1) || ') u(a)' end;
    execute format(fn,
      format('%s(%s) returns float8', case t when 'vector' then 'vector_norm' else 'l2_norm' end, t),
      'sql', kind);
    execute format(fn, format('l2_normalize(%1$s) returns %1$s', t), 'plpgsql', case t
      when 'sparsevec' then 'begin return $1; end' else
        'begin return (select translate(array_agg(a / nullif(n, 0))::text, ''{}'', ''[]'')
         from unnest(' || format(numbers, 1) || ') u(a),
           (select sqrt(sum(x * x)) from unnest(' || format(numbers, 1) || ') v(x)) w(n)); end' end);

    foreach o slice 1 in array array[
      ['lt', 'bytealt'], ['le', 'byteale'], ['eq', 'byteaeq'], ['ne', 'byteane'],
      ['ge', 'byteage'], ['gt', 'byteagt'], ['cmp', 'byteacmp']
    ] loop
      execute format(fn, format('%1$s_%2$s(%1$s, %1$s) returns %3$s', t, o[1],
        case o[1] when 'cmp' then 'integer' else 'boolean' end), 'internal', o[2]);
    end loop;

    execute format(fn, format('%1$s(%1$s, integer, boolean) returns %1$s', t), 'sql', 'select $1');
    execute format(
      'create cast (%1$s as %1$s) with function %1$s(%1$s, integer, boolean) as implicit', t);
    foreach c in array array['integer', 'real', 'double precision', 'numeric'] loop
      execute format(fn, format('array_to_%1$s(%2$s[], integer, boolean) returns %1$s', t, c),
        'plpgsql', 'begin return translate($1::text, ''{}'', ''[]''); end');
      execute format('create cast (%2$s[] as %1$s)
        with function array_to_%1$s(%2$s[], integer, boolean) as assignment', t, c);
    end loop;

    foreach o slice 1 in array array[
      ['<->', 'l2_distance'], ['<#>', t || '_negative_inner_product'], ['<=>', 'cosine_distance'],
      ['<+>', 'l1_distance']
    ] loop
      execute format('create operator %1$s (leftarg = %2$s, rightarg = %2$s, function = %3$s,
        commutator = operator(%1$s))', o[1], t, o[2]);
    end loop;
    foreach o slice 1 in array array[
      ['<', 'lt', '>', '>=', 'scalarlt'], ['<=', 'le', '>=', '>', 'scalarle'],
      ['=', 'eq', '=', '<>', 'eq'], ['<>', 'ne', '<>', '=', 'eq'],
      ['>=', 'ge', '<=', '<', 'scalarge'], ['>', 'gt', '<', '<=', 'scalargt']
    ] loop
      execute format('create operator %1$s (leftarg = %2$s, rightarg = %2$s, function = %2$s_%3$s,
        commutator = %4$s, negator = %5$s, restrict = %6$ssel, join = %6$sjoinsel)',
        o[1], t, o[2], o[3], o[4], o[5]);
    end loop;
    execute format('create operator class %1$s_ops default for type %1$s using btree as
      operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >,
      function 1 %1$s_cmp(%1$s, %1$s)', t);
    continue when t = 'sparsevec';

    execute format(fn, format('vector_dims(%s) returns integer', t), 'sql',
      'select array_length(' || format(numbers, 1) || ', 1)');
    execute format(fn, format('binary_quantize(%s) returns bit', t), 'plpgsql',
      'begin return (select string_agg(case when a > 0 then ''1'' else ''0'' end, '''')
       from unnest(' || format(numbers, 1) || ') u(a)); end');
    execute format(fn, format('subvector(%1$s, integer, integer) returns %1$s', t), 'plpgsql',
      'begin return translate((' || format(numbers, 1) || ')[$2:$2 + $3 - 1]::text, ''{}'', ''[]'');
       end');
    foreach o slice 1 in array array[['add', '+'], ['sub', '-'], ['mul', '*']] loop
      execute format(fn, format('%1$s_%2$s(%1$s, %1$s) returns %1$s', t, o[1]), 'plpgsql',
        'begin return (select translate(array_agg(a ' || o[2] || ' b)::text, ''{}'', ''[]'')
         from unnest(' || format(numbers, 1) || ', ' || format(numbers, 2) || ') u(a, b)); end');
    end loop;
    execute format(fn, format('%1$s_concat(%1$s, %1$s) returns %1$s', t), 'plpgsql',
      'begin return translate((' || format(numbers, 1) || ' || ' || format(numbers, 2)
      || ')::text, ''{}'', ''[]''); end');
    execute format('create operator + (leftarg = %1$s, rightarg = %1$s, function = %1$s_add,
      commutator = +)', t);
    execute format('create operator - (leftarg = %1$s, rightarg = %1$s, function = %1$s_sub)', t);
    execute format('create operator * (leftarg = %1$s, rightarg = %1$s, function = %1$s_mul,
      commutator = *)', t);
    execute format('create operator || (leftarg = %1$s, rightarg = %1$s, function = %1$s_concat)',
      t);

    -- The state is the count followed by the sums.
    execute format(fn, format('%1$s_accum(double precision[], %1$s) returns double precision[]', t),
      'sql', 'select array_agg(coalesce(s, 0) + a order by i)
        from unnest($1, 1::float8 || translate($2::text, ''[]'', ''{}'')::float8[])
          with ordinality u(s, a, i)');
    execute format(fn, format('%s_avg(double precision[]) returns %1$s', t), 'plpgsql',
      'begin return (select translate(array_agg(s / nullif($1[1], 0))::text, ''{}'', ''[]'')
       from unnest($1[2:]) u(s)); end');
    execute format(fn, format(
      '%s_combine(double precision[], double precision[]) returns double precision[]', t),
      'sql', 'select array_agg(coalesce(a, 0) + coalesce(b, 0) order by i)
        from unnest($1, $2) with ordinality u(a, b, i)');
    execute format('create aggregate avg(%1$s) (sfunc = %1$s_accum, stype = double precision[],
      finalfunc = %1$s_avg, combinefunc = %1$s_combine, initcond = ''{0}'', parallel = safe)', t);
    execute format('create aggregate sum(%1$s) (sfunc = %1$s_add, stype = %1$s,
      combinefunc = %1$s_add, parallel = safe)', t);
    execute format(fn, format('%1$s_to_float4(%1$s, integer, boolean) returns real[]', t), 'sql',
      'select translate($1::text, ''[]'', ''{}'')::real[]');
    execute format('create cast (%1$s as real[])
      with function %1$s_to_float4(%1$s, integer, boolean) as %2$s', t,
      case t when 'vector' then 'implicit' else 'assignment' end);
  end loop;

  foreach o slice 1 in array array[
    ['vector', 'halfvec', 'implicit'], ['halfvec', 'vector', 'assignment'],
    ['vector', 'sparsevec', 'implicit'], ['sparsevec', 'vector', 'assignment'],
    ['halfvec', 'sparsevec', 'implicit'], ['sparsevec', 'halfvec', 'assignment']
  ] loop
    execute format(fn, format('%1$s_to_%2$s(%1$s, integer, boolean) returns %2$s', o[1], o[2]),
      'plpgsql', 'begin return $1::text; end');
    execute format('create cast (%1$s as %2$s)
      with function %1$s_to_%2$s(%1$s, integer, boolean) as %3$s', o[1], o[2], o[3]);
  end loop;

  execute format(fn, 'hamming_distance(bit, bit) returns float8', 'sql',
    'select length(replace(($1 # $2)::text, ''0'', ''''))::float8');
  execute format(fn, 'jaccard_distance(bit, bit) returns float8', 'sql',
    'select 1 - length(replace(($1 & $2)::text, ''0'', ''''))::float8
       / nullif(length(replace(($1 | $2)::text, ''0'', '''')), 0)');
  create operator <~> (leftarg = bit, rightarg = bit, function = hamming_distance,
    commutator = operator(<~>));
  create operator <%> (leftarg = bit, rightarg = bit, function = jaccard_distance,
    commutator = operator(<%>));
end
$install$;

create function ivfflathandler(internal) returns index_am_handler language internal as 'ginhandler';
create function hnswhandler(internal) returns index_am_handler language internal as 'ginhandler';
create access method ivfflat type index handler ivfflathandler;
create access method hnsw type index handler hnswhandler;
create function ivfflat_halfvec_support(internal) returns internal language internal as 'void_in';
create function ivfflat_bit_support(internal) returns internal language internal as 'void_in';
create function hnsw_halfvec_support(internal) returns internal language internal as 'void_in';
create function hnsw_bit_support(internal) returns internal language internal as 'void_in';
create function hnsw_sparsevec_support(internal) returns internal language internal as 'void_in';

-- void_in returns zero whatever it is called with: GIN takes that for "no keys".
do $$
declare
  o text[];
begin
  foreach o slice 1 in array array[
    ['vector_l2_ops', 'vector', 'ivfflat', 'default'], ['vector_ip_ops', 'vector', 'ivfflat', ''],
    ['vector_cosine_ops', 'vector', 'ivfflat', ''], ['halfvec_l2_ops', 'halfvec', 'ivfflat', ''],
    ['halfvec_ip_ops', 'halfvec', 'ivfflat', ''], ['halfvec_cosine_ops', 'halfvec', 'ivfflat', ''],
    ['bit_hamming_ops', 'bit', 'ivfflat', ''],
    ['vector_l2_ops', 'vector', 'hnsw', ''], ['vector_ip_ops', 'vector', 'hnsw', ''],
    ['vector_cosine_ops', 'vector', 'hnsw', ''], ['vector_l1_ops', 'vector', 'hnsw', ''],
    ['halfvec_l2_ops', 'halfvec', 'hnsw', ''], ['halfvec_ip_ops', 'halfvec', 'hnsw', ''],
    ['halfvec_cosine_ops', 'halfvec', 'hnsw', ''], ['halfvec_l1_ops', 'halfvec', 'hnsw', ''],
    ['bit_hamming_ops', 'bit', 'hnsw', ''], ['bit_jaccard_ops', 'bit', 'hnsw', ''],
    ['sparsevec_l2_ops', 'sparsevec', 'hnsw', ''], ['sparsevec_ip_ops', 'sparsevec', 'hnsw', ''],
    ['sparsevec_cosine_ops', 'sparsevec', 'hnsw', ''], ['sparsevec_l1_ops', 'sparsevec', 'hnsw', '']
  ] loop
    execute format('create operator class %I %s for type %s using %I as
      function 2 pg_catalog.void_in(cstring), function 3 pg_catalog.void_in(cstring),
      function 4 pg_catalog.void_in(cstring)', o[1], o[4], o[2], o[3]);
  end loop;
end
$$;
