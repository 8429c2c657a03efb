-- A text that compares by its lower case, as the real one does, only slower.
create type citext;
create function citextin(cstring) returns citext language internal immutable strict parallel safe
  as 'textin';
create function citextout(citext) returns cstring language internal immutable strict parallel safe
  as 'textout';
create function citextrecv(internal) returns citext language internal stable strict parallel safe
  as 'textrecv';
create function citextsend(citext) returns bytea language internal stable strict parallel safe
  as 'textsend';
create type citext (
  input = citextin, output = citextout, receive = citextrecv, send = citextsend,
  internallength = variable, storage = extended, category = 'S', preferred = false,
  collatable = true
);
create function citext(character) returns citext language internal immutable strict parallel safe
  as 'rtrim1';
create function citext(boolean) returns citext language internal immutable strict parallel safe
  as 'booltext';
create function citext(inet) returns citext language internal immutable strict parallel safe
  as 'network_show';
create cast (citext as text) without function as implicit;
create cast (citext as varchar) without function as implicit;
create cast (citext as bpchar) without function as assignment;
create cast (text as citext) without function as assignment;
create cast (varchar as citext) without function as assignment;
create cast (bpchar as citext) with function citext(character) as assignment;
create cast (boolean as citext) with function citext(boolean) as assignment;
create cast (inet as citext) with function citext(inet) as assignment;

do $$
declare
  o text[];
  fn constant text := 'create function %s language sql immutable strict parallel safe as %L';
begin
  -- name, operator, commutator, negator, selectivity
  foreach o slice 1 in array array[
    ['eq', '=', '=', '<>', 'eq'], ['ne', '<>', '<>', '=', 'neq'],
    ['lt', '<', '>', '>=', 'scalarlt'], ['le', '<=', '>=', '>', 'scalarle'],
    ['gt', '>', '<', '<=', 'scalargt'], ['ge', '>=', '<=', '<', 'scalarge']
  ] loop
    execute format(fn, format('citext_%s(citext, citext) returns boolean', o[1]),
      format('select lower($1::text) %s lower($2::text)', o[2]));
    execute format('create operator %1$s (leftarg = citext, rightarg = citext,
      function = citext_%2$s, commutator = %3$s, negator = %4$s, restrict = %5$ssel,
      join = %5$sjoinsel%6$s)', o[2], o[1], o[3], o[4], o[5],
      case o[1] when 'eq' then ', hashes, merges' else '' end);
  end loop;
  foreach o slice 1 in array array[
    ['lt', '~<~', '~>~', '~>=~'], ['le', '~<=~', '~>=~', '~>~'],
    ['gt', '~>~', '~<~', '~<=~'], ['ge', '~>=~', '~<=~', '~<~']
  ] loop
    execute format(fn, format('citext_pattern_%s(citext, citext) returns boolean', o[1]),
      format('select lower($1::text) %s lower($2::text)', o[2]));
    execute format('create operator %1$s (leftarg = citext, rightarg = citext,
      function = citext_pattern_%2$s, commutator = operator(%3$s), negator = operator(%4$s))',
      o[2], o[1], o[3], o[4]);
  end loop;
  foreach o slice 1 in array array[
    ['texticlike', '~~', '!~~', '~~*', 'iclike'], ['texticnlike', '!~~', '~~', '!~~*', 'icnlike'],
    ['texticregexeq', '~', '!~', '~*', 'icregexeq'],
    ['texticregexne', '!~', '~', '!~*', 'icregexne']
  ] loop
    for i in 1..2 loop
      execute format(fn, format('%s(citext, %s) returns boolean', o[1],
        (array['citext', 'text'])[i]), format('select $1::text %s $2::text', o[4]));
      execute format('create operator %s (leftarg = citext, rightarg = %s, function = %s,
        negator = operator(%s), restrict = %sel, join = %sjoinsel)',
        o[2], (array['citext', 'text'])[i], o[1], o[3], o[5] || 's', o[5]);
      execute format('create operator %s (leftarg = citext, rightarg = %s, function = %s,
        negator = operator(%s), restrict = %sel, join = %sjoinsel)',
        o[4], (array['citext', 'text'])[i], o[1], o[3] || '*', o[5] || 's', o[5]);
    end loop;
  end loop;
end
$$;
create function citext_cmp(citext, citext) returns integer
  language sql immutable strict parallel safe as 'select bttextcmp(lower($1::text), lower($2::text))';
