"""The agents' face: an MCP server for one project and one database. Built by `server.build`;
importing it costs about a second, so only `trueup mcp` does."""
