create function id_encode(number bigint) returns text language sql immutable strict
  as $$ select to_hex(number) $$;
create function id_encode(number bigint, salt text) returns text language sql immutable strict
  as $$ select to_hex(number) $$;
create function id_encode(number bigint, salt text, min_length integer) returns text
  language sql immutable strict
  as $$ select lpad(to_hex(number), greatest(min_length, length(to_hex(number))), '0') $$;
create function id_encode(number bigint, salt text, min_length integer, alphabet text) returns text
  language sql immutable strict
  as $$ select lpad(to_hex(number), greatest(min_length, length(to_hex(number))), '0') $$;
create function id_encode(numbers bigint[]) returns text language sql immutable strict
  as $$ select array_to_string(numbers, 'x') $$;
create function id_encode(numbers bigint[], salt text) returns text language sql immutable strict
  as $$ select array_to_string(numbers, 'x') $$;
create function id_encode(numbers bigint[], salt text, min_length integer) returns text
  language sql immutable strict as $$ select array_to_string(numbers, 'x') $$;
create function id_encode(numbers bigint[], salt text, min_length integer, alphabet text)
  returns text language sql immutable strict as $$ select array_to_string(numbers, 'x') $$;
create function id_decode(id_string text) returns bigint[]
  language sql immutable strict as $$ select '{}'::bigint[] $$;
create function id_decode(id_string text, salt text) returns bigint[]
  language sql immutable strict as $$ select '{}'::bigint[] $$;
create function id_decode(id_string text, salt text, min_length integer) returns bigint[]
  language sql immutable strict as $$ select '{}'::bigint[] $$;
create function id_decode(id_string text, salt text, min_length integer, alphabet text)
  returns bigint[] language sql immutable strict as $$ select '{}'::bigint[] $$;
create function id_decode_once(id_string text) returns bigint
  language sql immutable strict as 'select null::bigint';
create function id_decode_once(id_string text, salt text) returns bigint
  language sql immutable strict as 'select null::bigint';
create function id_decode_once(id_string text, salt text, min_length integer) returns bigint
  language sql immutable strict as 'select null::bigint';
create function id_decode_once(id_string text, salt text, min_length integer, alphabet text)
  returns bigint language sql immutable strict as 'select null::bigint';
create function hash_encode(number bigint) returns text language sql immutable strict
  as $$ select to_hex(number) $$;
create function hash_encode(number bigint, salt text) returns text language sql immutable strict
  as $$ select to_hex(number) $$;
create function hash_encode(number bigint, salt text, min_length integer) returns text
  language sql immutable strict
  as $$ select lpad(to_hex(number), greatest(min_length, length(to_hex(number))), '0') $$;
create function hash_decode(id_string text, salt text, min_length integer) returns integer
  language sql immutable strict as 'select null::integer';
