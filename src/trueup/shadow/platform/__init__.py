"""Platforms: what is in a database before the first migration, as data and its loader."""

from __future__ import annotations

from trueup.shadow.platform.catalog import (
    Platform,
    platform,
    platform_key,
    platform_scripts,
    session_settings,
)
from trueup.shadow.platform.standins import (
    StandIn,
    explain_unavailable,
    standin_files,
    standins,
    stood_in,
)

__all__ = [
    "Platform",
    "StandIn",
    "explain_unavailable",
    "platform",
    "platform_key",
    "platform_scripts",
    "session_settings",
    "standin_files",
    "standins",
    "stood_in",
]
