"""Withdrawals (Directive 2011/83/EU, Article 11a) and what became of them."""
