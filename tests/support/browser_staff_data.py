"""The way to the pages of data, system and set-up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.support.browser_scene import Way
from tests.support.browser_staff import at

DATA: Final[Mapping[str, Way]] = {
    "staff data": at("/settings/data"),
    "staff data, columns": at("/settings/data/columns"),
    "staff data, system": at("/settings/system"),
    "staff data, set-up": at("/settings/setup"),
    "staff data, set-up, nothing yet": at("/settings/setup", empty=True),
}
