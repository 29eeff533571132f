"""Retour runs the life of a return, from request to money, and tells every system concerned."""

__version__ = "0.1.0"
