"""Pages for those who work here: behind a sign-in, each within what its visitor's role may do."""
