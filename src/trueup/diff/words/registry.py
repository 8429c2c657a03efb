"""Which file has the words for which kind of object."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pglast.parser import ParseError

from trueup.diff.words import (
    attachments,
    constraints,
    foreign,
    functions,
    indexes,
    jobs,
    policies,
    privileges,
    publications,
    remarks,
    rights,
    routines,
    searches,
    sequences,
    statistics,
    tables,
    triggers,
    types,
    views,
)
from trueup.diff.words.facts import Facts, phrases
from trueup.model.schema import ObjectKey

CHANGED = "definition changed"

# Kinds of which it is enough to read the facts.
_FACTS: Mapping[str, Callable[[str], Facts]] = {
    "ACCESS METHOD": routines.access_method_facts,
    "AGGREGATE": routines.definition_facts,
    "CAST": routines.cast_facts,
    "CHECK CONSTRAINT": constraints.facts,
    "COLLATION": routines.definition_facts,
    "CONSTRAINT": constraints.facts,
    "CONVERSION": routines.conversion_facts,
    "CRON JOB": jobs.facts,
    "EVENT TRIGGER": triggers.event_facts,
    "EXTENSION": routines.extension_facts,
    "FK CONSTRAINT": constraints.facts,
    "FOREIGN DATA WRAPPER": foreign.wrapper_facts,
    "OPERATOR": routines.definition_facts,
    "OPERATOR CLASS": routines.class_facts,
    "OPERATOR FAMILY": routines.family_facts,
    "POLICY": policies.facts,
    "PROCEDURAL LANGUAGE": routines.language_facts,
    "PUBLICATION": publications.facts,
    "SEQUENCE": sequences.facts,
    "SERVER": foreign.server_facts,
    "STATISTICS": statistics.facts,
    "SUBSCRIPTION": publications.subscription_facts,
    "TEXT SEARCH CONFIGURATION": searches.configuration_facts,
    "TEXT SEARCH DICTIONARY": routines.definition_facts,
    "TEXT SEARCH PARSER": routines.definition_facts,
    "TEXT SEARCH TEMPLATE": routines.definition_facts,
    "TRANSFORM": routines.transform_facts,
    "TRIGGER": triggers.facts,
    "USER MAPPING": foreign.mapping_facts,
}
# Kinds that need more than that to be compared.
_WORDS: Mapping[str, Callable[[str, str], list[str]]] = {
    "DOMAIN": types.domain_words,
    "FOREIGN TABLE": tables.words,
    "FUNCTION": functions.words,
    "INDEX": indexes.words,
    "MATERIALIZED VIEW": views.words,
    "PROCEDURE": functions.words,
    "RULE": views.rule_words,
    "TABLE": tables.words,
    "TYPE": types.words,
    "VIEW": views.words,
}
# Kinds that are a property of something else: that the entry is there says something by itself.
_PROPERTIES: Mapping[str, Callable[[str | None, str | None], list[str]]] = {
    "ACL": privileges.words,
    "COMMENT": remarks.comment_words,
    "DEFAULT": sequences.default_words,
    "DEFAULT ACL": privileges.default_words,
    "INDEX ATTACH": attachments.words,
    "PUBLICATION TABLE": publications.table_words,
    "PUBLICATION TABLES IN SCHEMA": publications.schema_words,
    "ROW SECURITY": policies.row_security_words,
    "SECURITY LABEL": remarks.label_words,
    "SEQUENCE OWNED BY": sequences.owner_words,
    "TABLE ATTACH": attachments.words,
}


def words_for(key: ObjectKey, before: str | None, after: str | None) -> list[str]:
    """The single changes, or the fallback where there are no words for them."""
    try:
        said = _said(key, before, after)
    except (ParseError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        # A newer PostgreSQL may write what this parser can't read, or in another shape.
        said = []
    return said or [_fallback(before, after)]


def _said(key: ObjectKey, before: str | None, after: str | None) -> list[str]:
    kind = key.kind
    if kind == "PRIVILEGES":
        return rights.words(key, before, after)
    if kind in _PROPERTIES:
        return _PROPERTIES[kind](before, after)
    if before is None or after is None:
        return []
    if kind in _WORDS:
        return _WORDS[kind](before, after)
    read = _FACTS.get(kind)
    return phrases(read(before), read(after)) if read else []


def _fallback(before: str | None, after: str | None) -> str:
    if before is None:
        return "created"
    return "dropped" if after is None else CHANGED
