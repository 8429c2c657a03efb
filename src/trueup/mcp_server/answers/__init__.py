"""What each tool does and says, one file a topic. Loaded at a tool's first call: what they need
would more than double the time until the server answers."""
