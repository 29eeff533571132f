"""A return used by its shopper's link, each thing once, to hold what is answered to documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from retour.api.published.examples import REQUESTS
from retour.api.table import HOOK_ROUTES
from tests.doors.client import Answer, Client, call
from tests.support.running import order_body

if TYPE_CHECKING:
    from retour.api.routes import HookRoute

_PIECE: Final = {"line": "1", "quantity": 1}
_SEEN: Final = {"units": [_PIECE]}
_REFUSED: Final = {"units": [{**_PIECE, "acceptance": "rejected"}]}
_ASKED: Final = {"order_number": "3003", "lines": [{"line": "1", "quantity": 2}]}
Held = tuple["HookRoute", Answer]


class Uses(Protocol):
    """As much of a story as is needed here."""

    shop: Client

    async def use(self, name: str, body: object = None, query: str = "", **values: str) -> Any:  # noqa: ANN401 - any JSON
        """Call a route that must succeed."""
        ...


async def tell(story: Uses) -> list[Held]:
    """Use everything a shopper can; gives the routes without a key, with what they answered."""
    await story.use("set_up_default_templates")
    await story.shop.ask("PUT", "/orders/3003", order_body(9))
    offer = {"shopper": {"rejected_options": ["send_back"]}}
    await story.shop.ask("PUT", "/policies/shopping", offer)
    one = (await story.shop.ask("POST", "/returns", {**_ASKED, "policy": "shopping"}))["id"]
    link = (await story.use("give_shopper_link", return_id=one))["token"]
    held = [await _by_link(story, link, "shopper_amend")]
    await story.shop.ask("POST", f"/returns/{one}/authorize", {})
    words = ("change_method", "create_label", "comment", "ship", "record_drop_off")
    held += [await _by_link(story, link, f"shopper_{word}") for word in words]
    await _refuse_goods(story, one)
    held.append(await _by_link(story, link, "shopper_look"))
    held.append(await _by_link(story, link, "shopper_resolve_rejected"))
    other = (await story.shop.ask("POST", "/returns", _ASKED))["id"]
    its = (await story.shop.ask("POST", f"/returns/{other}/shopper-link", {}))["token"]
    held.append(await _by_link(story, its, "shopper_cancel"))
    await _by_key(story)
    return held


async def _by_key(story: Uses) -> None:
    one = (await story.shop.ask("POST", "/returns", _ASKED))["id"]
    await story.shop.ask("POST", f"/returns/{one}/authorize", {})
    await story.use("change_method", return_id=one)
    await story.use("record_drop_off", {"place": "Parcel shop"}, return_id=one)
    await _refuse_goods(story, one)
    await story.use("resolve_rejected", return_id=one)


async def _refuse_goods(story: Uses, one: str) -> None:
    await story.shop.ask("POST", f"/returns/{one}/receive", _SEEN)
    await story.shop.ask("POST", f"/returns/{one}/inspect", _REFUSED)
    await story.shop.ask("POST", f"/returns/{one}/finish_receipt", {"remaining": "missing"})


async def _by_link(story: Uses, link: str, name: str) -> Held:
    """Use a route of the link with its example."""
    route = next(route for route in HOOK_ROUTES if route.name == name)
    given = REQUESTS.get(name)
    sent = b"" if given is None else msgspec.json.encode(given)
    headers = {"content-type": "application/json"}
    where = route.path.format(token=link)
    answer = await call(story.shop.app, route.method, where, sent, headers)
    assert answer.status == 200, (name, answer)
    return route, answer
