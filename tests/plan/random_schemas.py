"""Random schemas that load, with rows, as hypothesis strategies.

Two schemas drawn from the same few names differ in all sorts of ways at once: that is the edit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import strategies as st

# Type → a default of that type and two values for rows.
TYPES = {
    "integer": ("7", "1", "2"),
    "bigint": ("8", "3", "4"),
    "numeric(8,2)": ("1.5", "5", "6"),
    "text": ("'seven'", "'8'", "'9'"),
    "varchar(20)": ("'short'", "'10'", "'11'"),
    "boolean": ("true", "false", "true"),
    "date": ("'2024-02-03'", "'2020-01-01'", "'2021-01-01'"),
    "timestamptz": ("now()", "'2022-01-01'", "'2023-01-01'"),
    "integer[]": ("'{1,2}'", "'{3}'", "'{}'"),
    "mood": ("'b'", "'a'", "'b'"),
    "price": ("2", "3", "4"),
    "pair": ("ROW(1, 'x')", "ROW(2, 'y')", "NULL"),
}
TABLES, COLUMNS = ("t0", "t1", "t2"), ("c0", "c1", "c2", "c3")


@dataclass(frozen=True)
class Column:
    """A column that a type makes: `default`, `not_null`, `generated` are whether it has one."""

    name: str
    type: str
    default: bool
    not_null: bool
    comment: str

    def sql(self) -> str:
        default = f" DEFAULT {TYPES[self.type][0]}" if self.default else ""
        return f"{self.name} {self.type}{default}{' NOT NULL' if self.not_null else ''}"


@dataclass(frozen=True)
class Table:
    """A table with an id and random columns; `features` are names of what else it has."""

    name: str
    id_type: str
    columns: tuple[Column, ...]
    features: frozenset[str]
    parent: str

    def statements(self) -> Iterator[str]:
        parts = [f"id {self.id_type} PRIMARY KEY", *(column.sql() for column in self.columns)]
        logged = "UNLOGGED " if "unlogged" in self.features else ""
        yield f"CREATE {logged}TABLE {self.name} ({', '.join(parts)})"
        for column in self.columns:
            yield from self._on_column(column)
        if "policy" in self.features:
            yield f"ALTER TABLE {self.name} ENABLE ROW LEVEL SECURITY"
            yield f"CREATE POLICY p ON {self.name} USING (id > 1)"
        if "trigger" in self.features:
            each = "FOR EACH ROW EXECUTE FUNCTION touch()"
            yield f"CREATE TRIGGER tr BEFORE UPDATE ON {self.name} {each}"
        if "comment" in self.features:
            yield f"COMMENT ON TABLE {self.name} IS 'a comment'"
        if "grant" in self.features:
            yield f"GRANT SELECT ON {self.name} TO PUBLIC"

    def _on_column(self, column: Column) -> Iterator[str]:
        name = f"{self.name}_{column.name}"
        if "index" in self.features:
            yield f"CREATE INDEX {name} ON {self.name} ({column.name})"
        if "check" in self.features:
            check = f"CHECK ({column.name} IS NOT NULL OR id > 0)"
            yield f"ALTER TABLE {self.name} ADD CONSTRAINT {name} {check}"
        if column.comment:
            yield f"COMMENT ON COLUMN {self.name}.{column.name} IS '{column.comment}'"

    def rows(self) -> Iterator[str]:
        for row in (1, 2):
            names = ["id", *(column.name for column in self.columns)]
            values = [str(row), *(TYPES[column.type][row] for column in self.columns)]
            into = f"INSERT INTO {self.name} ({', '.join(names)})"
            yield f"{into} OVERRIDING SYSTEM VALUE VALUES ({', '.join(values)})"


@dataclass(frozen=True)
class Model:
    """A whole schema."""

    labels: tuple[str, ...]
    price: str
    attributes: str
    function_type: str
    tables: tuple[Table, ...]
    views: tuple[tuple[str, int, int], ...]
    foreign_keys: frozenset[tuple[str, str]]

    def sql(self) -> str:
        """The text that makes it."""
        return ";\n".join(self._statements())

    def _statements(self) -> Iterator[str]:
        yield f"CREATE TYPE mood AS ENUM ({', '.join(repr(label) for label in self.labels)})"
        yield f"CREATE DOMAIN price AS {self.price}"
        yield f"CREATE TYPE pair AS ({self.attributes})"
        yield "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'"
        body = f"LANGUAGE sql IMMUTABLE AS 'SELECT 1::{self.function_type}'"
        yield f"CREATE FUNCTION f(integer) RETURNS {self.function_type} {body}"
        names = {table.name: table for table in self.tables}
        for table in self.tables:
            yield from table.statements()
        for one, other in sorted(self.foreign_keys):
            if one in names and other in names and names[one].id_type == names[other].id_type:
                foreign = f"FOREIGN KEY (id) REFERENCES {other} NOT VALID"
                yield f"ALTER TABLE {one} ADD CONSTRAINT fk_{other} {foreign}"
        yield from self._views()

    def _views(self) -> Iterator[str]:
        """Each view reads a table, or the view before it, and now and then the function."""
        before = ""
        for kind, which, shape in self.views:
            table = self.tables[which % len(self.tables)]
            columns = ["id", *(c.name for c in table.columns[: shape % 4])]
            source = before if before and shape % 5 == 0 else table.name
            if source == before:
                columns = ["id"]
            extra = ", f(1) AS called" if shape % 3 == 0 else ""
            name = f"v{which}_{kind[0].lower()}{shape % 2}"
            if name in before:
                continue
            yield f"CREATE {kind} {name} AS SELECT {', '.join(columns)}{extra} FROM {source}"
            before = name

    def rows(self) -> str:
        """The text that fills the tables."""
        return ";\n".join(sql for table in self.tables for sql in table.rows())


_columns = st.builds(
    Column,
    st.sampled_from(COLUMNS),
    st.sampled_from(sorted(TYPES)),
    st.booleans(),
    st.just(value=False),
    st.sampled_from(("", "", "one", "two")),
)
_FEATURES = ("unlogged", "index", "check", "policy", "trigger", "comment", "grant")


def _table(name: str) -> st.SearchStrategy[Table]:
    return st.builds(
        Table,
        st.just(name),
        st.sampled_from(("integer", "bigint", "serial", "integer GENERATED ALWAYS AS IDENTITY")),
        st.lists(_columns, max_size=4, unique_by=lambda column: column.name).map(tuple),
        st.frozensets(st.sampled_from(_FEATURES), max_size=4),
        st.just(""),
    )


_tables = st.lists(st.sampled_from(TABLES), min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.tuples(*(_table(name) for name in sorted(names)))
)

models = st.builds(
    Model,
    st.sampled_from((("a", "b"), ("a", "b", "c"), ("b", "a"), ("x", "a", "b"), ("a", "x", "b"))),
    st.sampled_from(
        ("numeric", "integer CHECK (VALUE > 0)", "integer DEFAULT 5 CHECK (VALUE > 1)", "bigint")
    ),
    st.sampled_from(("a integer, b text", "a integer, b varchar(9)")),
    st.sampled_from(("integer", "bigint", "text")),
    _tables,
    st.lists(
        st.tuples(
            st.sampled_from(("VIEW", "MATERIALIZED VIEW")), st.integers(0, 2), st.integers(0, 14)
        ),
        max_size=3,
        unique_by=lambda view: (view[0][0], view[1], view[2] % 2),
    ).map(tuple),
    st.frozensets(st.tuples(st.sampled_from(TABLES), st.sampled_from(TABLES)), max_size=2),
)
