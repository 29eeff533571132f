"""Pages for people: server-rendered, complete without scripts; they call the desk only."""
