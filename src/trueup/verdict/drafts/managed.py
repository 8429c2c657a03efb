"""What a project may do in the schemas that Supabase manages.

https://supabase.com/docs/guides/platform/permissions and the change of 21 April 2025: in auth,
storage and realtime nobody makes, alters or drops tables and functions; foreign keys that refer to
their tables, policies and triggers on them stay allowed.
"""

from __future__ import annotations

from typing import Any, Final

from trueup.model.schema import ObjectKey
from trueup.platform.supabase import BUCKETS, MANAGED_SCHEMAS
from trueup.verdict.drafts.values import Refusal

_ON_TABLES: Final = frozenset({"CreateTrigStmt", "CreatePolicyStmt", "AlterPolicyStmt"})
_OF_TABLES: Final = frozenset({"OBJECT_TRIGGER", "OBJECT_POLICY"})
_KINDS_ALLOWED: Final = frozenset({"TRIGGER", "POLICY", "ROW SECURITY", "FK CONSTRAINT"})


def is_managed(tree: Any, name: tuple[str, str]) -> bool:
    """Whether a statement does to a target what is the platform's to do."""
    kind = type(tree).__name__
    if name[0] not in MANAGED_SCHEMAS or kind in _ON_TABLES:
        return False
    for attribute in ("removeType", "renameType", "objtype"):
        value = getattr(tree, attribute, None)
        if value is not None and value.name in _OF_TABLES:
            return False
    if kind == "CreateSchemaStmt" and tree.if_not_exists:
        return False
    return not (kind == "InsertStmt" and name == BUCKETS)


def is_managed_change(key: ObjectKey) -> bool:
    """The same for an object that is not what it was after a rehearsal."""
    schema = key.schema or (key.name if key.kind == "SCHEMA" else "")
    kind, _, _ = key.name.partition(" ")
    if key.kind == "COMMENT" and kind in _KINDS_ALLOWED:
        return False
    return schema in MANAGED_SCHEMAS and key.kind not in _KINDS_ALLOWED - {"ROW SECURITY"}


def managed_refusal(name: tuple[str, str], offset: int | None) -> Refusal:
    """Says so."""
    shown = ".".join(part for part in name if part)
    return Refusal(
        "sql_touches_managed_schema",
        f"the SQL changes {shown}, which belongs to the platform",
        "refer to it (foreign keys), and put policies and triggers on its tables; change nothing"
        " else there",
        offset,
    )
