-- Soundex is computed, distances are those of the texts' lengths and the rest is the text itself.
create function soundex(text) returns text language sql immutable strict parallel safe as $$
  select rpad(left(upper(left(w, 1)) || regexp_replace(regexp_replace(
    translate(lower(substr(w, 2)), 'bfpvcgjkqsxzdtlmnrhw', '11112222222233455600'),
    '(.)\1+', '\1', 'g'), '\D|0', '', 'g'), 4), 4, '0')
  from regexp_replace($1, '[^A-Za-z]', '', 'g') w where w <> ''
$$;
create function text_soundex(text) returns text language sql immutable strict parallel safe as $$
  select rpad(left(upper(left(w, 1)) || regexp_replace(regexp_replace(
    translate(lower(substr(w, 2)), 'bfpvcgjkqsxzdtlmnrhw', '11112222222233455600'),
    '(.)\1+', '\1', 'g'), '\D|0', '', 'g'), 4), 4, '0')
  from regexp_replace($1, '[^A-Za-z]', '', 'g') w where w <> ''
$$;
create function difference(text, text) returns integer
  language sql immutable strict parallel safe as 'select (lower($1) = lower($2))::int * 4';
create function levenshtein(text, text) returns integer language sql immutable strict parallel safe
  as 'select case when $1 = $2 then 0 else greatest(length($1), length($2)) end';
create function levenshtein(text, text, integer, integer, integer) returns integer
  language sql immutable strict parallel safe
  as 'select case when $1 = $2 then 0 else greatest(length($1), length($2)) end';
create function levenshtein_less_equal(text, text, integer) returns integer
  language sql immutable strict parallel safe
  as 'select case when $1 = $2 then 0 else greatest(length($1), length($2)) end';
create function levenshtein_less_equal(text, text, integer, integer, integer, integer)
  returns integer language sql immutable strict parallel safe
  as 'select case when $1 = $2 then 0 else greatest(length($1), length($2)) end';
create function metaphone(text, integer) returns text
  language sql immutable strict parallel safe as 'select left(upper($1), $2)';
create function dmetaphone(text) returns text
  language sql immutable strict parallel safe as 'select left(upper($1), 4)';
create function dmetaphone_alt(text) returns text
  language sql immutable strict parallel safe as 'select left(upper($1), 4)';
