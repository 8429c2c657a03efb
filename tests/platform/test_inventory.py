"""A golden list of everything the platform holds. inventory.txt is written anew, from the servers
found here, with TRUEUP_UPDATE_GOLDEN=1; read the difference before committing it.

A line that not every major has names those that have it: `[15,16] extension pg_graphql`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import servers
from trueup.postgres.server.cluster import Cluster
from trueup.postgres.session.connection import Connection, connect

GOLDEN = Path(__file__).with_name("inventory.txt")
# Who has every right on a table has this one too, from 17 on.
_MAINTAIN = re.compile(r"(t\*?)m\*?/")
_TAGGED = re.compile(r"\[([\d,]+)\] (.*)")

# Schemas that are the server's own, and what belongs to an extension, are left out.
QUERIES = """
SELECT format('role %s%s', rolname, (
  SELECT string_agg(word, '') FROM (VALUES
    (rolsuper, ' superuser'), (NOT rolinherit, ' noinherit'), (rolcreaterole, ' createrole'),
    (rolcreatedb, ' createdb'), (rolcanlogin, ' login'), (rolreplication, ' replication'),
    (rolbypassrls, ' bypassrls'), (rolconfig IS NOT NULL, ' ' || array_to_string(rolconfig, ' '))
  ) v(has, word) WHERE has))
FROM pg_roles WHERE rolname !~ '^pg_';

SELECT format('member %s of %s%s', member::regrole, roleid::regrole,
  CASE WHEN bool_or(admin_option) THEN ' with admin' ELSE '' END)
FROM pg_auth_members WHERE member >= 16384 OR member::regrole::text = 'postgres'
GROUP BY member, roleid;

SELECT format('extension %s in %s', extname, extnamespace::regnamespace) FROM pg_extension;

SELECT format('schema %s owner %s rights %s', nspname, nspowner::regrole,
  (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(nspacl) a))
FROM pg_namespace n WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND (@member@);

SELECT format('type %s owner %s %s', t.oid::regtype, typowner::regrole,
  (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid))
FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace LEFT JOIN pg_class c ON c.oid = typrelid
WHERE (typtype IN ('e', 'd') OR c.relkind = 'c') AND (@ours@);

SELECT format('%s %s owner %s%s rights %s', CASE relkind WHEN 'v' THEN 'view' WHEN 'S' THEN
  'sequence' WHEN 'p' THEN 'partitioned table' ELSE 'table' END, t.oid::regclass,
  relowner::regrole, CASE WHEN relrowsecurity THEN ' rls' ELSE '' END,
  (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(relacl) a))
FROM pg_class t JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'p', 'v', 'S') AND (@ours@);

SELECT format('column %s.%s %s%s%s', attrelid::regclass, attname,
  format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' not null' ELSE '' END,
  CASE attgenerated WHEN 's' THEN ' generated ' WHEN '' THEN CASE WHEN d.adbin IS NULL THEN ''
    ELSE ' default ' END END || coalesce(pg_get_expr(d.adbin, d.adrelid), ''))
FROM pg_attribute a JOIN pg_class t ON t.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = attrelid AND d.adnum = attnum
WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p', 'v', 'c') AND (@ours@);

SELECT format('constraint %s on %s %s', conname, conrelid::regclass, pg_get_constraintdef(t.oid))
FROM pg_constraint t JOIN pg_namespace n ON n.oid = connamespace
-- from 18 on, NOT NULL is a constraint of its own
WHERE conrelid <> 0 AND contype <> 'n' AND (@ours@);

SELECT format('index %s', indexdef) FROM pg_indexes i
JOIN pg_namespace n ON n.nspname = schemaname
JOIN pg_class t ON t.oid = format('%I.%I', schemaname, tablename)::regclass WHERE (@ours@);

SELECT format('trigger %s', pg_get_triggerdef(g.oid)) FROM pg_trigger g
JOIN pg_class t ON t.oid = tgrelid JOIN pg_namespace n ON n.oid = relnamespace
WHERE NOT tgisinternal AND (@ours@);

SELECT format('policy %s on %s.%s for %s', policyname, schemaname, tablename, cmd)
FROM pg_policies;

SELECT format('function %s(%s) returns %s %s%s owner %s rights %s', t.oid::regproc,
  pg_get_function_arguments(t.oid), pg_get_function_result(t.oid),
  CASE provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
  CASE WHEN prosecdef THEN ' security definer' ELSE '' END, proowner::regrole,
  (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(proacl) a))
FROM pg_proc t JOIN pg_namespace n ON n.oid = pronamespace WHERE (@ours@);

SELECT format('event trigger %s on %s %s calls %s', evtname, evtevent, evttags, evtfoid::regproc)
FROM pg_event_trigger;

SELECT format('publication %s owner %s', pubname, pubowner::regrole) FROM pg_publication;

SELECT format('default rights of %s in %s on %s: %s', defaclrole::regrole,
  CASE defaclnamespace WHEN 0 THEN 'all' ELSE defaclnamespace::regnamespace::text END,
  defaclobjtype, (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(defaclacl) a))
FROM pg_default_acl;
"""
_MEMBER = "NOT EXISTS (SELECT FROM pg_depend WHERE objid = {}.oid AND deptype = 'e')"
_OURS = f"n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND {_MEMBER.format('t')}"


def inventory(conn: Connection) -> list[str]:
    conn.execute("SET search_path = ''")
    lines: list[str] = []
    for query in QUERIES.split(";\n\n"):
        query = query.replace("@member@", _MEMBER.format("n")).replace("@ours@", _OURS)
        lines += (_MAINTAIN.sub(r"\1/", line).rstrip() for (line,) in conn.execute(query.encode()))
    return sorted(lines)


def read() -> tuple[set[int], list[tuple[frozenset[int] | None, str]]]:
    """The majors that the file was written from, and its lines with those that have them."""
    head, *lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    found: list[tuple[frozenset[int] | None, str]] = []
    for line in lines:
        tag = _TAGGED.fullmatch(line)
        found.append((frozenset(map(int, tag[1].split(","))), tag[2]) if tag else (None, line))
    return set(map(int, head.removeprefix("# majors ").split(","))), found


def write(by_major: dict[int, list[str]]) -> None:
    lines = {line for lines in by_major.values() for line in lines}
    shown = [f"# majors {','.join(map(str, sorted(by_major)))}"]
    for line in sorted(lines):
        having = [major for major in sorted(by_major) if line in by_major[major]]
        tag = "" if len(having) == len(by_major) else f"[{','.join(map(str, having))}] "
        shown.append(tag + line)
    GOLDEN.write_text("\n".join(shown) + "\n", encoding="utf-8")


_found: dict[int, list[str]] = {}


def test_the_platform_holds_what_the_golden_list_says(each_shadow: Cluster) -> None:
    major = each_shadow.install.major
    with connect(servers.fresh_database(each_shadow)) as conn:
        there = inventory(conn)
    _found[major] = there
    if os.environ.get("TRUEUP_UPDATE_GOLDEN"):
        if len(_found) == len(servers.INSTALLS):
            write(_found)
        pytest.skip("the golden list is being written")
    majors, golden = read()
    if major in majors:
        assert there == sorted(line for tag, line in golden if tag is None or major in tag)
    else:  # a major that was not at hand when the list was written
        assert {line for tag, line in golden if tag is None} <= set(there)