create function citext_pattern_cmp(citext, citext) returns integer
  language sql immutable strict parallel safe
  as 'select bttext_pattern_cmp(lower($1::text), lower($2::text))';
create function citext_hash(citext) returns integer
  language sql immutable strict parallel safe as 'select hashtext(lower($1::text))';
create function citext_hash_extended(citext, bigint) returns bigint
  language sql immutable strict parallel safe as 'select hashtextextended(lower($1::text), $2)';
create function citext_smaller(citext, citext) returns citext
  language sql immutable strict parallel safe
  as 'select case when lower($1::text) <= lower($2::text) then $1 else $2 end';
create function citext_larger(citext, citext) returns citext
  language sql immutable strict parallel safe
  as 'select case when lower($1::text) >= lower($2::text) then $1 else $2 end';
create operator class citext_ops default for type citext using btree as
  operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >,
  function 1 citext_cmp(citext, citext);
create operator class citext_ops default for type citext using hash as
  operator 1 =, function 1 citext_hash(citext), function 2 citext_hash_extended(citext, bigint);
create operator class citext_pattern_ops for type citext using btree as
  operator 1 ~<~, operator 2 ~<=~, operator 3 =, operator 4 ~>=~, operator 5 ~>~,
  function 1 citext_pattern_cmp(citext, citext);
create aggregate min(citext) (
  sfunc = citext_smaller, stype = citext, combinefunc = citext_smaller, sortop = <, parallel = safe
);
create aggregate max(citext) (
  sfunc = citext_larger, stype = citext, combinefunc = citext_larger, sortop = >, parallel = safe
);
create function regexp_match(citext, citext) returns text[]
  language sql immutable strict parallel safe
  as $$ select pg_catalog.regexp_match($1::text, $2::text, 'i') $$;
create function regexp_match(citext, citext, text) returns text[]
  language sql immutable strict parallel safe
  as $$ select pg_catalog.regexp_match($1::text, $2::text, $3 || 'i') $$;
create function regexp_matches(citext, citext) returns setof text[]
  language sql immutable strict parallel safe rows 1
  as $$ select pg_catalog.regexp_matches($1::text, $2::text, 'i') $$;
create function regexp_matches(citext, citext, text) returns setof text[]
  language sql immutable strict parallel safe rows 10
  as $$ select pg_catalog.regexp_matches($1::text, $2::text, $3 || 'i') $$;
create function regexp_replace(citext, citext, text) returns text
  language sql immutable strict parallel safe
  as $$ select pg_catalog.regexp_replace($1::text, $2::text, $3, 'i') $$;
create function regexp_replace(citext, citext, text, text)
  returns text language sql immutable strict parallel safe
  as $$ select pg_catalog.regexp_replace($1::text, $2::text, $3, $4 || 'i') $$;
create function regexp_split_to_array(citext, citext) returns text[]
  language sql immutable strict parallel safe
  as $$ select pg_catalog.regexp_split_to_array($1::text, $2::text, 'i') $$;
create function regexp_split_to_array(citext, citext, text) returns text[]
  language sql immutable strict parallel safe
  as $$ select pg_catalog.regexp_split_to_array($1::text, $2::text, $3 || 'i') $$;
create function regexp_split_to_table(citext, citext) returns setof text
  language sql immutable strict parallel safe
  as $$ select pg_catalog.regexp_split_to_table($1::text, $2::text, 'i') $$;
create function regexp_split_to_table(citext, citext, text)
  returns setof text language sql immutable strict parallel safe
  as $$ select pg_catalog.regexp_split_to_table($1::text, $2::text, $3 || 'i') $$;
create function strpos(citext, citext) returns integer
  language sql immutable strict parallel safe
  as 'select pg_catalog.strpos(lower($1::text), lower($2::text))';
create function replace(citext, citext, citext) returns text
  language sql immutable strict parallel safe as $$
  select pg_catalog.regexp_replace(
    $1::text, pg_catalog.regexp_replace($2::text, '(\W)', '\\\1', 'g'), $3::text, 'gi')
$$;
create function split_part(citext, citext, integer) returns text
  language sql immutable strict parallel safe as $$
  select (pg_catalog.regexp_split_to_array(
    $1::text, pg_catalog.regexp_replace($2::text, '(\W)', '\\\1', 'g'), 'i'))[$3]
$$;
create function translate(citext, citext, text) returns text
  language sql immutable strict parallel safe as $$
  select pg_catalog.translate(pg_catalog.translate($1::text, lower($2::text), $3), upper($2::text), $3)
$$;
