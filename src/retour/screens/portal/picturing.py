"""Photos on the way: where the policy asks for some of an item, they are taken in here.

Each form takes a few; what is no photo is said, and the others are kept.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from msgspec.structs import replace

from retour.desk import photos
from retour.desk.execute import RequestKey
from retour.desk.outcome import Done
from retour.desk.portal.finding import LineTooLong, queue_up
from retour.desk.portal.offering import ACTOR
from retour.desk.portal.wishes import Wishes, wishes_of
from retour.gateways.limits import PHOTO_BYTES_MAX
from retour.kernel.problems import InvalidRequest, Transient
from retour.screens.forms import address_of, go_on, read_parts
from retour.screens.portal.visit import PATH, Asking, Visit, basket_of, items_page, opened

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.desk.portal.basket import Basket
    from retour.desk.withdrawals.pacing import Line

PHOTOS_MAX: Final = 5
"""Of one item."""
_BYTES_MAX: Final = 2 * PHOTO_BYTES_MAX + 65_536
_KEY: Final = "portal-photo"


class _Uploaded(msgspec.Struct):
    """As much of an answer as names a photo."""

    id: str


def routes(house: House, queue: Line) -> list[HTTPRouteHandler]:
    """Make the handlers of this step."""
    path = f"{PATH}/photos/{{token:str}}"

    @get(path)
    async def show(
        request: Asking, workspace: FromPath[str], token: FromPath[str]
    ) -> Response[Any]:
        """Show which photos are asked for."""
        visit = await opened(house, request, workspace, token)
        return visit if isinstance(visit, Response) else await _page(visit, basket_of(visit))

    @post(path, request_max_body_size=_BYTES_MAX)
    async def take(
        request: Asking, workspace: FromPath[str], token: FromPath[str]
    ) -> Response[Any]:
        """Take photos in; go on once there are enough."""
        visit = await opened(house, request, workspace, token)
        if isinstance(visit, Response):
            return visit
        form = await read_parts(request)
        files = [
            [await one.read() for one in form.getall(f"photo_{place}", []) if _is_file(one)]
            for place in range(len(basket_of(visit).wanted))
        ]
        try:
            await queue_up(visit.shop, address_of(request), queue)
        except LineTooLong as busy:
            response = await _page(visit, basket_of(visit), notice=visit.words.busy)
            response.status_code = 429
            response.headers["retry-after"] = str(int(busy.wait_s) + 1)
            return response
        basket, is_whole = await _kept(visit, files)
        if not is_whole:
            return await _page(visit, basket, notice=visit.more.photo_bad)
        wishes = await _wishes(visit, basket)
        if not isinstance(wishes, Wishes):
            return items_page(visit, basket, notice=visit.words.refused)
        if lacks(basket, wishes):
            is_new = basket != basket_of(visit)
            if is_new:
                return go_on(visit.address("photos", basket))
            return await _page(visit, basket, notice=visit.more.photos_few)
        return go_on(visit.address("wishes", basket))

    return [show, take]


def _is_file(one: object) -> bool:
    return isinstance(one, UploadFile)


def lacks(basket: Basket, wishes: Wishes) -> bool:
    """Say whether an item lacks photos that are asked for."""
    wanted = basket.wanted
    return any(len(wanted[place].photos) < needed for place, needed in wishes.photos.items())


async def _wishes(visit: Visit, basket: Basket) -> object:
    return await wishes_of(visit.house, visit.shop, basket, visit.language, await visit.priced())


async def _page(visit: Visit, basket: Basket, *, notice: str | None = None) -> Response[Any]:
    wishes = await _wishes(visit, basket)
    if not isinstance(wishes, Wishes):
        return items_page(visit, basket, notice=visit.words.refused)
    return visit.page(
        "photos",
        422 if notice else 200,
        basket=basket,
        titles=visit.titles,
        needed=wishes.photos,
        notice=notice,
        action=visit.address("photos", basket),
        back=visit.address("reasons", basket),
    )


async def _kept(visit: Visit, files: list[list[bytes]]) -> tuple[Basket, bool]:
    """Take photos into the basket; says whether all of them were some."""
    basket, is_whole = basket_of(visit), True
    wanted = list(basket.wanted)
    for place, given in enumerate(files):
        for data in [one for one in given if one][: PHOTOS_MAX - len(wanted[place].photos)]:
            name = await _taken(visit, basket, place, data)
            if name is None:
                is_whole = False
            elif name not in wanted[place].photos:
                photos_now = (*wanted[place].photos, name)
                wanted[place] = replace(wanted[place], photos=photos_now)
    return replace(basket, wanted=tuple(wanted)), is_whole


async def _taken(visit: Visit, basket: Basket, place: int, data: bytes) -> str | None:
    digest = hashlib.sha256(f"{basket.nonce}/{place}\n".encode() + data).digest()
    key = RequestKey(key_id=_KEY, key=digest.hex()[:32], digest=digest)
    try:
        outcome = await photos.take(
            visit.house, visit.shop.workspace_id, data, actor=ACTOR, key=key
        )
    except (InvalidRequest, Transient):
        return None
    if not isinstance(outcome, Done):
        return None
    return msgspec.json.decode(outcome.body, type=_Uploaded).id
