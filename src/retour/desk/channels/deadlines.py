"""When marketplaces cancel what nobody handled: said once, kept in the account's own policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from retour.desk.channels import oversight
from retour.desk.channels.accounts import MISSING, dedicated, open_account
from retour.desk.policies import PolicyPut
from retour.desk.policies import put as put_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retour.desk.house import House
    from retour.desk.outcome import Outcome


async def put_days(house: House, workspace_id: int, code: str, days: Mapping[str, int]) -> Outcome:
    """Say after how many days each marketplace cancels; all else of the policy stays.

    Raises:
        InvalidRequest: They cannot be so.
    """
    account = await open_account(house, workspace_id, code)
    if account is None:
        return MISSING
    view = await oversight.policy(house, workspace_id, account.channel_policy)
    body = dedicated() if view is None else _body_of(view)
    deadlines = msgspec.structs.replace(body.deadlines, channel_days=dict(days))
    changed = msgspec.structs.replace(body, deadlines=deadlines)
    return await put_policy(house, workspace_id, account.channel_policy, changed)


def _body_of(view: oversight.View) -> PolicyPut:
    """Give back the body that a policy's view was made of."""
    said = {name: view[name] for name in PolicyPut.__struct_fields__ if name in view}
    return msgspec.convert(said, PolicyPut)
