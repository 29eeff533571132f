"""Goes through pages by keyboard alone, as people without a mouse do: Tab, arrows, Space, Enter."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Locator, Page

TABS_MAX: Final = 80
"""Nobody presses Tab more often than this to find a button."""
_FOCUSED: Final = "one => one === document.activeElement"
_OUTLINED: Final = """one => {
    const style = getComputedStyle(one);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""
_SEEN: Final = """one => {
    const box = one.getBoundingClientRect();
    return box.top >= -1 && box.top + Math.min(box.height, 24) <= innerHeight + 1;
}"""


class Keyboard:
    """Somebody with a keyboard before a page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, wanted: Locator) -> None:
        """Press Tab until something has the focus; it must show that, and stand in the window."""
        wanted.wait_for()
        for _ in range(TABS_MAX):
            if wanted.evaluate(_FOCUSED):
                break
            self.page.keyboard.press("Tab")
        else:
            raise AssertionError(f"Tab never reaches {wanted}")
        assert wanted.evaluate(_OUTLINED), f"{wanted} does not show that it has the focus"
        assert wanted.evaluate(_SEEN), f"{wanted} has the focus out of sight"

    def press(self, wanted: Locator, key: str = "Enter") -> None:
        """Reach something and press a key on it."""
        self.reach(wanted)
        self.page.keyboard.press(key)

    def go(self, wanted: Locator, key: str = "Enter") -> None:
        """Press something that leads to another page, and wait for it."""
        self.reach(wanted)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def write(self, wanted: Locator, text: str) -> None:
        """Write into a field, over what is in it."""
        self.reach(wanted)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, wanted: Locator, value: str) -> None:
        """Choose in a closed list by its arrows."""
        self.reach(wanted)
        for _ in range(wanted.locator("option").count()):
            if wanted.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        assert wanted.input_value() == value, f"{value} cannot be reached by arrows"

    def check(self, wanted: Locator) -> None:
        """Check one of a group: Tab goes to the group, arrows walk within it."""
        name = wanted.get_attribute("name")
        for _ in range(TABS_MAX):
            self.page.keyboard.press("Tab")
            if self.page.locator(f'input[name="{name}"]:focus').count():
                break
        for _ in range(20):
            if wanted.evaluate(_FOCUSED):
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Space")
        assert wanted.is_checked(), f"{wanted} cannot be checked by keyboard"
