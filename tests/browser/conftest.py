"""What this ring drives a browser with."""

from __future__ import annotations

from tests.support.browser_fixtures import *  # noqa: F403 - all of it, as in every such ring
