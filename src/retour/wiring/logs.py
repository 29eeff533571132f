"""Logs: one line per event on standard error; JSON unless a person reads along.

Standard output belongs to what a command answers (``ready …``), so that a parent which stops
reading it never stalls us.  Requests are logged at debug: ``RETOUR_LOG=debug`` shows them.

What the code held when something went wrong stays out of them: keys, mail addresses and all that
people wrote stand in its variables.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Final

import structlog
from structlog.tracebacks import ExceptionDictTransformer

if TYPE_CHECKING:
    from structlog.typing import Processor

_FRAMES_MAX: Final = 50
_LEVELS: Final = {"debug": logging.DEBUG, "warning": logging.WARNING}
_FOR_PEOPLE: Final[tuple[Processor, ...]] = (
    structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
)
_FOR_MACHINES: Final[tuple[Processor, ...]] = (
    structlog.processors.ExceptionRenderer(
        ExceptionDictTransformer(show_locals=False, max_frames=_FRAMES_MAX)
    ),
    structlog.processors.JSONRenderer(),
)


def configure(level: str) -> None:
    """Set up logging for this process; ``level`` is warning, info or debug."""
    is_watched = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(_FOR_PEOPLE if is_watched else _FOR_MACHINES),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS.get(level, logging.INFO)),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
