"""A label to look at, with a facility's address on it: drawn as those of the sandbox are.

Nothing is booked and nothing is kept; what it says it is stands on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from retour.desk.outcome import NotFound, Outcome, Refused
from retour.desk.parcels.papers import Paper, address_of
from retour.gateways import papers
from retour.gateways.papers import Sheet
from retour.kernel.refusal import RefusalCode, refuse
from retour.store.routing import closed_among

if TYPE_CHECKING:
    from retour.desk.house import House

SpecimenForm = Literal["pdf", "png", "zpl"]
_CODE: Final = "TRIAL0000000018"
_RMA: Final = "R00000018"
_SHOPPER: Final = ("Mira Sand", "Torstr. 1", "10115 Berlin", "DE")
_NOTE: Final = "A label to look at: no carrier takes this parcel."


async def specimen(
    house: House, workspace_id: int, code: str, form: SpecimenForm
) -> Paper | Outcome:
    """Draw a label to a facility, from nobody, to hold and to scan; says why where it cannot be."""
    async with house.database.transaction(workspace_id) as connection:
        if not await closed_among(connection, workspace_id, [code]):
            return NotFound(what="facility")
    sheet = Sheet(
        title="TRIAL",
        code=_CODE,
        rma_number=_RMA,
        carrier="sandbox",
        service="standard",
        sender=_SHOPPER,
        receiver=await address_of(house, workspace_id, code),
        note=_NOTE,
    )
    try:
        match form:
            case "pdf":
                body = await papers.pdf(sheet)
            case "png":
                body = await papers.png(sheet)
            case "zpl":
                body = papers.zpl(sheet)
    except ModuleNotFoundError:
        detail = "Labels are drawn by retour[labels]. Install it, or ask for zpl."
        return Refused(refusal=refuse(RefusalCode.PARCEL_NOT_READY, detail))
    return Paper(form=form, body=body, name=f"trial-{code}.{form}")
