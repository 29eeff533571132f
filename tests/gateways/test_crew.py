"""The children behind the templates: how many, for how long, and what becomes of them."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from retour.gateways.templates import TemplateError, TemplatePool


async def test_one_merchants_bomb_does_not_starve_the_others() -> None:
    """It is read once, then refused unread for a while; the others' renderings go on."""
    bomb = {"text": "{{ (1..1000000000) | join: ',' }}{{ 'starve' }}"}
    pool = TemplatePool(children=1)
    try:
        assert isinstance(await pool.render({"text": "warm"}, {}), dict)
        first = await pool.render(bomb, {})
        began = time.monotonic()
        others = [await pool.render(bomb, {"n": n}) for n in range(200)]
        honest = await pool.render({"text": "{{ a }}"}, {"a": 1})
        took = time.monotonic() - began
    finally:
        await pool.close()

    assert isinstance(first, TemplateError)
    assert {"killed"} == {first.code, *(o.code for o in others if isinstance(o, TemplateError))}
    assert {"text": "1"} == honest
    assert took < 5


async def test_a_sleeping_child_is_killed_by_the_wall_clock() -> None:
    """A child stopped from outside costs its question and nothing more."""
    pool = TemplatePool(children=1, wall_s=0.3)
    try:
        assert isinstance(await pool.render({"text": "warm"}, {}), dict)
        (child,) = _children()
        os.kill(child, signal.SIGSTOP)
        stopped = await pool.render({"text": "{{ a }}"}, {"a": 1})
        again = await pool.render({"text": "{{ b }}"}, {"b": 2})
    finally:
        await pool.close()

    assert isinstance(stopped, TemplateError)
    assert "killed" == stopped.code
    assert {"text": "2"} == again


async def test_a_busy_child_dies_of_its_own_processor_time() -> None:
    """Long before the wall clock: on a full machine only the guilty are judged."""
    pool = TemplatePool(children=1, cpu_s=0.2, wall_s=30)
    try:
        assert isinstance(await pool.render({"text": "warm"}, {}), dict)
        began = time.monotonic()
        answer = await pool.render({"text": "{{ (1..900000000) | sum }}"}, {})
        took = time.monotonic() - began
    finally:
        await pool.close()

    assert isinstance(answer, TemplateError)
    assert "killed" == answer.code
    assert took < 10


async def test_a_child_killed_by_somebody_else_is_replaced() -> None:
    """Idle, it is not even noticed; at work, the caller may try again."""
    pool = TemplatePool(children=1)
    try:
        for _ in range(3):
            assert {"text": "1"} == await pool.render({"text": "{{ a }}"}, {"a": 1})
            (child,) = _children()
            os.kill(child, signal.SIGKILL)
            await asyncio.sleep(0.1)
    finally:
        await pool.close()


async def test_a_child_has_no_secrets_no_files_and_no_sockets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What an escape would find: no environment of ours, no descriptor, no right to open one."""
    monkeypatch.setenv("RETOUR_MASTER_KEY", "the-very-secret")
    pool = TemplatePool(children=1)
    try:
        await pool.render({"text": "warm"}, {})
        (child,) = _children()
        folder = Path(f"/proc/{child}")
        environment = (folder / "environ").read_bytes()
        descriptors = {path.name for path in (folder / "fd").iterdir()}
        limits = (folder / "limits").read_text()
    finally:
        await pool.close()

    assert b"very-secret" not in environment
    assert b"RETOUR" not in environment
    assert {"0", "1", "2"} == descriptors
    for line in ("Max open files 3 3", "Max core file size 0 0", "Max file size 0 0"):
        assert line in " ".join(limits.split())
    assert "Max address space unlimited" not in " ".join(limits.split())


async def test_children_cost_nothing_before_the_first_and_after_the_last() -> None:
    """Started when needed, ended when idle, gone when closed."""
    pool = TemplatePool(children=2, idle_s=0.2)
    assert [] == _children()
    await asyncio.gather(*(pool.render({"text": "{{ a }}"}, {"a": n}) for n in range(20)))
    assert 2 == len(_children())
    await asyncio.sleep(1)
    assert [] == _children()
    assert {"text": "3"} == await pool.render({"text": "{{ a }}"}, {"a": 3})
    await pool.close()
    assert [] == _children()
    answer = await pool.render({"text": "x"}, {})
    assert isinstance(answer, TemplateError)
    assert "crashed" == answer.code


async def test_many_at_once_get_each_their_own() -> None:
    """No more children than places, no answer to the wrong caller."""
    pool = TemplatePool(children=2)
    try:
        answers = await asyncio.gather(
            *(pool.render({"text": "{{ a }}"}, {"a": n}) for n in range(300))
        )
        assert len(_children()) <= 2
    finally:
        await pool.close()

    assert [{"text": str(n)} for n in range(300)] == answers


async def test_a_caller_who_gives_up_leaves_no_answer_behind() -> None:
    """The next question is not answered with the last one's words."""
    pool = TemplatePool(children=1)
    try:
        await pool.render({"text": "warm"}, {})
        slow = "{% for i in (1..9000) %}{{ 'x' | upcase | downcase | upcase }}{% endfor %}"
        for pause_s in (0.0, 0.001, 0.005, 0.02):
            task = asyncio.create_task(pool.render({"text": slow}, {}))
            await asyncio.sleep(pause_s)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert {"text": "9"} == await pool.render({"text": "{{ a }}"}, {"a": 9})
    finally:
        await pool.close()


def _children() -> list[int]:
    """Find the template children of this very process."""
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            line = (stat.parent / "cmdline").read_bytes()
        except OSError:
            continue  # It ended while we looked.
        if int(fields[1]) == os.getpid() and fields[0] != "Z" and b"template_child" in line:
            found.append(int(stat.parent.name))
    return found
