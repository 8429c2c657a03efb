-- The tests that are used most, by their signatures; nothing is tested.
do $$
declare
  o text[];
  arguments text;
begin
  -- name, then each list of argument types
  foreach o slice 1 in array array[
    ['plan', 'integer', '', '', ''], ['ok', 'boolean', 'boolean, text', '', ''],
    ['is', 'anyelement, anyelement', 'anyelement, anyelement, text', '', ''],
    ['isnt', 'anyelement, anyelement', 'anyelement, anyelement, text', '', ''],
    ['matches', 'anyelement, text', 'anyelement, text, text', '', ''],
    ['imatches', 'anyelement, text', 'anyelement, text, text', '', ''],
    ['alike', 'anyelement, text', 'anyelement, text, text', '', ''],
    ['ialike', 'anyelement, text', 'anyelement, text, text', '', ''],
    ['unalike', 'anyelement, text', 'anyelement, text, text', '', ''],
    ['cmp_ok', 'anyelement, text, anyelement', 'anyelement, text, anyelement, text', '', ''],
    ['pass', 'none', 'text', '', ''], ['fail', 'none', 'text', '', ''], ['diag', 'msg text', '', '', ''],
    ['throws_ok', 'text', 'text, text', 'text, text, text', 'text, character, text, text'],
    ['lives_ok', 'text', 'text, text', '', ''],
    ['performs_ok', 'text, numeric', 'text, numeric, text', '', ''],
    ['is_empty', 'text', 'text, text', '', ''], ['isnt_empty', 'text', 'text, text', '', ''],
    ['results_eq', 'text, text', 'text, text, text', 'text, anyarray', 'text, anyarray, text'],
    ['set_eq', 'text, text', 'text, text, text', 'text, anyarray', 'text, anyarray, text'],
    ['bag_eq', 'text, text', 'text, text, text', 'text, anyarray', 'text, anyarray, text'],
    ['has_table', 'name', 'name, text', 'name, name', 'name, name, text'],
    ['hasnt_table', 'name', 'name, text', 'name, name', 'name, name, text'],
    ['has_view', 'name', 'name, text', 'name, name', 'name, name, text'],
    ['has_column', 'name, name', 'name, name, text', 'name, name, name, text', ''],
    ['has_pk', 'name', 'name, text', 'name, name', 'name, name, text'],
    ['has_fk', 'name', 'name, text', 'name, name, text', ''],
    ['has_schema', 'name', 'name, text', '', ''], ['has_role', 'name', 'name, text', '', ''],
    ['has_enum', 'name', 'name, text', 'name, name', 'name, name, text'],
    ['has_function', 'name', 'name, text', 'name, name', 'name, name, text'],
    ['has_function', 'name, name[]', 'name, name[], text', 'name, name, name[]',
     'name, name, name[], text'],
    ['has_trigger', 'name, name', 'name, name, text', 'name, name, name', 'name, name, name, text'],
    ['has_extension', 'name', 'name, text', 'name, name', 'name, name, text'],
    ['policies_are', 'name, name[]', 'name, name[], text', 'name, name, name[]',
     'name, name, name[], text'],
    ['tables_are', 'name[]', 'name[], text', 'name, name[]', 'name, name[], text'],
    ['schemas_are', 'name[]', 'name[], text', '', '']
  ] loop
    foreach arguments in array o[2:] loop
      continue when arguments = '';
      execute format('create function %I(%s) returns text language sql as %L', o[1],
        case arguments when 'none' then '' else arguments end, 'select ''ok''::text');
    end loop;
  end loop;
end
$$;
create function no_plan() returns setof boolean language sql as 'select true where false';
create function finish(exception_on_failure boolean default null) returns setof text
  language sql as 'select null::text where false';
create function num_failed() returns integer language sql as 'select 0';
create function runtests() returns setof text language sql as 'select null::text where false';
create function runtests(name) returns setof text language sql as 'select null::text where false';
create function runtests(text) returns setof text language sql as 'select null::text where false';
create function runtests(name, text) returns setof text
  language sql as 'select null::text where false';
