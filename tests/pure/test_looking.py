"""Looks that go on for as long as a process lives, whatever one of them stumbles over."""

from __future__ import annotations

import asyncio

import pytest

from retour.kernel.problems import Transient
from retour.wiring.looking import apart, looking


class Looks:
    """Looks that end as they are told, in order; later ones find nothing."""

    def __init__(self, *ends: Exception | float) -> None:
        self._ends = list(ends)
        self.all_taken = asyncio.Event()
        self.count = 0

    async def __call__(self) -> float:
        self.count += 1
        if not self._ends:
            self.all_taken.set()
            return 60.0
        end = self._ends.pop(0)
        if isinstance(end, Exception):
            raise end
        return end


@pytest.mark.parametrize("trouble", [OSError("no route"), Transient("slow"), KeyError("ours")])
async def test_a_look_that_fails_is_followed_by_the_next(trouble: Exception) -> None:
    looks = Looks(0.0, trouble, 0.0, trouble)
    async with looking(looks, "these things", trouble_s=0.0), asyncio.timeout(30):
        await looks.all_taken.wait()
    assert looks.count == 5, "four that ended somehow, and one that found nothing"


async def test_looks_end_with_their_block() -> None:
    looks = Looks(0.0)
    async with looking(looks, "these things"):
        await looks.all_taken.wait()
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_one_of_many_does_not_stop_the_others_unless_the_world_does() -> None:
    done = list[int]()
    for one in (1, 0, 2):
        with apart("these things", which=one):
            done.append(6 // one)
    assert done == [6, 3]
    with pytest.raises(Transient), apart("these things"):
        raise Transient
