"""Exact money: shares, taxes and payments, to the last cent. Pure; works out, never pays."""
