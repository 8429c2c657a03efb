create function plpgsql_check_function(
  funcoid regprocedure, relid regclass default 0, format text default 'text',
  fatal_errors boolean default true, other_warnings boolean default true,
  performance_warnings boolean default false, extra_warnings boolean default true,
  security_warnings boolean default false
) returns setof text language plpgsql as 'begin end';
create function plpgsql_check_function(
  name text, relid regclass default 0, format text default 'text',
  fatal_errors boolean default true, other_warnings boolean default true,
  performance_warnings boolean default false, extra_warnings boolean default true,
  security_warnings boolean default false
) returns setof text language plpgsql as 'begin end';
