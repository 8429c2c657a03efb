-- Expressions of every shape that PostgreSQL reads and prints again. Printing, loading and printing
-- must give the same text; where PostgreSQL itself does not, trueup has to settle on one form.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN short AS varchar(10);
CREATE DOMAIN status AS varchar CHECK (VALUE IN ('new', 'old'));
CREATE TYPE pair AS (a integer, b varchar);
CREATE TABLE t (
    id bigint PRIMARY KEY,
    v varchar(20) CHECK (v IN ('a', 'b', 'it''s', 'x, y', '](')),
    w varchar CHECK (w NOT IN ('a', 'b')) DEFAULT 'a',
    c char(3) CHECK (c IN ('a', 'b')),
    x text CHECK (x IN ('a', 'b')),
    n name CHECK (n IN ('a', 'b')),
    s short CHECK (s IN ('a', 'b')),
    st status DEFAULT 'new',
    m mood CHECK (m IN ('sad', 'ok')) DEFAULT 'ok',
    i integer CHECK (i IN (1, 2, -3)) DEFAULT -1,
    si smallint CHECK (si IN (1, 2)) DEFAULT 5,
    bi bigint CHECK (bi = ANY (ARRAY[1, 2])) DEFAULT 10000000000,
    f double precision CHECK (f IN (1, 2.5)) DEFAULT 1e10,
    q numeric(10, 2) CHECK (q BETWEEN 0 AND 10) DEFAULT 0.5,
    b boolean CHECK (b IS NOT FALSE) DEFAULT true,
    bits bit(4) DEFAULT B'1010',
    bytes bytea DEFAULT '\xdeadbeef',
    d date DEFAULT '2024-01-01' CHECK (d > '2000-01-01' AND d < 'infinity'),
    ts timestamp(3) DEFAULT now(),
    tz timestamptz DEFAULT (now() AT TIME ZONE 'UTC'),
    iv interval DAY TO SECOND(3) DEFAULT '1 day 2 hours',
    j jsonb DEFAULT '{"a": [1, 2]}' CHECK (j ? 'a' AND j -> 'a' ->> 0 = '1'),
    va varchar[] DEFAULT '{a,b}' CHECK (va <@ ARRAY['a', 'b']::varchar[]),
    ta text[] DEFAULT ARRAY['a', 'b'] CHECK (v = ANY (ta)),
    ia integer[] DEFAULT ARRAY[]::integer[] CHECK (cardinality(ia) < 3),
    p pair DEFAULT ROW(1, 'x') CHECK ((p).a > 0),
    g varchar GENERATED ALWAYS AS (lower(v::text)) STORED,
    mo money DEFAULT 12.5,
    u uuid DEFAULT gen_random_uuid(),
    ip inet CHECK (ip << '10.0.0.0/8'),
    r int4range CHECK (NOT isempty(r)) DEFAULT '[1,5)',
    CHECK ((v, w) <> ('a', 'b')),
    CHECK (v::text || w = ANY (ARRAY['a'::varchar, 'b'::varchar]::text[])),
    CHECK (CASE v WHEN 'a' THEN w IN ('c', 'd') ELSE true END),
    CHECK (coalesce(v, w, 'x') IN ('a', 'x') OR nullif(v, 'a') IS NULL),
    CHECK (v LIKE ANY (ARRAY['a%', 'b%']) OR v ILIKE 'c_' ESCAPE '!'),
    CHECK (v SIMILAR TO '(a|b)%' OR v ~* '^x' OR NOT v ~ 'y$'),
    CHECK (substring(v from 1 for 2) = 'ab' OR substring(v from 'a.') IS NULL),
    CHECK (position('a' in v) > 0 OR overlay(v placing 'x' from 1) = trim(both 'x' from v)),
    CHECK (extract(year from d) > 2000 AND date_part('month', ts) < 13),
    CHECK (i IS DISTINCT FROM 5 AND i NOT BETWEEN SYMMETRIC 7 AND 6),
    CHECK (NOT (i = 4 AND bi = 4) AND (b OR b IS UNKNOWN)),
    CHECK (greatest(i, si) >= least(i, 3) AND i % 2 = abs(-i) % 2),
    CHECK (v COLLATE "C" < 'z' AND (i::text)::varchar(5) <> 'a'::char(2)),
    CHECK (ta[1] IS NULL OR ta[1:2] = ARRAY['a', v::text] OR ta && '{b}'),
    CHECK (s::text = ANY (ARRAY['a', 'b']) AND st <> ALL (ARRAY['x'::varchar, 'y'])),
    CHECK (ARRAY[v, w] <@ ARRAY['a', 'b', 'c']::varchar[] OR ARRAY[[1, 2], [3, 4]] IS NULL),
    CONSTRAINT late CHECK (v IN ('a', 'b')) NO INHERIT,
    EXCLUDE USING gist (r WITH &&) WHERE (v IN ('a', 'b'))
);
CREATE INDEX ON t (v) WHERE v IN ('a', 'b');
CREATE INDEX ON t ((v IN ('a', 'b')), lower(w) text_pattern_ops, (j ->> 'a') DESC);
CREATE INDEX ON t ((ARRAY['a'::varchar, w]::text[])) WHERE m IN ('sad', 'ok') AND NOT b;
CREATE POLICY p ON t USING (v IN ('a', 'b')) WITH CHECK (current_user IN ('a', 'b'));
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.v = ANY ((ARRAY['a'::character varying, 'b'::character varying])::"text"[]) THEN
        RETURN NEW;
    END IF;
    RETURN NULL;
