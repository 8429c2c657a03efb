-- case: an enum is created
-- expect: TYPE | public | size
CREATE TYPE size AS ENUM ('small', 'large');

-- case: an enum is dropped
-- expect: TYPE | public | loose
DROP TYPE loose;

-- case: an enum gets a value at its end
-- expect: TYPE | public | mood
ALTER TYPE mood ADD VALUE 'ecstatic';

-- case: an enum gets a value in between
-- expect: TYPE | public | mood
ALTER TYPE mood ADD VALUE 'meh' BEFORE 'ok';

-- case: a value of an enum is renamed
-- expect: TYPE | public | mood
-- expect: TABLE | public | users
ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';

-- case: an enum is renamed
-- expect: TYPE | public | loose
-- expect: TYPE | public | looser
ALTER TYPE loose RENAME TO looser;

-- case: a composite type is created
-- expect: TYPE | public | pair
CREATE TYPE pair AS (a integer, b text);

-- case: a composite type gets an attribute
-- expect: TYPE | public | loose_pair
ALTER TYPE loose_pair ADD ATTRIBUTE b text;

-- case: a composite type loses an attribute
-- expect: TYPE | public | loose_pair
ALTER TYPE loose_pair ADD ATTRIBUTE b text;
ALTER TYPE loose_pair DROP ATTRIBUTE a;

-- case: an attribute of a composite type gets another type
-- expect: TYPE | public | loose_pair
ALTER TYPE loose_pair ALTER ATTRIBUTE a TYPE bigint;

-- case: an attribute of a composite type is renamed
-- expect: TYPE | public | loose_pair
ALTER TYPE loose_pair RENAME ATTRIBUTE a TO first;

-- case: a composite type that a table is made of changes
-- expect: TYPE | public | point3
ALTER TYPE point3 ADD ATTRIBUTE w integer CASCADE;

-- case: a range type is created
-- expect: TYPE | public | floats
CREATE TYPE floats AS RANGE (subtype = float8, subtype_diff = float8mi);

-- case: a range type gets another multirange name
-- expect: TYPE | public | span
DROP TYPE span;
CREATE TYPE span AS RANGE (subtype = numeric, multirange_type_name = spans);

-- case: a range type is dropped
-- expect: TYPE | public | span
DROP TYPE span;

-- case: a shell type is created
-- expect: TYPE | public | unborn
CREATE TYPE unborn;

-- case: a base type is created
-- expect: FUNCTION | public | token_in(cstring)
-- expect: FUNCTION | public | token_out(public.token)
-- expect: SHELL TYPE | public | token
-- expect: TYPE | public | token
CREATE TYPE token;
CREATE FUNCTION token_in(cstring) RETURNS token LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION token_out(token) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE token (INPUT = token_in, OUTPUT = token_out, LIKE = text);

-- case: a domain is created
-- expect: DOMAIN | public | email
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');

-- case: a domain is dropped
-- expect: DOMAIN | public | loose_domain
DROP DOMAIN loose_domain;

-- case: a domain gets a default
-- expect: DOMAIN | public | code
ALTER DOMAIN code SET DEFAULT 'x';

-- case: a domain loses its default
-- expect: DOMAIN | public | price
ALTER DOMAIN price DROP DEFAULT;

-- case: a domain becomes NOT NULL
-- expect: DOMAIN | public | price
ALTER DOMAIN price SET NOT NULL;

-- case: a domain is no longer NOT NULL
-- expect: DOMAIN | public | code
ALTER DOMAIN code DROP NOT NULL;

-- case: a domain gets a check
-- expect: DOMAIN | public | price
ALTER DOMAIN price ADD CONSTRAINT price_small CHECK (VALUE < 1000);

-- case: a domain gets a check without looking at the rows
-- expect: CHECK CONSTRAINT | public | price price_small
ALTER DOMAIN price ADD CONSTRAINT price_small CHECK (VALUE < 1000) NOT VALID;

-- case: a domain loses its check
-- expect: DOMAIN | public | price
ALTER DOMAIN price DROP CONSTRAINT price_positive;

-- case: the check of a domain is renamed
-- expect: DOMAIN | public | price
ALTER DOMAIN price RENAME CONSTRAINT price_positive TO positive;
