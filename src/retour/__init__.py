"""Retour runs the life of a return, from request to money, and tells every system concerned."""

from __future__ import annotations

__version__ = "0.1.0"
