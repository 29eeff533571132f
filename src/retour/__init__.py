"""Retour."""
