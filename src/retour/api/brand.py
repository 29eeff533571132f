"""How a merchant looks to shoppers, and which pages may show the portal in a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, LOOKS, Route
from retour.desk import brand
from retour.desk.brand import fonts, widget
from retour.desk.brand.fonts import FONT_BYTES_MAX, FontRestored
from retour.desk.brand.widget import WidgetSettings
from retour.dialects.brand.brand import Brand
from retour.dialects.shapes import Boolean, ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import MAYBE, TEXT

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

TAG: Final = "Brand and widget"
_BRAND: Final = BodyReader(Brand)
_RESTORED: Final = BodyReader(FontRestored)
_WIDGET: Final = BodyReader(WidgetSettings)
_AT: Final = f"{BASE}/brand"
_FONTS: Final = ("font/woff2", "application/octet-stream")


def _tokens(scheme: str) -> Tree:
    return Tree(
        name=f"brand_tokens_{scheme}",
        about=f"What the colour is on {scheme} pages, each as #RRGGBB.",
        fields={
            "ground": Text(about="Of buttons: the colour itself."),
            "on_ground": Text(about="Of the words on them."),
            "edge": Text(about="Around them."),
            "ink": Text(about="Of links: a shade that can be read."),
        },
    )


BRAND: Final = Tree(
    name="brand",
    about="How a merchant looks to shoppers, and what pages make of it.",
    fields={
        "color": or_null(TEXT, "#RRGGBB; our own calm blue where it is not said."),
        "corners": Text(words=("sharp", "soft", "round")),
        "font": Text(words=("system", "own"), about="own is the font that was put."),
        "sender": or_null(TEXT, "The name mails come from; the workspace's where it is not said."),
        "links": Tree(
            name="brand_links",
            about="Pages of the merchant's own, at the foot of pages and mails.",
            fields={"imprint": MAYBE, "privacy": MAYBE, "contact": MAYBE},
        ),
        "own_font": or_null(TEXT, "Where the font that was put is."),
        "logo": or_null(TEXT, "Where the logo is; it is that of documents (put_paper_logo)."),
        "style": or_null(TEXT, "Where the stylesheet is; another one, another address."),
        "tokens": or_null(
            Tree(
                name="brand_tokens",
                about="The colour made readable; null without one.",
                fields={"light": _tokens("light"), "dark": _tokens("dark")},
            ),
            "Null without a colour.",
        ),
        "verdict": ListOf(
            item=Tree(
                name="brand_finding",
                about="What became of the colour in one place.",
                fields={
                    "about": TEXT,
                    "changed": Boolean(about="Whether a shade or an edge was needed."),
                    "words": Text(about="The same for people."),
                },
            )
        ),
    },
)
WIDGET: Final = Tree(
    name="widget",
    about="Which of the shop's pages may show the portal in a frame.",
    fields={
        "hosts": ListOf(item=TEXT),
        "snippet": Text(about="What is to be written into the shop's pages."),
    },
)


async def read_brand(call: Call) -> Outcome:
    """Give the brand."""
    return await brand.look_up(call.house, call.workspace_id)


async def put_brand(call: Call) -> Outcome:
    """Say it anew."""
    return await brand.put(call.house, call.workspace_id, _BRAND.read(call.body))


async def preview_brand(call: Call) -> Outcome:
    """Show what would become of one."""
    return await brand.preview(call.house, call.workspace_id, _BRAND.read(call.body))


async def put_brand_font(call: Call) -> Outcome:
    """Keep a font."""
    return await fonts.put(call.house, call.workspace_id, call.body)


async def delete_brand_font(call: Call) -> Outcome:
    """Go back to the reader's own font."""
    return await fonts.remove(call.house, call.workspace_id)


async def restore_brand_font(call: Call) -> Outcome:
    """Keep a font again that was kept before."""
    said = _RESTORED.read(call.body)
    return await fonts.put_back(call.house, call.workspace_id, said.font, is_used=said.used)


async def read_widget(call: Call) -> Outcome:
    """Give the widget's hosts."""
    return await widget.look_up(call.house, call.workspace_id)


async def put_widget(call: Call) -> Outcome:
    """Say them anew."""
    return await widget.put(call.house, call.workspace_id, _WIDGET.read(call.body))


ROUTES: Final = (
    Route(
        method="GET",
        path=_AT,
        name="read_brand",
        tag=TAG,
        summary="Read how the merchant looks",
        scope="settings:read",
        noun="setting",
        answer=read_brand,
        result=BRAND,
    ),
    Route(
        method="PUT",
        path=_AT,
        name="put_brand",
        tag=TAG,
        summary="Say how the merchant looks",
        about="Contrast is seen to: verdict says in words where a shade was needed.",
        scope="settings:write",
        noun="setting",
        answer=put_brand,
        body=Brand,
        result=BRAND,
    ),
    Route(
        method="POST",
        path=f"{_AT}/preview",
        name="preview_brand",
        tag=TAG,
        summary="See what would become of a brand",
        about="Nothing is kept; style is not served before the brand is put.",
        scope="settings:read",
        noun="setting",
        answer=preview_brand,
        body=Brand,
        result=BRAND,
        again=LOOKS,
    ),
    Route(
        method="PUT",
        path=f"{_AT}/font",
        name="put_brand_font",
        tag=TAG,
        summary="Put the merchant's own font",
        about=f"A WOFF2 of {FONT_BYTES_MAX} bytes at most, used by brands whose font is own.",
        scope="settings:write",
        noun="setting",
        answer=put_brand_font,
        accepts=_FONTS,
        bytes_max=FONT_BYTES_MAX + 1024,
        result=BRAND,
    ),
    Route(
        method="DELETE",
        path=f"{_AT}/font",
        name="delete_brand_font",
        tag=TAG,
        summary="Go back to the reader's own font",
        scope="settings:write",
        noun="setting",
        answer=delete_brand_font,
        result=BRAND,
    ),
    Route(
        method="POST",
        path=f"{_AT}/font/restore",
        name="restore_brand_font",
        tag=TAG,
        summary="Put back a font that was put before",
        about="By its SHA-256, which is its name in `own_font`.",
        scope="settings:write",
        noun="font",
        answer=restore_brand_font,
        body=FontRestored,
        result=BRAND,
        again="What is back already stays.",
    ),
    Route(
        method="GET",
        path=f"{BASE}/widget",
        name="read_widget",
        tag=TAG,
        summary="Read where the widget may open the portal",
        scope="settings:read",
        noun="setting",
        answer=read_widget,
        result=WIDGET,
    ),
    Route(
        method="PUT",
        path=f"{BASE}/widget",
        name="put_widget",
        tag=TAG,
        summary="Say where the widget may open the portal",
        about="On pages of other origins the widget is a link.",
        scope="settings:write",
        noun="setting",
        answer=put_widget,
        body=WidgetSettings,
        result=WIDGET,
    ),
)
