"""The tools as clients see them, one file a topic. Each has `tools(desk)`."""