END$$;
CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW
    WHEN (OLD.v IN ('a', 'b') AND NEW.v IS DISTINCT FROM OLD.v) EXECUTE FUNCTION tf();
CREATE FUNCTION standard(a varchar DEFAULT 'x', k varchar[] DEFAULT ARRAY['a', 'b']) RETURNS boolean
    LANGUAGE sql RETURN a IN ('a', 'b') OR a = ANY (k);
CREATE FUNCTION quoted() RETURNS text LANGUAGE sql
    AS 'SELECT ''(ARRAY[1, 2])::"text"[]'' || (ARRAY[1])::text[] ::text';
CREATE RULE ru AS ON UPDATE TO t WHERE OLD.v IN ('a', 'b') AND NEW.i IS NULL DO INSTEAD NOTHING;
CREATE STATISTICS stat ON (v IN ('a', 'b')), lower(w), i FROM t;
CREATE TABLE parted (v varchar, d timestamptz) PARTITION BY LIST (lower(v));
CREATE TABLE parted_a PARTITION OF parted FOR VALUES IN ('a', 'b', NULL);
CREATE VIEW listed AS SELECT id, v IN ('a', 'b') AS y, 'lit' AS lit, NULL AS nothing FROM t
    WHERE v IN ('a', 'b') AND s IN ('c', 'd') AND st NOT IN ('x', 'y');
CREATE VIEW joined AS SELECT a.id, b.v, b.w, whole FROM t AS a JOIN t AS b USING (id) LEFT JOIN parted whole
    ON whole.v = a.v AND whole.v IN ('x', 'y') NATURAL JOIN (SELECT 1 AS one) AS n;
CREATE VIEW grouped AS SELECT v, count(*) FILTER (WHERE w IN ('a', 'b')) AS n,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY f) AS med,
    string_agg(DISTINCT v, ',' ORDER BY v) AS l, rank() OVER w1 AS r,
    sum(i) OVER (PARTITION BY v ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS su
    FROM t GROUP BY GROUPING SETS ((v, id, i), ()) HAVING count(*) > 1
    WINDOW w1 AS (ORDER BY v DESC NULLS LAST);
CREATE VIEW nested AS WITH RECURSIVE walk (n, v) AS (
        SELECT 1, 'a'::varchar UNION ALL SELECT n + 1, v FROM walk WHERE n < 5 AND v IN ('a', 'b'))
    SELECT DISTINCT ON (w.n) w.n, l.x, g.o, (SELECT max(i) FROM t) AS m, ARRAY(SELECT 1) AS arr,
        EXISTS (SELECT FROM t WHERE v = w.v) AS e, ROW(w.n, w.v)::pair AS p, (t.p).b AS pb, t AS whole
    FROM walk w, t TABLESAMPLE system (10) REPEATABLE (1), LATERAL (SELECT w.n * 2 AS x) AS l,
        ROWS FROM (generate_series(1, 2), unnest(ARRAY['a', 'b'])) WITH ORDINALITY AS g (a, b, o)
    WHERE (w.n, w.v) IN (SELECT 1, 'a' AS k) ORDER BY w.n, l.x USING > LIMIT 10 OFFSET 1;
CREATE VIEW unions AS SELECT 'a' AS k, 1 AS n UNION ALL SELECT v, i FROM t
    UNION SELECT * FROM (VALUES ('x', 2), ('y', 3)) AS vals INTERSECT SELECT 'b', NULL;
CREATE VIEW casts AS SELECT '1'::int + 2 AS a, 1::numeric(5, 1) AS b, 'x'::char AS c, -(5::smallint) AS d,
    CAST('2024-01-01' AS timestamptz) AT TIME ZONE 'Europe/Berlin' AS e, interval '1' year AS f,
    ARRAY['a', 'b']::varchar[] AS g, ARRAY[1, NULL, 3]::text[] AS h, '{1,2}'::int[] AS i,
    (ARRAY['p'::varchar, 'q'])::text[] AS jj, ARRAY[ARRAY['a'::varchar], ARRAY['b']]::text[] AS k,
    (ARRAY['p'::varchar(3), v])::text[] || x AS l, ((ARRAY[v, w])::text[])[1] AS ll,
    (ARRAY['a'::varchar, 'b']::text[])::varchar[] AS m, (ARRAY[v])::char(2)[] AS o,
    (ARRAY[1.5, 2])::integer[] AS q, (ARRAY[now()])::date[] AS s, (ARRAY['sad'::text, x])::mood[] AS u,
    (ARRAY[ts])::timestamp(0)[] AS y, (ARRAY[st, st])::text[] AS z FROM t;
CREATE MATERIALIZED VIEW mat AS SELECT * FROM t WHERE v = ANY (ARRAY['a', 'b']) WITH NO DATA;
