"""Settlement memos and credit notes: what they say, in words and figures; pure."""
