"""Orders: what was sold, and what it adds up to in a customer's history."""
