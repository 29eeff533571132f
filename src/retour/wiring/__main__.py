"""``python -m retour.wiring``: the command line, for processes that start each other."""

from __future__ import annotations

from retour.wiring import main

main()
