"""People: who may sign in, by what they prove it, where they belong, and what their role may do."""
