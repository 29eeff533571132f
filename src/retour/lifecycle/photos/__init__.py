"""Photos of a return and what they show."""
