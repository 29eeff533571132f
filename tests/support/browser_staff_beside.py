"""The way to what agents see of each other, and of what they can take back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.support.browser_scene import Scene, Way
from tests.support.browser_staff import seated


def _opened(scene: Scene) -> None:
    """Open a return that a colleague has open."""
    ret = scene.shop.standing("requested")
    home = seated(scene, "agent")
    scene.shop.api.ask("PUT", f"/returns/{ret['id']}/lease", {"over": True})
    scene.go(f"{home}/returns/{ret['id']}")


def _put_off(scene: Scene) -> None:
    """Open a return that is put off."""
    ret = scene.shop.standing("requested")
    scene.shop.api.ask("PUT", f"/returns/{ret['id']}/snooze", {})
    scene.go(f"{seated(scene, 'agent')}/returns/{ret['id']}")


def _decided(scene: Scene) -> None:
    """Open a return that one has just decided."""
    ret = scene.shop.asked()
    scene.go(f"{seated(scene, 'agent')}/returns/{ret['id']}")
    scene.page.get_by_role("button", name="Authorize all").click()


def _told(scene: Scene) -> None:
    """Decide several at once."""
    for _ in range(2):
        scene.shop.asked()
    scene.go(f"{seated(scene, 'agent')}/queues/authorize")
    for box in scene.page.get_by_role("checkbox").all()[:2]:
        box.check()
    scene.page.get_by_role("button", name="Authorize", exact=True).click()


def _peeked(scene: Scene) -> None:
    ret = scene.shop.standing("requested")
    scene.go(f"{seated(scene, 'agent')}/returns/{ret['id']}/peek")


def _wrong_time(scene: Scene) -> None:
    """Put a return off until a time that is none."""
    ret = scene.shop.standing("requested")
    scene.go(f"{seated(scene, 'agent')}/returns/{ret['id']}")
    scene.page.locator("summary", has_text="Put off").click()
    scene.page.get_by_label("For how long").select_option("at")
    scene.page.get_by_role("button", name="Put it off").click()


def _changed(scene: Scene) -> None:
    """Come second with a reason to reject."""
    ret = scene.shop.asked()
    scene.go(f"{seated(scene, 'agent')}/returns/{ret['id']}")
    scene.shop.act(ret, "authorize")
    scene.page.locator("summary", has_text="Reject").click()
    scene.page.get_by_label("Reason, for the customer").fill("Too long ago")
    scene.page.get_by_role("button", name="Reject the return").click()


def _cannot(scene: Scene) -> None:
    """Look at what cannot be done now."""
    ret = scene.shop.standing("received")
    scene.go(f"{seated(scene, 'agent')}/returns/{ret['id']}")
    scene.page.locator("summary", has_text="What cannot be done now").click()


def _at_work(scene: Scene) -> None:
    """Look at a list in which all of it is seen: what is due, open, put off, decided."""
    scene.shop.standing("received")
    opened, off, decided = (scene.shop.asked() for _ in range(3))
    home = seated(scene, "agent")
    scene.shop.api.ask("PUT", f"/returns/{opened['id']}/lease", {"over": True})
    scene.shop.api.ask("PUT", f"/returns/{off['id']}/snooze", {})
    scene.go(f"{home}/returns/{decided['id']}")
    scene.page.get_by_role("button", name="Authorize all").click()
    scene.go(f"{home}/returns")


BESIDE: Final[Mapping[str, Way]] = {
    "staff beside, somebody has it open": _opened,
    "staff beside, put off": _put_off,
    "staff beside, no such time": _wrong_time,
    "staff beside, decided": _decided,
    "staff beside, several decided": _told,
    "staff beside, peek": _peeked,
    "staff beside, changed meanwhile": _changed,
    "staff beside, a list at work": _at_work,
    "staff beside, what cannot be done": _cannot,
}
