"""Accounts at payment processors, and what processors tell by themselves."""
