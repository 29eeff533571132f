"""Payment accounts, what processors tell, and what of it needs a person."""
