"""What every ring shares: how much hypothesis tries, plain logs, and one seed that repeats a run.

``pytest --randomly-seed=N`` repeats both the order of the tests and hypothesis' choices.
``HYPOTHESIS_PROFILE=dev`` tries little, for the loop between two keystrokes.
"""

from __future__ import annotations

import gc
import os
import signal
from types import FrameType

import pytest
import structlog
from hypothesis import HealthCheck, settings

pytest_plugins = ("tests.support.pg",)

# A deadline would measure the neighbours on the machine, not the code.
settings.register_profile(
    "ci",
    deadline=None,
    max_examples=100,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("dev", settings.get_profile("ci"), max_examples=15)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# What is logged is kept for a red test, every level of it. Left to itself, structlog would draw
# each exception with all that its frames hold in frames of their own: seconds for one.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Give hypothesis the seed that pytest-randomly prints, unless it was given its own.

    And end in order when told to: a PostgreSQL of ours is in a session of its own.
    """
    signal.signal(signal.SIGTERM, _end)
    seed = config.getoption("randomly_seed", None)
    if isinstance(seed, int) and config.getoption("hypothesis_seed", None) is None:
        config.option.hypothesis_seed = str(seed)


def _end(number: int, frame: FrameType | None) -> None:
    """End in order, once: who is told twice must not break off what it puts away."""
    del number, frame
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def pytest_collection_finish() -> None:
    """Look for garbage among what tests make, not among all that was loaded before them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
