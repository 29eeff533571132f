"""The dock: what comes in, whatever it is, and what waits there for a person."""
