"""The guards of parcels: what must hold of them before a command makes sense.

As in ``guards``, the first line of a docstring is its words in ``docs/lifecycle.md``.
"""

from __future__ import annotations

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.model import ParcelStatus, PickupStatus, Policy, Return
from retour.lifecycle.parcels.packing import (
    UNUSED,
    goes_out,
    is_by_carrier,
    not_ready,
    to_send_back,
)


def a_failed_label(ret: Return, _: Policy) -> Refusal | None:
    """A carrier's label has failed."""
    if any(one.status is ParcelStatus.LABEL_FAILED and is_by_carrier(one) for one in ret.parcels):
        return None
    return not_ready("No label has failed, so there is none to ask for again.")


def an_unused_label(ret: Return, _: Policy) -> Refusal | None:
    """A label of this return's own has not been used."""
    unused = UNUSED | {ParcelStatus.LABEL_FAILED}
    if any(one.status in unused and one.of is None for one in ret.parcels):
        return None
    return not_ready("No parcel has a label that could be taken back.")


def a_parcel_to_collect(ret: Return, _: Policy) -> Refusal | None:
    """A carrier's label is there, and nobody is asked to come for it."""
    done = {PickupStatus.CANCELED, PickupStatus.FAILED}
    if any(
        one.status is ParcelStatus.LABEL_CREATED
        and is_by_carrier(one)
        and (one.pickup is None or one.pickup.status in done)
        for one in ret.parcels
    ):
        return None
    return not_ready("No parcel has a carrier's label and waits. Create a label first.")


def a_pickup_coming(ret: Return, _: Policy) -> Refusal | None:
    """Somebody is to come for a parcel."""
    coming = {PickupStatus.REQUESTED, PickupStatus.SCHEDULED}
    if any(one.pickup is not None and one.pickup.status in coming for one in ret.parcels):
        return None
    return not_ready("Nobody comes for any parcel, so there is nothing to cancel.")


def goods_to_send_back(ret: Return, _: Policy) -> Refusal | None:
    """Goods lie here that were not accepted, or were mended, and are not on their way back."""
    if to_send_back(ret):
        return None
    return refuse(
        RefusalCode.NOTHING_TO_SEND_BACK,
        "Nothing lies here that was rejected and is not on its way back. Reject units first.",
    )


def a_parcel_out(ret: Return, _: Policy) -> Refusal | None:
    """A parcel goes back to the customer."""
    if goes_out(ret):
        return None
    return refuse(
        RefusalCode.NOT_ALLOWED_IN_STATUS,
        f"The return is {ret.status}, and no parcel of it goes back to the customer.",
    )
