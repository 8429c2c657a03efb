"""Every tool there is."""

from __future__ import annotations

from mcp.server.mcpserver.tools import Tool

from trueup.mcp_server.desk import Desk
from trueup.mcp_server.tools import database, drafts, drift, migrations, reconcile


def all_tools(desk: Desk) -> list[Tool]:
    """Every tool, in the order in which they are listed."""
    topics = (migrations, database, drift, reconcile, drafts)
    return [tool for topic in topics for tool in topic.tools(desk)]
