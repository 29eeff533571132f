"""Customers, as far as returns make them: known again by digests, and forgotten on demand."""
