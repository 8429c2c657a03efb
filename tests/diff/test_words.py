"""Names, sentences, and the words for what the servers of the other tests can't be brought to."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from trueup.diff.words import describe, display, families, summarize
from trueup.model.schema import ObjectKey

TABLE = ObjectKey("TABLE", "public", "users")
USERS = 'CREATE TABLE "public"."users" (\n    "id" integer\n);\n'


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (("TABLE", "public", "users"), "table public.users"),
        (("TABLE", "public", 'Odd "Name", with; all'), 'table public."Odd ""Name"", with; all"'),
        (("SCHEMA", "", "app"), "schema app"),
        (("FUNCTION", "public", "f(integer, text)"), "function public.f(integer, text)"),
        (("FUNCTION", "public", "Odd f(integer)"), 'function public."Odd f"(integer)'),
        (("CONSTRAINT", "public", "users users_pkey"), "constraint users_pkey on public.users"),
        (("FK CONSTRAINT", "Aa", "t fk"), 'constraint fk on "Aa".t'),
        (("TRIGGER", "public", "parent tr"), "trigger tr on public.parent"),
        (("RULE", "public", "v _RETURN"), 'rule "_RETURN" on public.v'),
        (("POLICY", "public", "parent p ol"), 'policy "p ol" on public.parent'),
        (("ROW SECURITY", "public", "parent"), "table public.parent"),
        (("DEFAULT", "public", "t a b"), 'column public.t."a b"'),
        (("SEQUENCE OWNED BY", "public", "s"), "sequence public.s"),
        (("TABLE ATTACH", "public", "p1"), "partition public.p1"),
        (("INDEX ATTACH", "public", "i1"), "index partition public.i1"),
        (("PROCEDURAL LANGUAGE", "", "plown"), "language plown"),
        (("COMMENT", "public", "COLUMN users.name"), "comment on column public.users.name"),
        (("COMMENT", "", "SCHEMA public"), "comment on schema public"),
        (("COMMENT", "public", "TRIGGER tr ON t"), "comment on trigger tr on public.t"),
        (
            ("COMMENT", "public", 'POLICY "a ON b" ON t'),
            'comment on policy "a ON b" on public.t',
        ),
        (
            ("COMMENT", "public", "CONSTRAINT k ON DOMAIN d"),
            "comment on constraint k on domain public.d",
        ),
        (
            ("COMMENT", "public", "OPERATOR CLASS oc USING hash"),
            "comment on operator class public.oc using hash",
        ),
        (("COMMENT", "", "CAST (a AS b)"), "comment on cast (a as b)"),
        (("ACL", "public", "TABLE users"), "privileges on table public.users"),
        (("ACL", "public", "COLUMN users.id"), "privileges on column public.users.id"),
        (
            ("DEFAULT ACL", "public", "DEFAULT PRIVILEGES FOR TABLES FOR ROLE Bob"),
            'default privileges for tables for role "Bob" in schema public',
        ),
        (("SECURITY LABEL", "public", "TABLE t"), "security label on table public.t"),
        (("USER MAPPING", "", "USER MAPPING joe SERVER s"), "user mapping for joe on server s"),
        (("CAST", "", "CAST (a AS b)"), "cast (a as b)"),
        (
            ("TRANSFORM", "", "TRANSFORM FOR integer LANGUAGE sql"),
            "transform for integer language sql",
        ),
        (
            ("OPERATOR", "public", "=== (integer, integer)"),
            "operator public.=== (integer, integer)",
        ),
        (("PUBLICATION TABLE", "public", "pub users"), "table public.users in publication pub"),
        (
            ("PUBLICATION TABLES IN SCHEMA", "public", "pub public"),
            "schema public in publication pub",
        ),
        (("SOMETHING NEW", "s", "x"), "something new s.x"),
    ],
)
def test_objects_are_called_as_people_call_them(key: tuple[str, str, str], name: str) -> None:
    assert display(ObjectKey(*key)) == name


def test_a_sentence_says_that_an_object_came_or_went() -> None:
    index = ObjectKey("INDEX", "public", "users_email_idx")
    assert summarize(index, None, "x") == "index public.users_email_idx was created"
    policy = ObjectKey("POLICY", "public", "users p")
    assert summarize(policy, "x", None) == 'policy "p" on public.users was dropped'
    comment = ObjectKey("COMMENT", "public", "TABLE users")
    assert summarize(comment, None, "x") == "comment on table public.users was added"


def test_a_sentence_gives_the_first_change_and_counts_the_others() -> None:
    one = USERS.replace("integer", 'integer,\n    "nickname" "text"')
    assert summarize(TABLE, USERS, one) == 'table public.users: column "nickname" added'
    two = one.replace("TABLE", "UNLOGGED TABLE")
    assert summarize(TABLE, USERS, two) == (
        'table public.users: column "nickname" added and 1 more change'
    )
    three = two.replace("integer", "bigint")
    assert summarize(TABLE, USERS, three) == (
        'table public.users: column "nickname" added and 2 more changes'
    )


def test_a_sentence_about_what_is_the_same_says_so() -> None:
    assert summarize(TABLE, USERS, USERS) == "table public.users is unchanged"


def acl(before: str | None, after: str | None, kind: str = "TABLE") -> list[str]:
    return describe(ObjectKey("ACL", "public", f"{kind} t"), before, after)


def test_everything_on_a_table_is_split_where_the_other_side_names_parts() -> None:
    everything = 'GRANT ALL ON TABLE "t" TO "a";\n'
    most = 'GRANT SELECT,INSERT,REFERENCES,DELETE,TRIGGER,TRUNCATE,UPDATE ON TABLE "t" TO "a";\n'
    some = 'GRANT SELECT,INSERT ON TABLE "t" TO "a";\n'
    assert acl(everything, some) == [
        "a may no longer UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"
    ]
    # Only a server that knows MAINTAIN (17+) tells these two apart.
    assert acl(everything, most) == ["a may no longer MAINTAIN"]
    assert acl(most, everything) == ["a may now MAINTAIN"]
    assert acl(everything, None) == ["a may no longer do anything (ALL)"]


def test_a_right_that_is_revoked_and_granted_again_is_as_it_was_built_in() -> None:
    owner = 'REVOKE ALL ON TABLE "t" FROM "o";\nGRANT SELECT ON TABLE "t" TO "o";\n'
    assert acl(None, owner) == [
        "o may no longer INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"
    ]
    assert acl(owner, None) == ["o may now INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"]


def test_a_right_to_pass_on_comes_and_goes() -> None:
    plain = 'GRANT SELECT ON TABLE "t" TO "a";\n'
    option = 'GRANT SELECT ON TABLE "t" TO "a" WITH GRANT OPTION;\n'
    assert acl(plain, option) == ["a may now grant SELECT to others"]
    assert acl(option, plain) == ["a may no longer grant SELECT to others"]
    assert acl(None, option) == ["a may now SELECT with grant option"]
    assert acl(option, None) == ["a may no longer SELECT"]


def test_rights_under_another_grantor_are_read_like_others() -> None:
    granted = (
        'SET SESSION AUTHORIZATION "b";\nGRANT SELECT ON TABLE "t" TO "a";\n'
        "RESET SESSION AUTHORIZATION;\n"
    )
    assert acl(None, granted) == ["a may now SELECT"]


def test_default_privileges_tell_what_is_new() -> None:
    key = ObjectKey("DEFAULT ACL", "", "DEFAULT PRIVILEGES FOR FUNCTIONS FOR ROLE o")
    revoked = 'ALTER DEFAULT PRIVILEGES FOR ROLE "o" REVOKE ALL ON FUNCTIONS  FROM PUBLIC;\n'
    assert describe(key, None, revoked) == ["PUBLIC may no longer EXECUTE on new functions"]
    assert describe(key, revoked, None) == ["PUBLIC may now EXECUTE on new functions"]


def test_the_comment_that_a_fresh_schema_has_can_be_missing() -> None:
    key = ObjectKey("COMMENT", "", "SCHEMA public")
    missing = 'COMMENT ON SCHEMA "public" IS NULL;\n'
    assert describe(key, None, missing) == ["comment removed"]
    assert describe(key, missing, None) == ["comment put back"]


def test_security_labels_are_told_by_provider() -> None:
    key = ObjectKey("SECURITY LABEL", "public", "TABLE t")
    label = 'SECURITY LABEL FOR "dummy" ON TABLE "public"."t" IS \'secret\';\n'
    assert describe(key, label, label.replace("secret", "open")) == [
        "label of dummy changed from 'secret' to 'open'"
    ]


@pytest.mark.parametrize(
    ("kind", "ddl", "old", "new"),
    [
        ("SERVER", "CREATE SERVER \"s\" FOREIGN DATA WRAPPER \"w\" OPTIONS (\n    {}\n);\n",
         "\"password\" 'one'", "\"password\" 'two'"),
        ("USER MAPPING", "CREATE USER MAPPING FOR \"a\" SERVER \"s\" OPTIONS (\n    {}\n);\n",
         "\"user\" 'one'", "\"user\" 'two'"),
        ("SUBSCRIPTION", "CREATE SUBSCRIPTION \"s\" CONNECTION '{}' PUBLICATION \"p\";\n",
         "password=one", "password=two"),
        ("FOREIGN TABLE",
         "CREATE FOREIGN TABLE \"public\".\"t\" (\n    \"a\" integer\n)\nSERVER \"s\"\n"
         "OPTIONS (\n    {}\n);\n",
         "\"access_token\" 'one'", "\"access_token\" 'two'"),
    ],
)  # fmt: skip
def test_secrets_are_compared_and_never_shown(kind: str, ddl: str, old: str, new: str) -> None:
    key = ObjectKey(kind, "", "x")
    for before, after in ((old, new), ("", new), (old, "")):
        words = " ".join(describe(key, ddl.format(before), ddl.format(after)))
        assert words
        assert "one" not in words
        assert "two" not in words


def test_tablespace_and_access_method_are_read_from_the_settings_around_the_text() -> None:
    before = 'CREATE INDEX "i" ON "public"."t" USING "btree" ("a");\n'
    after = f"SET default_tablespace = \"fast\";\n{before}SET default_tablespace = '';\n"
    index = ObjectKey("INDEX", "public", "i")
    assert describe(index, before, after) == ["tablespace changed from the default to fast"]
    heap = USERS
    columnar = f'SET default_table_access_method = "columnar";\n{heap}'
    assert describe(TABLE, heap, columnar) == ["access method changed from heap to columnar"]


def test_an_extension_tells_its_schema_and_version() -> None:
    key = ObjectKey("EXTENSION", "", "citext")
    before = 'CREATE EXTENSION IF NOT EXISTS "citext" WITH SCHEMA "public" VERSION \'1.5\';\n'
    after = before.replace("public", "extensions").replace("1.5", "1.6")
    assert describe(key, before, after) == [
        "schema changed from public to extensions",
        "version changed from 1.5 to 1.6",
    ]


def test_long_values_are_cut_around_the_place_where_they_part() -> None:
    long = " AND ".join(f'("column_{n}" > {n})' for n in range(40))
    policy = f'CREATE POLICY "p" ON "public"."t" USING (({long}));\n'
    (words,) = describe(
        ObjectKey("POLICY", "public", "t p"), policy, policy.replace("> 39", "> 40")
    )
    assert words == (
        "USING changed from … > 38) AND (column_39 > 39)) to … > 38) AND (column_39 > 40))"
    )


def test_a_long_body_says_only_that_it_changed() -> None:
    key = ObjectKey("FUNCTION", "public", "f()")
    ddl = (
        'CREATE FUNCTION "public"."f"() RETURNS "void"\n    LANGUAGE "plpgsql"\n'
        "    AS $$begin\n  perform 1;\n  perform 2;\n  perform 3;\nend$$;\n"
    )
    several = ddl.replace("perform 1", "perform 4").replace("perform 3", "perform 5")
    assert describe(key, ddl, several) == ["body changed"]
    assert describe(key, ddl, ddl.replace("  perform 2;\n", "")) == [
        "body changed: perform 2; dropped"
    ]
    assert describe(key, ddl, ddl.replace("  perform", "    perform")) == [
        "body changed in white space only"
    ]


def test_names_that_need_quotes_keep_them() -> None:
    before = 'CREATE POLICY "p" ON "public"."t" USING (("user" = "Weird Name"));\n'
    after = before.replace(" = ", " <> ")
    assert describe(ObjectKey("POLICY", "public", "t p"), before, after) == [
        'USING changed from ("user" = "Weird Name") to ("user" <> "Weird Name")'
    ]


def test_a_column_that_only_has_a_property_of_its_own_is_not_called_new() -> None:
    before = 'CREATE TABLE "public"."c" (\n)\nINHERITS ("public"."p");\n'
    after = before + 'ALTER TABLE ONLY "public"."c" ALTER COLUMN "a" SET NOT NULL;\n'
    assert describe(ObjectKey("TABLE", "public", "c"), before, after) == [
        'column "a" is now NOT NULL'
    ]


def test_a_family_is_one_file_that_names_its_kinds() -> None:
    for module in pkgutil.iter_modules(families.__path__):
        words = importlib.import_module(f"{families.__name__}.{module.name}").WORDS
        assert words, f"{module.name} has words for no kind"
