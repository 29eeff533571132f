"""Drafts of policies: put, read, published at once or at an instant; and versions brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.policies import ONE, YAML_TYPES, policy_body
from retour.api.policy_shapes import DRAFT, POLICY
from retour.api.routes import Route
from retour.desk.policies import PolicyPut, drafts
from retour.desk.policies.drafts import Publish, Rollback, Schedule

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_PUBLISH: Final = BodyReader(Publish)
_SCHEDULE: Final = BodyReader(Schedule)
_ROLLBACK: Final = BodyReader(Rollback)
_DRAFT: Final = f"{ONE}/draft"


async def put_draft(call: Call) -> Outcome:
    """Say what a draft says."""
    return await drafts.put(
        call.house,
        call.workspace_id,
        call.params["policy_id"],
        policy_body(call),
        actor=call.actor,
        if_match=call.if_match,
    )


async def read_draft(call: Call) -> Outcome:
    """Give a draft."""
    return await drafts.look_up(call.house, call.workspace_id, call.params["policy_id"])


async def discard_draft(call: Call) -> Outcome:
    """Forget a draft."""
    return await drafts.discard(
        call.house, call.workspace_id, call.params["policy_id"], call.if_match
    )


async def publish_draft(call: Call) -> Outcome:
    """Bring a draft into force."""
    return await _publish(call, _PUBLISH.read(call.body))


async def schedule_draft(call: Call) -> Outcome:
    """Say when a draft comes into force."""
    return await _publish(call, _SCHEDULE.read(call.body))


async def _publish(call: Call, body: Publish) -> Outcome:
    return await drafts.publish(
        call.house,
        call.workspace_id,
        call.params["policy_id"],
        body,
        actor=call.actor,
        if_match=call.if_match,
        key=call.key,
    )


async def unschedule_draft(call: Call) -> Outcome:
    """Take back when a draft comes into force."""
    return await drafts.unschedule(call.house, call.workspace_id, call.params["policy_id"])


async def roll_back(call: Call) -> Outcome:
    """Bring an earlier version into force again."""
    return await drafts.roll_back(
        call.house,
        call.workspace_id,
        call.params["policy_id"],
        _ROLLBACK.read(call.body),
        actor=call.actor,
        key=call.key,
    )


ROUTES: Final = (
    Route(
        method="PUT",
        path=_DRAFT,
        name="put_policy_draft",
        tag="Settings",
        summary="Put a policy's draft whole",
        about="It may contradict itself; what keeps it from coming into force is answered.",
        scope="settings:write",
        noun="policy",
        answer=put_draft,
        body=PolicyPut,
        accepts=("application/json", *YAML_TYPES),
        result=DRAFT,
        statuses=(200, 201),
        versioned=True,
        matched=True,
    ),
    Route(
        method="GET",
        path=_DRAFT,
        name="read_policy_draft",
        tag="Settings",
        summary="Read a policy's draft",
        scope="settings:read",
        noun="policy draft",
        answer=read_draft,
        result=DRAFT,
        versioned=True,
    ),
    Route(
        method="DELETE",
        path=_DRAFT,
        name="discard_policy_draft",
        tag="Settings",
        summary="Discard a policy's draft",
        scope="settings:write",
        noun="policy draft",
        answer=discard_draft,
        statuses=(204,),
        matched=True,
    ),
    Route(
        method="POST",
        path=f"{_DRAFT}/publish",
        name="publish_policy_draft",
        tag="Settings",
        summary="Bring a draft into force as the next version",
        about="Where another version came into force since the draft was begun, it is refused"
        " unless `over` names that version. What says the same as the version in force is refused.",
        scope="settings:write",
        noun="policy draft",
        answer=publish_draft,
        body=Publish,
        result=POLICY,
        statuses=(200, 201),
        versioned=True,
        matched=True,
    ),
    Route(
        method="POST",
        path=f"{_DRAFT}/schedule",
        name="schedule_policy_draft",
        tag="Settings",
        summary="Say when a draft comes into force by itself",
        about="By the workspace's clock. Should it not be able to then, it stays a draft and says"
        " why in `held`. Until then it cannot be changed.",
        scope="settings:write",
        noun="policy draft",
        answer=schedule_draft,
        body=Schedule,
        result=DRAFT,
        versioned=True,
        matched=True,
    ),
    Route(
        method="POST",
        path=f"{_DRAFT}/unschedule",
        name="unschedule_policy_draft",
        tag="Settings",
        summary="Take back that a draft comes into force by itself",
        scope="settings:write",
        noun="policy draft",
        answer=unschedule_draft,
        result=DRAFT,
        versioned=True,
        again="A draft that is not scheduled stays as it is.",
    ),
    Route(
        method="POST",
        path=f"{ONE}/rollback",
        name="roll_back_policy",
        tag="Settings",
        summary="Bring an earlier version into force again",
        about="As the next version; what is in force already makes none.",
        scope="settings:write",
        noun="policy",
        answer=roll_back,
        body=Rollback,
        result=POLICY,
        versioned=True,
    ),
)
