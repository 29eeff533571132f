"""Eligibility: what a policy says of a request, with its reasons. Pure; judges, never refuses."""
