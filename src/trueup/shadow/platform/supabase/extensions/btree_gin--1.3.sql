-- Indexes can be made and stay unused.
do $$
declare
  o text[];
begin
  foreach o slice 1 in array array[
    ['int2', 'int2'], ['int4', 'int4'], ['int8', 'int8'], ['float4', 'float4'],
    ['float8', 'float8'], ['money', 'money'], ['oid', 'oid'], ['timestamp', 'timestamp'],
    ['timestamptz', 'timestamptz'], ['time', 'time'], ['timetz', 'timetz'], ['date', 'date'],
    ['interval', 'interval'], ['macaddr', 'macaddr'], ['macaddr8', 'macaddr8'],
    ['inet', 'inet'], ['cidr', 'cidr'], ['text', 'text'], ['varchar', 'varchar'],
    ['char', '"char"'], ['bpchar', 'bpchar'], ['bytea', 'bytea'], ['bit', 'bit'],
    ['varbit', 'varbit'], ['numeric', 'numeric'], ['enum', 'anyenum'], ['uuid', 'uuid'],
    ['name', 'name'], ['bool', 'bool']
  ] loop
    execute format('create operator class %I default for type %s using gin as
      function 2 pg_catalog.void_in(cstring), function 3 pg_catalog.void_in(cstring),
      function 4 pg_catalog.void_in(cstring)', o[1] || '_ops', o[2]);
  end loop;
end
$$;
-- What index access methods call in the real one; nothing calls it here. It is listed because dumps
-- repeat grants for it.
do $$
declare
  o text[];
begin
  foreach o slice 1 in array array[
    ['int2', 'int2'], ['int4', 'int4'], ['int8', 'int8'], ['float4', 'float4'],
    ['float8', 'float8'], ['money', 'money'], ['oid', 'oid'], ['timestamp', 'timestamp'],
    ['timestamptz', 'timestamptz'], ['time', 'time'], ['timetz', 'timetz'], ['date', 'date'],
    ['interval', 'interval'], ['macaddr', 'macaddr'], ['macaddr8', 'macaddr8'],
    ['inet', 'inet'], ['cidr', 'cidr'], ['text', 'text'], ['char', '"char"'],
    ['bpchar', 'bpchar'], ['bytea', 'bytea'], ['bit', 'bit'], ['varbit', 'varbit'],
    ['numeric', 'numeric'], ['anyenum', 'anyenum'], ['uuid', 'uuid'], ['name', 'name'],
    ['bool', 'bool']
  ] loop
    execute format('create function gin_extract_value_%s(%s, internal) returns internal
      language internal immutable strict as ''void_in''', o[1], o[2]);
    execute format('create function gin_extract_query_%s(%s, internal, int2, internal, internal)
      returns internal language internal immutable strict as ''void_in''', o[1], o[2]);
    execute format('create function gin_compare_prefix_%1$s(%2$s, %2$s, int2, internal)
      returns integer language internal immutable strict as ''void_in''', o[1], o[2]);
  end loop;
end
$$;
create function gin_btree_consistent(internal, int2, anyelement, int4, internal, internal)
  returns boolean language internal immutable strict as 'void_in';
create function gin_enum_cmp(anyenum, anyenum) returns integer
  language internal immutable strict as 'enum_cmp';
create function gin_numeric_cmp(numeric, numeric) returns integer
  language internal immutable strict as 'numeric_cmp';
