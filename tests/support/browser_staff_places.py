"""Every page and state of staff, by subject."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.support.browser_scene import Way
from tests.support.browser_staff_access import ACCESS
from tests.support.browser_staff_beside import BESIDE
from tests.support.browser_staff_data import DATA
from tests.support.browser_staff_goods import GOODS
from tests.support.browser_staff_people import PEOPLE
from tests.support.browser_staff_policies import POLICIES
from tests.support.browser_staff_telling import TELLING
from tests.support.browser_staff_waiting import WAITING
from tests.support.browser_staff_work import WORK

STAFF: Final[Mapping[str, Way]] = {
    **ACCESS,
    **WORK,
    **BESIDE,
    **POLICIES,
    **WAITING,
    **GOODS,
    **DATA,
    **TELLING,
    **PEOPLE,
}
