"""Conversations of a return, and of a ticket that has none yet."""
