"""The configuration of a project: what trueup.toml and its kin say, read once."""

from __future__ import annotations

from trueup.config.load import load_settings, require_database
from trueup.config.project import find_project
from trueup.config.secret import DatabaseUrl, checked, masked
from trueup.config.settings import Allowed, Settings

__all__ = [
    "Allowed",
    "DatabaseUrl",
    "Settings",
    "checked",
    "find_project",
    "load_settings",
    "masked",
    "require_database",
]
