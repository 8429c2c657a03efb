"""PURE. Which extension a missing object is likely part of, by its name alone.

For a hint: that the migrations never enable an extension is the commonest reason why such an
object is missing. Names from the extensions' own documentation.
"""

from __future__ import annotations

from collections.abc import Mapping

from trueup.sql.deeds import FUNCTION, SCHEMA, TYPE, Thing

_TYPES = {
    "citext": "citext",
    "cube": "cube",
    "geography": "postgis",
    "geometry": "postgis",
    "halfvec": "vector",
    "hstore": "hstore",
    "lquery": "ltree",
    "ltree": "ltree",
    "sparsevec": "vector",
    "vector": "vector",
}
_SCHEMAS = {
    "cron": "pg_cron",
    "graphql": "pg_graphql",
    "net": "pg_net",
    "pgmq": "pgmq",
    "pgsodium": "pgsodium",
    "pgtle": "pg_tle",
    "topology": "postgis_topology",
    "vault": "supabase_vault",
}
_FUNCTIONS = {
    "crosstab": "tablefunc",
    "crypt": "pgcrypto",
    "dblink": "dblink",
    "digest": "pgcrypto",
    "gen_random_bytes": "pgcrypto",
    "gen_salt": "pgcrypto",
    "hmac": "pgcrypto",
    "http_get": "http",
    "http_post": "http",
    "levenshtein": "fuzzystrmatch",
    "moddatetime": "moddatetime",
    "pgp_sym_decrypt": "pgcrypto",
    "pgp_sym_encrypt": "pgcrypto",
    "similarity": "pg_trgm",
    "soundex": "fuzzystrmatch",
    "st_makepoint": "postgis",
    "unaccent": "unaccent",
    "uuid_generate_v1": "uuid-ossp",
    "uuid_generate_v4": "uuid-ossp",
    "word_similarity": "pg_trgm",
}
_CLASSES = {
    "gin_trgm_ops": "pg_trgm",
    "gist_trgm_ops": "pg_trgm",
    "vector_cosine_ops": "vector",
    "vector_ip_ops": "vector",
    "vector_l2_ops": "vector",
}
_METHODS = {"bloom": "bloom", "hnsw": "vector", "ivfflat": "vector", "rum": "rum"}
_WRAPPERS = {"file_fdw": "file_fdw", "postgres_fdw": "postgres_fdw", "wasm_wrapper": "wrappers"}
_KNOWN: Mapping[str, Mapping[str, str]] = {
    TYPE: _TYPES,
    SCHEMA: _SCHEMAS,
    FUNCTION: _FUNCTIONS,
    "operator class": _CLASSES,
    "access method": _METHODS,
    "foreign-data wrapper": _WRAPPERS,
}


def extension_of(thing: Thing) -> str | None:
    """The extension's name; None where nothing is known."""
    if thing.schema in _SCHEMAS:
        return _SCHEMAS[thing.schema]
    return _KNOWN.get(thing.kind, {}).get(thing.name)
