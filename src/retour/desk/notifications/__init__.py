"""How people and systems are written to: profiles, templates, languages, trials."""
