"""The command line: its words, options and help; nothing is imported before it is needed."""
