"""Whatever a page of staff does, the API does too: every form and each of its acts by name."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from retour.api.table import ROUTES, SPOKEN_ROUTES
from retour.screens.staff import all as staff

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from retour.desk.house import House

_BELOW: Final = "/w/{workspace:str}"
_TEMPLATES: Final = Path(inspect.getfile(staff)).parents[1] / "templates"
_TEMPLATE: Final = re.compile(r'"(staff_\w+\.html)"')
_PRESSED: Final = (
    re.compile(r'"(?:act|do)":\s*"([\w-]+)"'),
    re.compile(r'name="(?:act|do)"\s+value="([\w-]+)"'),
)
_FIELD: Final = re.compile(r"'(?:act|do)'")
OWN: Final = "own "
"""What a person keeps for themselves, or only looks at, begins with this: a key is no person."""

_QUEUE: Final[Mapping[str, str]] = {
    "take": "put_return_owner",
    "leave": "put_return_owner",
    "assign": "put_return_owner",
    "snooze": "put_snooze",
    "wake": "delete_snooze",
    "authorize": "put_held_decision",
    "reject": "put_held_decision",
    "answer": "write_customer_message",
}
_COMMANDS: Final = " ".join(one.name for one in ROUTES if one.tag == "Commands")
TWINS: Final[Mapping[str, Mapping[str, str]]] = {
    # ------------------------------------------------------------ channels
    "/settings/channels": {
        "live": "go_live_channel_account",
        "pause": "pause_channel_account",
        "look": "look_channel_account",
    },
    "/settings/channels/key": {"": "put_channel_account"},
    "/settings/channels/leave": {"": "delete_channel_account"},
    "/settings/channels/set-up/{step:str}": {
        "": "test_channel_account dry_run_channel_account go_live_channel_account",
        "practice": "put_channel_account",
        "days": "policies_channel_account",
        "make": "policies_channel_account",
    },
    "/channel-returns": {"": "restore_channel_return"},
    "/channel-returns/refused": {"": "retry_refund"},
    "/channel-returns/{channel_return:str}": {
        "match": "match_channel_return",
        "aside": "dismiss_channel_return",
        "back": "restore_channel_return",
    },
    # ------------------------------------------------------------ goods
    "/settings/new-carrier": {"": "put_carrier_account"},
    "/settings/carriers/{account:str}": {
        "": "put_carrier_account",
        "try": "test_carrier_account",
        "forget": "delete_carrier_account",
    },
    "/settings/new-facility": {"": "put_facility"},
    "/settings/facilities/{facility:str}": {
        "": "put_facility",
        "close": "put_facility",
        "open": "put_facility",
    },
    "/settings/grades/words/{grade:str}": {"": "put_grade", "picture": "upload_photo put_grade"},
    "/settings/new-grading-set": {"": "put_grading_set"},
    "/settings/grades/{grading:str}": {"": "put_grading_set", "retire": "retire_grading_set"},
    "/settings/dispositions/{disposition:str}": {"": "put_disposition"},
    "/settings/reasons": {
        "ours": "put_portal_settings",
        "up": "put_portal_settings",
        "down": "put_portal_settings",
        "revive": "put_portal_settings",
    },
    "/settings/new-reason": {"": "put_portal_settings"},
    "/settings/reasons/{reason:str}": {"": "put_portal_settings"},
    "/settings/routing": {
        "up": "put_routing",
        "down": "put_routing",
        "remove": "put_routing",
        "fallback": "put_routing",
    },
    "/settings/new-routing-rule": {"": "put_routing"},
    "/settings/routing/{rule:str}": {"": "put_routing"},
    # ------------------------------------------------------------ people and workspaces
    "/settings/people": {
        "invite": "create_invitation",
        "mail": "mail_invitation",
        "again": "renew_invitation",
        "withdraw": "withdraw_invitation",
    },
    "/settings/people/{person_id:str}": {"change": "change_person", "remove": "remove_person"},
    "/settings/workspaces": {"": "create_sandbox"},
    "/settings/keys/new": {"": "create_api_key"},
    "/settings/keys/{key_id:str}": {"": "revoke_api_key"},
    "/settings/keys/{key_id:str}/rotate": {"": "rotate_api_key"},
    "/settings/limits/{role:str}": {"": "put_money_control", "drop": "put_money_control"},
    # ------------------------------------------------------------ rules and looks
    "/settings/portal": {
        "": "put_portal_settings",
        "propose": "put_portal_settings",
        "up": "put_portal_settings",
        "remove": "put_portal_settings",
    },
    "/settings/configuration": {"": "compare_configuration", "bring": "put_configuration"},
    "/settings/brand": {
        "": "put_brand",
        "try": "preview_brand",
        "logo": "put_paper_logo",
        "remove_logo": "delete_paper_logo",
        "font": "put_brand_font",
        "remove_font": "delete_brand_font",
        "back": "restore_paper_logo restore_brand_font",
        "hosts": "put_widget",
    },
    "/settings/payment": {
        "": "put_payment_account",
        "try": "test_payment_account",
        "forget": "delete_payment_account",
    },
    "/settings/policies-new": {"": "put_policy_draft read_policy_example"},
    "/settings/policies/{policy_id:str}": {"": "put_policy_draft"},
    "/settings/policies/{policy_id:str}/draft": {
        "up": "put_policy_draft",
        "down": "put_policy_draft",
        "move": "put_policy_draft",
        "remove": "put_policy_draft",
        "discard": "discard_policy_draft",
        "unschedule": "unschedule_policy_draft",
    },
    "/settings/policies/{policy_id:str}/draft/yaml": {"": "put_policy_draft"},
    "/settings/policies/{policy_id:str}/draft/settings": {"": "put_policy_draft"},
    "/settings/policies/{policy_id:str}/draft/rules/{rule:str}": {"": "put_policy_draft"},
    "/settings/policies/{policy_id:str}/draft/publish": {
        "now": "publish_policy_draft",
        "later": "schedule_policy_draft",
    },
    "/settings/policies/{policy_id:str}/versions": {"": "roll_back_policy"},
    "/settings/policies/{policy_id:str}/backtests": {"": "start_backtest"},
    "/settings/policies/{policy_id:str}/backtests/{backtest_id:str}": {"": "cancel_backtest"},
    "/settings/setup": {"": "put_setup"},
    "/settings/system": {"": OWN + "a mail to whoever presses, which shows that the relay works"},
    # ------------------------------------------------------------ words to others
    "/settings/mails": {"": "set_up_default_templates"},
    "/settings/replies/{reply:str}": {"": "put_reply_template", "forget": "delete_reply_template"},
    "/settings/templates/{template_id:str}": {
        "": "change_notification_template create_notification_template",
        "restore": "restore_notification_template_version",
        "send": "test_notification_template",
        "try": "preview_notification_template",
        "check": "lint_notification_template",
        "language": "change_notification_template",
    },
    "/settings/templates/{template_id:str}/shown": {"": "preview_notification_template"},
    "/settings/templates/{template_id:str}/checked": {"": "lint_notification_template"},
    "/settings/templates/{template_id:str}/versions/{number:str}": {
        "": "restore_notification_template_version"
    },
    "/settings/notifications": {
        "": "change_notification_matrix",
        "choose": "change_subscription",
        "tell": "create_subscription",
    },
    "/settings/endpoints/new": {"": "create_subscription create_notification_profile"},
    "/settings/endpoints/{endpoint_id:str}": {
        "save": "change_subscription change_notification_profile",
        "pause": "change_subscription change_notification_profile",
        "resume": "resume_subscription change_notification_profile",
        "try": "test_subscription test_notification_profile",
        "end": "delete_subscription delete_notification_profile",
    },
    "/settings/endpoints/{endpoint_id:str}/secret": {"": "rotate_secret rotate_profile_secret"},
    "/settings/endpoints/{endpoint_id:str}/reveal": {"": "reveal_secret reveal_profile_secret"},
    # ------------------------------------------------------------ data
    "/settings/data": {"keep": "put_retention", "answer": "answer_data_request"},
    "/settings/data/person": {
        "": "survey_customer",
        "export": "export_customer",
        "erase": "erase_customer",
    },
    "/settings/data/exports": {"": "start_export", "drop": "cancel_export"},
    # ------------------------------------------------------------ work
    "/returns": _QUEUE,
    "/queues/{queue:str}": _QUEUE,
    "/decisions": {
        "": "delete_held_decision",
        "read": OWN + "news that failed, put aside by who got them",
    },
    "/views": {
        "": "create_saved_view",
        "forget": "delete_saved_view",
        "roomy": OWN + "how close rows stand",
        "close": OWN + "how close rows stand",
    },
    "/keys": {"keep": OWN + "keys of the keyboard", "first": OWN + "keys of the keyboard"},
    "/new": {
        "work": "request_return",
        "add": "request_return",
        "ask": "request_return",
        "note": "create_ticket",
    },
    "/reject/mail": {"": "preview_held_decision"},
    "/returns/{return_id:str}": {**_QUEUE, "": _COMMANDS},
    "/returns/{return_id:str}/mail": {"": "preview_held_decision"},
    "/returns/{return_id:str}/judge": {
        "accept": "inspect",
        "partial": "inspect",
        "reject": "inspect",
    },
    "/returns/{return_id:str}/money": {
        "pay": "propose_settlement confirm_settlement start_refund",
        "outside": "settle_elsewhere",
        "promise": "propose_settlement confirm_settlement",
        "confirm": "confirm_settlement",
        "start": "start_refund",
        "approve": "approve_settlement",
        "decline": "decline_settlement",
        "discard": "discard_settlement",
        "retry": "retry_refund",
        "elsewhere": "settle_elsewhere",
    },
    "/returns/{return_id:str}/talk": {
        "send": "write_customer_message",
        "draft": "put_message_draft",
        "drop": "delete_message_draft",
        "insert": OWN + "an answer looked at before it is sent",
        "settled": "note_message",
    },
    "/messages/{message_id:str}": {"settled": "note_message"},
    "/dock-cases/{case_id:str}": {"": "resolve_exception"},
    "/payment-cases/{case_id:str}": {"": "close_payment_case"},
    "/unmatched-parcels/{parcel_id:str}": {
        "match": "match_unmatched_parcel",
        "unmatch": "unmatch_parcel",
        "close": "close_unmatched_parcel",
    },
    "/stray-parcels/{parcel_id:str}": {"": "match_parcel"},
    "/tickets/{ticket_id:str}": {
        "match": "change_ticket",
        "answer": "write_comment",
        "end": "delete_ticket",
        "spam": "mark_ticket_spam",
    },
    "/mails/{mail_id:str}": {"match": "match_incoming_mail", "discard": "discard_incoming_mail"},
    "/withdrawals/{withdrawal_id:str}": {
        "match": "match_withdrawal",
        "unmatch": "unmatch_withdrawal",
        "dismiss": "dismiss_withdrawal",
        "return": "return_withdrawn",
    },
}


def pages(house: House) -> Iterator[tuple[str, str]]:
    """List every page of a workspace whose forms do something, and the module that does it."""
    for one in staff.routes(house):
        if "POST" not in one.http_methods:
            continue
        for path in one.paths:
            if path.startswith(f"{_BELOW}/"):
                taken = inspect.getclosurevars(one.fn).nonlocals["taken"]
                yield path.removeprefix(_BELOW), taken.__module__


def pressed(module: str) -> set[str]:
    """List the acts that a module's pages offer, or that it asks for by name."""
    source = inspect.getsource(sys.modules[module])
    found = {
        word
        for name in set(_TEMPLATE.findall(source))
        for shape in _PRESSED
        for word in shape.findall((_TEMPLATES / name).read_text())
    }
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Compare(left=left, comparators=asked) if _FIELD.search(ast.unparse(left)):
                parts = [part for one in asked for part in ast.walk(one)]
            case ast.Match(subject=subject, cases=cases) if _FIELD.search(ast.unparse(subject)):
                parts = [part for one in cases for part in ast.walk(one.pattern)]
            case _:
                continue
        found |= {
            part.value
            for part in parts
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        }
    return found


async def test_each_act_of_a_page_has_a_twin_in_the_api(house: House) -> None:
    known = {one.name for one in (*ROUTES, *SPOKEN_ROUTES)}
    by_module: dict[str, set[str]] = {}
    listed = dict(pages(house))
    assert set(listed) == set(TWINS), "a page that does something stands in the table"
    for page, module in listed.items():
        by_module.setdefault(module, set()).update(TWINS[page])
        for act, names in TWINS[page].items():
            if not names.startswith(OWN):
                assert set(names.split()) <= known, (page, act)
                assert names, (page, act)
    by_module[listed["/returns"]] |= set(TWINS["/views"])  # Their forms stand in its list.
    missing = {module: pressed(module) - {"", *acts} for module, acts in by_module.items()}
    missing = {module: left for module, left in missing.items() if left}
    assert not missing, "what is pressed there stands in no row of the table"
