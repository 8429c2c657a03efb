"""One file a verb. Each has NAME, HELP, EXAMPLES, `configure(parser)` and `run(context) -> int`."""
