"""Everything SQL: the schema, the two hot verbs, named statements, and the server they run on."""
