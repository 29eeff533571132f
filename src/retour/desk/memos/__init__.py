"""Settlement memos and credit notes: numbered, kept, printed again."""
