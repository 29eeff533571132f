"""The way to the pages of policies: read, drafted, tried, backtested, published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from playwright.sync_api import Page, expect

from tests.support.browser_scene import Scene, Way
from tests.support.browser_shop import Shop
from tests.support.browser_staff import alone, at, seated
from tests.support.running import JSON

RULES: Final[list[JSON]] = [
    {
        "id": "faulty",
        "when": {"request": {"reasons": ["broken", "wrong_item"]}},
        "then": {
            "approve": True,
            "window_days": 730,
            "waive_fee": True,
            "photos_required": 1,
            "refund_shipping": "full",
        },
    },
    {
        "id": "dear",
        "when": {"item": {"unit_price": {"currency": "EUR", "at_least": "100.00"}}},
        "then": {"review": "Somebody looks at what cost a hundred euro or more."},
    },
    {
        "id": "label",
        "then": {
            "fee": {
                "label": {"en": "Return label", "de": "Rücksendeetikett"},
                "amounts": {"EUR": "2.95", "USD": "3.50"},
            }
        },
    },
    {
        "id": "worn",
        "at": "grading",
        "when": {"unit": {"grades": ["C"]}},
        "then": {
            "accept": True,
            "deduct": {"percent": "30", "label": "Signs of wear"},
            "disposition": "outlet",
        },
    },
]
LIVE: Final[JSON] = {"name": "Shoes and care", "approval": "auto", "rules": RULES[:1]}
DRAFT: Final[JSON] = {**LIVE, "window_days": 45, "rules": RULES}
NEVER: Final[JSON] = {
    **LIVE,
    "rules": [
        {"id": "all", "then": {"review": "We look."}},
        {"id": "never", "then": {"reject": "No."}},
    ],
}
_LOOKS: Final = 60
_BETWEEN_MS: Final = 500
POLICIES_AT: Final = "/settings/policies"
ONE: Final = f"{POLICIES_AT}/default"


def drafted(shop: Shop, draft: JSON = DRAFT) -> None:
    """Have a policy in force, a return asked for under it, and a draft of the next version."""
    shop.api.ask("PUT", "/policies/default", LIVE)
    shop.asked()
    shop.api.ask("PUT", "/policies/default/draft", draft)


def _alone(path: str, draft: JSON = DRAFT) -> Way:
    """Open a page of a shop that has a draft."""

    def way(scene: Scene) -> None:
        shop = scene.shops.kept(f"draft {draft}", lambda shop: drafted(shop, draft))
        there = replace(scene, shop=shop)
        there.go(seated(there) + path)

    return way


def _wrong_yaml(scene: Scene) -> None:
    _alone(f"{ONE}/draft/yaml")(scene)
    text = "window_days: soon\nrules:\n  - id: x\n    then: {fee: 3}\n"
    scene.page.get_by_label("The whole policy").fill(text)
    scene.page.get_by_role("button", name="Save the draft").click()


def _wrong_rule(scene: Scene) -> None:
    _alone(f"{ONE}/draft/rules/new")(scene)
    scene.page.get_by_label("Whether it may come back").select_option("Reject it")
    scene.page.get_by_role("button", name="Save the rule").click()


def _scheduled(scene: Scene) -> None:
    there = alone(scene)
    drafted(there.shop)
    at_new_year = {"at": "2999-01-01T00:00:00Z"}
    there.shop.api.ask("POST", "/policies/default/draft/schedule", at_new_year)
    there.go(f"{seated(there)}{ONE}/draft")


def _tried(scene: Scene) -> None:
    there = alone(scene)
    drafted(there.shop)
    number = there.shop.sold()
    there.go(f"{seated(there)}{ONE}/try?order={number}&q.1=1&r.1=broken&go=1")


def _tested(scene: Scene) -> None:
    there = alone(scene)
    drafted(there.shop)
    for _ in range(3):
        there.shop.asked()
    there.shop.asked(line="3")
    begun = there.shop.api.ask("POST", "/policies/default/backtest", {"policy": DRAFT, "days": 90})
    there.go(f"{seated(there)}{ONE}/backtests/{begun['id']}")
    look_until_it_ended(there.page)


def look_until_it_ended(page: Page) -> None:
    """Look how far a backtest is, as one does without scripts, until it has ended."""
    look = page.get_by_role("link", name="Look how far it is")
    for _ in range(_LOOKS):
        if not look.count():
            return
        page.wait_for_timeout(_BETWEEN_MS)
        page.reload()
    raise AssertionError("The backtest has not ended yet.")


def begin_backtest(page: Page, backtests: str) -> None:
    """Begin backtests until one is seen that goes on still: small ones end within a second."""
    for _ in range(_LOOKS):
        page.goto(backtests)
        page.get_by_role("button", name="Backtest it").click()
        expect(page.get_by_text("All backtests")).to_be_visible()
        if page.get_by_role("progressbar").count():
            return
    raise AssertionError("No backtest was seen under way.")


def _testing(scene: Scene) -> None:
    """Look at a backtest that has just begun; without scripts the page stays as it is."""
    there = alone(scene)
    drafted(there.shop)
    begin_backtest(there.page, f"{seated(there)}{ONE}/backtests")


def _history(scene: Scene) -> None:
    there = alone(scene)
    drafted(there.shop)
    there.shop.api.ask("POST", "/policies/default/draft/publish", {})
    there.shop.api.ask("POST", "/policies/default/rollback", {"version": 2})
    there.go(f"{seated(there)}{ONE}/versions")


POLICIES: Final[Mapping[str, Way]] = {
    "staff policies": _alone(POLICIES_AT),
    "staff policies, none but the first": at(POLICIES_AT, empty=True),
    "staff policies, a new one": at(f"{POLICIES_AT}-new?id=default&from=fashion"),
    "staff policies, one in force": _alone(ONE),
    "staff policies, versions": _history,
    "staff policies, draft": _alone(f"{ONE}/draft"),
    "staff policies, draft that contradicts itself": _alone(f"{ONE}/draft", NEVER),
    "staff policies, draft that changes nothing": _alone(f"{ONE}/draft", LIVE),
    "staff policies, nothing to publish": _alone(f"{ONE}/draft/publish", LIVE),
    "staff policies, draft that waits": _scheduled,
    "staff policies, changes": _alone(f"{ONE}/draft/changes"),
    "staff policies, settings": _alone(f"{ONE}/draft/settings"),
    "staff policies, rule": _alone(f"{ONE}/draft/rules/0"),
    "staff policies, rule that is wrong": _wrong_rule,
    "staff policies, yaml": _alone(f"{ONE}/draft/yaml"),
    "staff policies, yaml that is wrong": _wrong_yaml,
    "staff policies, publish": _alone(f"{ONE}/draft/publish"),
    "staff policies, simulator": at(f"{ONE}/try"),
    "staff policies, simulator at an order": _tried,
    "staff policies, simulator made up": at(f"{ONE}/try?case=made-up&go=1&price=x"),
    "staff policies, backtests, none": _alone(f"{ONE}/backtests"),
    "staff policies, backtest": _tested,
    "staff policies, backtest running": _testing,
}
