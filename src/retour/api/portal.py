"""The shopper's portal as its merchant arranges it, and what can be had in exchange there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, PAGED, Route
from retour.desk.portal import articles, settings
from retour.desk.portal.articles import ArticlePut
from retour.desk.portal.settings import PortalSettings
from retour.dialects.portal.icons import ICONS
from retour.dialects.shapes import Boolean, Integer, ListOf, StringMap, Text, Tree, or_null
from retour.dialects.tree_parts import MAYBE, TEXT

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_SETTINGS: Final = BodyReader(PortalSettings)
_ARTICLE: Final = BodyReader(ArticlePut)
_TAG: Final = "Portal"
_ARTICLES: Final = f"{BASE}/articles"
_LABELS: Final = StringMap(about="By language.")
_REASONS: Final = ListOf(
    item=Tree(
        name="reason_offered",
        fields={
            "code": TEXT,
            "text": _LABELS,
            "under": or_null(TEXT, "The group that it stands in."),
            "icon": Text(
                words=tuple(ICONS), nullable=True, about="The usual one of its code where null."
            ),
            "words_needed": Boolean(about="The shopper has to say more in words of their own."),
            "retired": Boolean(about="Not offered any more."),
        },
    )
)
SETTINGS: Final = Tree(
    name="portal_settings",
    fields={
        "use_cases": ListOf(
            item=Tree(
                name="use_case",
                fields={
                    "id": TEXT,
                    "label": _LABELS,
                    "outcome": Text(words=("page", "message", "return", "question")),
                    "hint": or_null(_LABELS),
                    "under": or_null(TEXT, "The question that this one answers."),
                    "url": or_null(TEXT, "Of the page."),
                    "to": or_null(TEXT, "The inbox for its messages."),
                    "policy": or_null(TEXT, "Under which the return is asked for."),
                },
            )
        ),
        "reasons": _REASONS,
        "contact": Tree(name="contact", fields={"email": MAYBE, "phone": MAYBE, "url": MAYBE}),
        "gifts": Boolean(about="Whether who received a gift may give it back."),
        "orders": Integer(minimum=1, about="How many orders may come back at once."),
    },
)
DEFAULTS: Final = Tree(
    name="portal_defaults",
    about="What a merchant may begin with, in every language.",
    fields={
        "use_cases": ListOf(
            item=Tree(
                name="use_case_default",
                fields={"id": TEXT, "label": _LABELS, "outcome": TEXT},
                extras={"under": TEXT},
            )
        ),
        "reasons": _REASONS,
    },
)
ARTICLE: Final = Tree(
    name="article",
    about="One thing that is sold in variants: any can be had in exchange for any other.",
    fields={
        "article": TEXT,
        "title": TEXT,
        "variants": ListOf(
            item=Tree(
                name="variant",
                fields={
                    "sku": TEXT,
                    "title": TEXT,
                    "prices": StringMap(about="Decimal strings with tax, by currency."),
                },
            )
        ),
    },
)


async def read_settings(call: Call) -> Outcome:
    """Give what the workspace says about its portal."""
    return await settings.look_up(call.house, call.workspace_id)


async def put_settings(call: Call) -> Outcome:
    """Say it anew."""
    body = _SETTINGS.read(call.body)
    return await settings.put(call.house, call.workspace_id, body, call.if_match)


async def read_defaults(call: Call) -> Outcome:
    """Give what can be begun with."""
    return await settings.defaults(call.house, call.workspace_id)


async def put_article(call: Call) -> Outcome:
    """Say what an article is."""
    name = call.params["article"]
    return await articles.put(call.house, call.workspace_id, name, _ARTICLE.read(call.body))


async def read_article(call: Call) -> Outcome:
    """Give an article."""
    return await articles.look_up(call.house, call.workspace_id, call.params["article"])


async def list_articles(call: Call) -> Outcome:
    """Give a page of articles."""
    return await articles.listing(call.house, call.workspace_id, call.page)


async def delete_article(call: Call) -> Outcome:
    """Forget an article."""
    return await articles.delete(call.house, call.workspace_id, call.params["article"])


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{BASE}/portal-settings",
        name="read_portal_settings",
        tag=_TAG,
        summary="Read how the portal is arranged",
        scope="settings:read",
        noun="workspace",
        answer=read_settings,
        result=SETTINGS,
        versioned=True,
    ),
    Route(
        method="PUT",
        path=f"{BASE}/portal-settings",
        name="put_portal_settings",
        tag=_TAG,
        summary="Arrange the portal",
        about="What is left out is as if it had never been said. Shoppers who are on their way"
        " go on with what they have chosen.",
        scope="settings:write",
        noun="workspace",
        answer=put_settings,
        body=PortalSettings,
        result=SETTINGS,
        versioned=True,
        matched=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/portal-defaults",
        name="read_portal_defaults",
        tag=_TAG,
        summary="Read use cases and reasons to begin with",
        scope="settings:read",
        noun="workspace",
        answer=read_defaults,
        result=DEFAULTS,
    ),
    Route(
        method="GET",
        path=_ARTICLES,
        name="list_articles",
        tag=_TAG,
        summary="List articles",
        scope="settings:read",
        noun="article",
        answer=list_articles,
        query=PAGED,
        result=ARTICLE,
        paged=True,
    ),
    Route(
        method="PUT",
        path=f"{_ARTICLES}/{{article}}",
        name="put_article",
        tag=_TAG,
        summary="Say which variants an article has",
        about="Shoppers who want something else instead choose among them, with what the stock"
        " has. A SKU is a variant of one article.",
        scope="settings:write",
        noun="article",
        answer=put_article,
        body=ArticlePut,
        result=ARTICLE,
        statuses=(200, 201),
    ),
    Route(
        method="GET",
        path=f"{_ARTICLES}/{{article}}",
        name="read_article",
        tag=_TAG,
        summary="Read an article",
        scope="settings:read",
        noun="article",
        answer=read_article,
        result=ARTICLE,
    ),
    Route(
        method="DELETE",
        path=f"{_ARTICLES}/{{article}}",
        name="delete_article",
        tag=_TAG,
        summary="Forget an article",
        scope="settings:write",
        noun="article",
        answer=delete_article,
        statuses=(204,),
    ),
)
