"""One file per command: `configure(parser)` says its words, `run(arguments)` does it and gives the exit code."""
