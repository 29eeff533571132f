"""Placeholder until the engine lands."""

from __future__ import annotations
