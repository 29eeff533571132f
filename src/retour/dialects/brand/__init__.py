"""A merchant's brand: what they say of their look, and the tokens, page styles and words of it."""
