"""``retour openapi``: print the API's description, as a running server gives it."""

from __future__ import annotations

import sys

from retour.api.published.openapi import text


def run() -> int:
    """Print the description, indented."""
    sys.stdout.write(text())
    return 0
