-- Exclusion constraints hold: void_out answers "perhaps" for every row, so each is checked. An index
-- can hold one page, some hundred rows: what would split it is an error.
do $$
declare
  o text[];
begin
  foreach o slice 1 in array array[
    ['oid', 'oid'], ['int2', 'int2'], ['int4', 'int4'], ['int8', 'int8'], ['float4', 'float4'],
    ['float8', 'float8'], ['timestamp', 'timestamp'], ['timestamptz', 'timestamptz'],
    ['time', 'time'], ['timetz', 'timetz'], ['date', 'date'], ['interval', 'interval'],
    ['cash', 'money'], ['macaddr', 'macaddr'], ['macaddr8', 'macaddr8'], ['text', 'text'],
    ['bpchar', 'bpchar'], ['bytea', 'bytea'], ['numeric', 'numeric'], ['bit', 'bit'],
    ['vbit', 'varbit'], ['inet', 'inet'], ['cidr', 'cidr'], ['uuid', 'uuid'],
    ['enum', 'anyenum'], ['bool', 'bool']
  ] loop
    execute format('create operator class %1$I default for type %2$s using gist as
      operator 1 < (%3$s, %3$s), operator 2 <= (%3$s, %3$s), operator 3 = (%3$s, %3$s),
      operator 4 >= (%3$s, %3$s), operator 5 > (%3$s, %3$s), operator 6 <> (%3$s, %3$s),
      function 1 pg_catalog.void_out(void), function 2 pg_catalog.shell_in(cstring),
      function 5 pg_catalog.void_in(cstring), function 6 pg_catalog.shell_in(cstring),
      function 7 pg_catalog.shell_in(cstring)', 'gist_' || o[1] || '_ops', o[2],
      case o[2] when 'cidr' then 'inet' else o[2] end);
  end loop;
end
$$;
do $$
declare
  o text[];
begin
  foreach o slice 1 in array array[
    ['cash', 'money', 'money'], ['date', 'date', 'integer'], ['float4', 'real', 'real'],
    ['float8', 'double precision', 'double precision'], ['int2', 'smallint', 'smallint'],
    ['int4', 'integer', 'integer'], ['int8', 'bigint', 'bigint'],
    ['interval', 'interval', 'interval'], ['time', 'time', 'interval'],
    ['ts', 'timestamp', 'interval'], ['tstz', 'timestamptz', 'interval']
  ] loop
    execute format('create function %s_dist(%2$s, %2$s) returns %3$s
      language sql immutable strict parallel safe as %4$L', o[1], o[2], o[3],
      'select greatest($1 - $2, $2 - $1)');
    execute format('create operator <-> (leftarg = %1$s, rightarg = %1$s, function = %2$s_dist,
      commutator = operator(<->))', o[2], o[1]);
  end loop;
end
$$;
create function oid_dist(oid, oid) returns oid language sql immutable strict parallel safe
  as 'select greatest($1::bigint - $2::bigint, $2::bigint - $1::bigint)::oid';
create operator <-> (leftarg = oid, rightarg = oid, function = oid_dist, commutator = operator(<->));
-- What index access methods call in the real one; nothing calls it here. It is listed because dumps
-- repeat grants for it.
do $$
declare
  o text[];
  key text;
  safe text;
  fn constant text := 'create function %s language internal immutable strict %s as %L';
begin
  foreach o slice 1 in array array[
    ['2', '2', 'int2'], ['4', '4', 'int4'], ['8', '8', 'int4'], ['16', '16', 'int4'],
    ['32', '32', 'int4'], ['_var', 'variable', 'int4, storage = extended']
  ] loop
    key := 'gbtreekey' || o[1];
    execute 'create type ' || key;
    execute format(fn, format('%1$s_in(cstring) returns %1$s', key), 'parallel safe', 'textin');
    execute format(fn, format('%1$s_out(%1$s) returns cstring', key), 'parallel safe', 'textout');
    execute format('create type %1$s (input = %1$s_in, output = %1$s_out, internallength = %2$s,
      alignment = %3$s)', key, o[2], o[3]);
  end loop;

  -- name, type, key, which of (d)istance, (f)etch and (o)ther functions there are
  foreach o slice 1 in array array[
    ['oid', 'oid', '8', 'dfo'], ['int2', 'int2', '4', 'dfo'], ['int4', 'int4', '8', 'dfo'],
    ['int8', 'int8', '16', 'dfo'], ['float4', 'float4', '8', 'dfo'],
    ['float8', 'float8', '16', 'dfo'], ['ts', 'timestamp', '16', 'dfo'],
    ['tstz', 'timestamptz', '16', 'd'], ['time', 'time', '16', 'dfo'],
    ['timetz', 'timetz', '16', ''], ['date', 'date', '8', 'dfo'],
    ['intv', 'interval', '32', 'dfo'], ['cash', 'money', '16', 'dfo'],
    ['macad', 'macaddr', '16', 'fo'], ['macad8', 'macaddr8', '16', 'fo'],
    ['text', 'text', '_var', 'o'], ['bpchar', 'bpchar', '_var', ''],
    ['bytea', 'bytea', '_var', 'o'], ['numeric', 'numeric', '_var', 'o'],
    ['bit', 'bit', '_var', 'o'], ['inet', 'inet', '16', 'o'], ['uuid', 'uuid', '32', 'fo'],
    ['enum', 'anyenum', '8', 'fo'], ['bool', 'bool', '2', 'fo']
  ] loop
    safe := case o[1] when 'bool' then '' else 'parallel safe' end;
    key := 'gbtreekey' || o[3];
    execute format(fn, format('gbt_%s_consistent(internal, %s, int2, oid, internal) returns boolean',
      o[1], o[2]), safe, 'void_in');
    execute format(fn, format('gbt_%s_compress(internal) returns internal', o[1]), safe, 'void_in');
    if o[4] ~ 'd' then
      execute format(fn, format('gbt_%s_distance(internal, %s, int2, oid, internal) returns float8',
        o[1], o[2]), safe, 'void_in');
    end if;
    if o[4] ~ 'f' then
      execute format(fn, format('gbt_%s_fetch(internal) returns internal', o[1]), safe, 'void_in');
    end if;
    continue when o[4] !~ 'o';
    execute format(fn, format('gbt_%s_penalty(internal, internal, internal) returns internal', o[1]),
      safe, 'void_in');
    execute format(fn, format('gbt_%s_picksplit(internal, internal) returns internal', o[1]),
      safe, 'void_in');
    execute format(fn, format('gbt_%s_union(internal, internal) returns %s', o[1], key),
      safe, 'void_in');
    execute format(fn, format('gbt_%1$s_same(%2$s, %2$s, internal) returns internal', o[1], key),
      safe, 'void_in');
  end loop;
  foreach key in array array['decompress', 'intv_decompress', 'var_decompress', 'var_fetch'] loop
    execute format(fn, format('gbt_%s(internal) returns internal', key), 'parallel safe', 'void_in');
  end loop;
end
$$;
