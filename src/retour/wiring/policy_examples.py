"""``retour policy examples``: policies to begin with; needs no database."""

from __future__ import annotations

import sys

from retour.desk.policies import examples
from retour.wiring.running import FAILED, complain


def run(*, name: str | None) -> int:
    """List them with their titles, or print one."""
    if name is None:
        width = max(map(len, examples.texts()))
        for one in examples.texts():
            title, about = examples.said_of(one)
            sys.stdout.write(f"{one:<{width}}  {title}: {about}\n")
        return 0
    text = examples.text_of(name)
    if text is None:
        complain(f"There is no example {name!r}. There are {', '.join(examples.texts())}.")
        return FAILED
    sys.stdout.write(text)
    return 0
