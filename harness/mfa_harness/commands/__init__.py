"""The commands, one a file: they understand arguments and print; the work is done elsewhere."""
