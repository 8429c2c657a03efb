"""What invalid indexes and switched-off keys mean: where they are drift, what mends them, and which
changes of the schema are only their shadow.

pg_dump passes over an index that is invalid, so it looks dropped. It is not: to drop it everywhere
would be wrong, and to make it fails, because it is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from trueup.diff.words import display
from trueup.model.finding import Finding
from trueup.model.kinds import INDEXABLE
from trueup.model.schema import ObjectKey, Schema
from trueup.model.states import InvalidIndex, States
from trueup.verdict.drift import Drift, Standing
from trueup.verdict.remedies import standing_as
from trueup.verdict.state_findings import index_finding, key_finding, switched_on

_OF_INDEXES = frozenset({"INDEX ATTACH", "COMMENT", "SECURITY LABEL"})
_INDEXED = frozenset({"INDEX", "CONSTRAINT"})


@dataclass(frozen=True, slots=True)
class Hidden:
    """Why an object seems to be gone: its own index is invalid (`own`), or the partitioned one
    that it is a part of."""

    index: InvalidIndex
    own: bool

    @property
    def can_be_made(self) -> bool:
        """Whether a plan can put it there: after the invalid index was dropped, where it is one
        that can be dropped by itself."""
        index = self.index
        return not (index.building or (self.own and (index.constraint or index.part)))


@dataclass(frozen=True, slots=True)
class StateVerdict:
    """What to say of the states of a database, and the objects that are `hidden` by them."""

    hidden: Mapping[ObjectKey, Hidden] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def is_drift(self) -> bool:
        """Whether the database is not what its migrations say."""
        return any(finding.is_error for finding in self.findings)

    def reworded(self, drift: Iterable[Drift]) -> tuple[Drift, ...]:
        """The same with the true cause of what is hidden, and only remedies that work."""
        return tuple(
            _reworded(item, self.hidden[item.key])
            if item.key in self.hidden and item.database is None
            else item
            for item in drift
        )


def judge_states(
    live: States, said: States, database: Schema, applied: Schema, migrations: Schema
) -> StateVerdict:
    """`live` is so in the database and `said` in a replay of the files that it ran, which give
    `applied`; all files give `migrations`. The schemas are cut to what counts."""

    def counts(schema: str, table: str) -> bool:
        return any(ObjectKey(kind, schema, table) in database for kind in INDEXABLE)

    there, elsewhere = live.beyond(said).on(counts), said.beyond(live).on(counts)
    ours = [index for index in there.indexes if _among(index, applied)]
    places = {key.place for key in there.keys}
    findings = [
        *(index_finding(i, i in ours, _among(i, migrations)) for i in there.indexes),
        *(key_finding(key) for key in there.keys),
        *(switched_on(key) for key in elsewhere.keys if key.place not in places),
    ]
    return StateVerdict(_hidden(ours, database, applied), tuple(findings))


def _among(index: InvalidIndex, schema: Schema) -> bool:
    return any(key in schema for key in index.keys)


def _hidden(
    ours: Sequence[InvalidIndex], database: Schema, applied: Schema
) -> Mapping[ObjectKey, Hidden]:
    """The objects of the migrations that the dump lacks because of an invalid index: the index,
    what is said about it, and the parts of a partitioned index that is not complete."""
    if not ours:
        return {}
    by_key = {key: index for index in ours for key in index.keys if key in applied}
    found = {key: Hidden(index, True) for key, index in by_key.items() if key not in database}
    gone = [
        item
        for key, item in applied.objects.items()
        if item.key.kind in _OF_INDEXES and key not in database
    ]
    for item in gone:
        child = next((need for need in item.depends_on if _is_part(need, item.key)), None)
        near = [need for need in item.depends_on if need in by_key]
        own = item.key.kind != "INDEX ATTACH" or child in by_key
        if near:
            index = by_key[child] if child in by_key else by_key[near[0]]
            found[item.key] = Hidden(index, own)
            if child and child not in database:
                found.setdefault(child, Hidden(index, False))
    return found


def _is_part(need: ObjectKey, attach: ObjectKey) -> bool:
    """Whether an INDEX ATTACH, which has the name of the part, is about this index."""
    named = need.name == attach.name or need.name.endswith(f" {attach.name}")
    return need.kind in _INDEXED and need.schema == attach.schema and named


def _reworded(item: Drift, hidden: Hidden) -> Drift:
    by_plan = hidden.can_be_made and item.standing is Standing.PLAIN
    standing = Standing.INVALID if by_plan else Standing.STUCK
    told = standing_as(item, standing, _cause(hidden))
    return replace(told, said=_said(item.key, hidden.index))


def _cause(hidden: Hidden) -> str:
    index = hidden.index
    if index.building:
        return f"{display(index.key)} is being built in the database at this moment"
    if not hidden.own or index.partitioned:
        return (
            f"{display(index.key)} is there but invalid: not every partition has a valid part of it"
        )
    return (
        f"{display(index.key)} is there but invalid, as a CREATE INDEX CONCURRENTLY that failed"
        " leaves it"
    )


def _said(key: ObjectKey, index: InvalidIndex) -> tuple[str, ...]:
    if key not in index.keys:
        return ("not there",)
    return ("being built",) if index.building else ("there but invalid",)
