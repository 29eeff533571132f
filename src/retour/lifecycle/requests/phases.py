"""Phases a policy switches off: what they would have waited for is taken as done, without events.

Without authorization every request that is not rejected may be sent at once.  Without processing
nobody waits for the goods: once they are on their way (or may be, where logistics is off too) they
count as accepted.  Without settlement no money is owed here.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from retour.kernel.status import ReturnStatus
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import expected_units, units_of
from retour.lifecycle.model import Acceptance, Origin, Phases, Reception

_WAITING: Final = frozenset({Acceptance.PENDING, Acceptance.WAITING_FOR_INPUT})


def without_authorization(fold: Fold) -> bool:
    """Let the return be sent at once; what the warehouse announced waits for its hands."""
    if fold.policy.phases.authorization or fold.ret.origin is Origin.WAREHOUSE:
        return False
    fold.enter(ReturnStatus.AUTHORIZED)
    return True


def without_processing(fold: Fold) -> bool:
    """Take what is expected as accepted, once the last phase before has ended."""
    phases, ret = fold.policy.phases, fold.ret
    if phases.processing or ret.status is not _last_before(phases) or not expected_units(ret):
        return False
    fold.put_units(
        {
            unit.id: replace(unit, reception=Reception.WAIVED, acceptance=Acceptance.ACCEPTED)
            for unit in units_of(ret)
            if unit.reception is Reception.EXPECTED and unit.acceptance in _WAITING
        }
    )
    fold.enter(ReturnStatus.PROCESSED)
    return True


def _last_before(phases: Phases) -> ReturnStatus:
    """Give the status in which nothing but the goods is waited for."""
    return ReturnStatus.TRACKED if phases.logistics else ReturnStatus.AUTHORIZED
