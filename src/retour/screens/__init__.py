"""Pages for people: server-rendered, complete without scripts. They call the desk and nothing below."""
