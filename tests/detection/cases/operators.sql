-- case: an operator is created
-- expect: OPERATOR | public | !== (integer, integer)
CREATE OPERATOR !== (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4ne);

-- case: an operator with one operand is created
-- expect: OPERATOR | public | !! (NONE, integer)
CREATE OPERATOR !! (RIGHTARG = integer, FUNCTION = int4um);

-- case: an operator is dropped
-- expect: OPERATOR | public | === (integer, integer)
DROP OPERATOR === (integer, integer);

-- case: an operator loses its estimator
-- expect: OPERATOR | public | === (integer, integer)
ALTER OPERATOR === (integer, integer) SET (RESTRICT = NONE);

-- case: an operator class is created
-- expect: OPERATOR CLASS | public | mine USING hash
-- expect: OPERATOR FAMILY | public | mine USING hash
CREATE OPERATOR CLASS mine FOR TYPE integer USING hash AS
    OPERATOR 1 =, FUNCTION 1 hashint4(integer);

-- case: an operator class is dropped with its family
-- expect: OPERATOR CLASS | public | int_hash_ops USING hash
-- expect: OPERATOR FAMILY | public | int_hash_ops USING hash
DROP OPERATOR FAMILY int_hash_ops USING hash;

-- case: an operator family is created
-- expect: OPERATOR FAMILY | public | looser_ops USING btree
CREATE OPERATOR FAMILY looser_ops USING btree;

-- case: an operator family is dropped
-- expect: OPERATOR FAMILY | public | loose_ops USING btree
DROP OPERATOR FAMILY loose_ops USING btree;

-- case: an operator family gets an operator
-- expect: OPERATOR FAMILY | public | loose_ops USING btree
ALTER OPERATOR FAMILY loose_ops USING btree ADD OPERATOR 1 < (integer, bigint);

-- case: an operator family is renamed
-- expect: OPERATOR FAMILY | public | loose_ops USING btree
-- expect: OPERATOR FAMILY | public | tight_ops USING btree
ALTER OPERATOR FAMILY loose_ops USING btree RENAME TO tight_ops;

-- case: a cast is created
-- expect: CAST |  | CAST (public.mood AS boolean)
CREATE CAST (mood AS boolean) WITH INOUT;

-- case: a cast is dropped
-- expect: CAST |  | CAST (public.mood AS integer)
DROP CAST (mood AS integer);

-- case: a cast is done on its own
-- expect: CAST |  | CAST (public.mood AS integer)
DROP CAST (mood AS integer);
CREATE CAST (mood AS integer) WITH FUNCTION mood_number(mood) AS ASSIGNMENT;

-- case: a transform is dropped
-- expect: TRANSFORM |  | TRANSFORM FOR integer LANGUAGE sql
DROP TRANSFORM FOR integer LANGUAGE sql;

-- case: a language is created
-- expect: PROCEDURAL LANGUAGE |  | plother
CREATE LANGUAGE plother HANDLER plpgsql_call_handler;

-- case: a language is dropped
-- expect: PROCEDURAL LANGUAGE |  | plown
DROP LANGUAGE plown;

-- case: an access method is created
-- expect: ACCESS METHOD |  | heap_three
CREATE ACCESS METHOD heap_three TYPE TABLE HANDLER heap_tableam_handler;

-- case: an access method is dropped
-- expect: ACCESS METHOD |  | heap_too
DROP ACCESS METHOD heap_too;

-- case: a collation is created
-- expect: COLLATION | public | bytes
CREATE COLLATION bytes (provider = libc, locale = 'C');

-- case: a collation is dropped
-- expect: COLLATION | public | bytewise
DROP COLLATION bytewise;

-- case: a collation is of another locale
-- expect: COLLATION | public | bytewise
DROP COLLATION bytewise;
CREATE COLLATION bytewise (provider = libc, locale = 'POSIX');

-- case: a conversion is created
-- expect: CONVERSION | public | from_latin
CREATE CONVERSION from_latin FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;

-- case: a conversion becomes the default
-- expect: CONVERSION | public | to_latin
DROP CONVERSION to_latin;
CREATE DEFAULT CONVERSION to_latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;

-- case: a conversion is dropped
-- expect: CONVERSION | public | to_latin
DROP CONVERSION to_latin;

-- case: a text search configuration is created
-- expect: TEXT SEARCH CONFIGURATION | public | theirs
CREATE TEXT SEARCH CONFIGURATION theirs (PARSER = pg_catalog.default);

-- case: a text search configuration takes another dictionary
-- expect: TEXT SEARCH CONFIGURATION | public | ours
ALTER TEXT SEARCH CONFIGURATION ours ALTER MAPPING FOR asciiword WITH short, pg_catalog.simple;

-- case: a text search configuration is dropped
-- expect: TEXT SEARCH CONFIGURATION | public | ours
DROP TEXT SEARCH CONFIGURATION ours;

-- case: a text search dictionary gets another option
-- expect: TEXT SEARCH DICTIONARY | public | short
ALTER TEXT SEARCH DICTIONARY short (accept = false);

-- case: a text search dictionary is created
-- expect: TEXT SEARCH DICTIONARY | public | long
CREATE TEXT SEARCH DICTIONARY long (TEMPLATE = snow);

-- case: a text search parser is dropped
-- expect: TEXT SEARCH PARSER | public | words
DROP TEXT SEARCH PARSER words;

-- case: a text search template is dropped
-- expect: TEXT SEARCH TEMPLATE | public | snow
DROP TEXT SEARCH TEMPLATE snow;
