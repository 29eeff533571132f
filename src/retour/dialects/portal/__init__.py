"""What the shopper's portal says, per language."""
