"""Passwords: hashed so slowly that guessing costs, off the event loop, two at a time."""

from __future__ import annotations

import asyncio
import gzip
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import resources
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LENGTH_MIN: Final = 8
LENGTH_MAX: Final = 128
_HASHER: Final = PasswordHasher(time_cost=3, memory_cost=47_104, parallelism=1)
_THREADS: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")
"""Hashes under way in this process at once; each takes 46 MiB."""
SHORT: Final = f"Give at least {LENGTH_MIN} characters. A few words in a row are good."
LONG: Final = f"Give at most {LENGTH_MAX} characters."
COMMON: Final = "This password is on the lists that attackers try first. Choose another."
OWN: Final = "A password that is your name or e-mail address is guessed first. Choose another."


def wrong_with(password: str, *own: str) -> str | None:
    """Say why a password cannot be taken; no rule asks for digits or signs.

    Args:
        own: What everybody knows of the person.
    """
    if len(password) < LENGTH_MIN:
        return SHORT
    if len(password) > LENGTH_MAX:
        return LONG
    folded = password.casefold()
    if folded in _common():
        return COMMON
    known = {one.casefold() for one in own} | {one.partition("@")[0].casefold() for one in own}
    return OWN if folded in known else None


@cache
def _common() -> frozenset[str]:
    file = resources.files("retour.desk.people").joinpath("common_passwords.txt.gz")
    return frozenset(gzip.decompress(file.read_bytes()).decode().split())


async def hashed(password: str) -> str:
    """Hash a new password (Argon2id)."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, password)


async def matches(kept: str | None, password: str) -> bool:
    """Say whether a password is the one kept; without any the work is the same, the answer no."""
    loop = asyncio.get_running_loop()
    against = kept or await loop.run_in_executor(_THREADS, _nobodys)
    is_right = await loop.run_in_executor(_THREADS, _verify, against, password[:LENGTH_MAX])
    return is_right and kept is not None


def _verify(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    """Give a hash that no password of anybody's has, made once."""
    return _HASHER.hash("nobody's password, for equal work")
