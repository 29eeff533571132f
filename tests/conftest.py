"""What every ring shares: how much hypothesis tries, and one seed that repeats a run.

``pytest --randomly-seed=N`` repeats both the order of the tests and hypothesis' choices.
``HYPOTHESIS_PROFILE=dev`` tries little, for the loop between two keystrokes.
"""

from __future__ import annotations

import os

import pytest
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


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Give hypothesis the seed that pytest-randomly prints, unless it was given its own."""
    seed = config.getoption("randomly_seed", None)
    if isinstance(seed, int) and config.getoption("hypothesis_seed", None) is None:
        config.option.hypothesis_seed = str(seed)
