"""Every guard and every rule is shown to fail once: a named test kills its mutant."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from retour.lifecycle.machine import BIRTH, TRANSITIONS
from tests.support import (
    mutants_of_amounts,
    mutants_of_control,
    mutants_of_credit,
    mutants_of_disputes,
    mutants_of_dock,
    mutants_of_endings,
    mutants_of_exchanges,
    mutants_of_marketplaces,
    mutants_of_money,
    mutants_of_papers,
    mutants_of_parcels,
    mutants_of_photos,
    mutants_of_policies,
    mutants_of_refunds,
    mutants_of_shoppers,
)
from tests.support.mutants import GUARDS
from tests.support.mutants import MUTANTS as MUTANTS_OF_GOODS
from tests.support.mutating import KILLED, SURVIVED, Mutant, run

MUTANTS = (
    *MUTANTS_OF_GOODS,
    *mutants_of_money.MUTANTS,
    *mutants_of_marketplaces.MUTANTS,
    *mutants_of_amounts.MUTANTS,
    *mutants_of_endings.MUTANTS,
    *mutants_of_exchanges.MUTANTS,
    *mutants_of_parcels.MUTANTS,
    *mutants_of_shoppers.MUTANTS,
    *mutants_of_disputes.MUTANTS,
    *mutants_of_dock.MUTANTS,
    *mutants_of_control.MUTANTS,
    *mutants_of_credit.MUTANTS,
    *mutants_of_photos.MUTANTS,
    *mutants_of_papers.MUTANTS,
    *mutants_of_refunds.MUTANTS,
    *mutants_of_policies.MUTANTS,
)


pytestmark = pytest.mark.timeout(600)  # The first test waits for all mutants.


@pytest.fixture(scope="module")
def fates() -> Mapping[Mutant, str]:
    """Try all mutants at once: what became of each."""
    return dict(zip(MUTANTS, run(MUTANTS), strict=True))


@pytest.mark.parametrize(
    "mutant", MUTANTS, ids=[f"{place}-{one.module}" for place, one in enumerate(MUTANTS)]
)
def test_a_mutant_is_killed_by_the_test_that_names_its_rule(
    mutant: Mutant, fates: Mapping[Mutant, str]
) -> None:
    """``stale``: the code has changed; say the mutant anew.  ``broken``: it cannot be loaded."""
    assert fates[mutant] == KILLED


def test_a_killer_kills_nothing_that_is_right() -> None:
    """A test that always fails would kill any mutant."""
    killers = sorted({mutant.killer for mutant in MUTANTS})

    words = run([Mutant("", "", "", killer) for killer in killers])

    assert [] == [killer for killer, word in zip(killers, words, strict=True) if word != SURVIVED]


def test_every_guard_has_a_mutant() -> None:
    steps = [BIRTH, *(step for row in TRANSITIONS.values() for step in row.values())]
    guards = {guard.__name__ for step in steps for guard in (*step.guards, *step.offer)}

    assert guards == set(GUARDS) | set(mutants_of_control.GUARDS) | set(
        mutants_of_credit.GUARDS
    ) | set(mutants_of_parcels.GUARDS) | set(mutants_of_shoppers.GUARDS) | set(
        mutants_of_policies.GUARDS
    )
