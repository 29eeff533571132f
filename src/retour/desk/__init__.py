"""Use cases: load, decide, commit. The only way that anything in the house changes."""
