"""How events sound outside: one module per dialect, all of them pure functions of the event."""
