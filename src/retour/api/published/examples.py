"""A sample of each request body, by route name: shown in the documents, read back by a test."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

_PARCEL: Final = "pcl_01kagz4v1e8qj0m2h3n4p5r6s7"
_PIECE: Final = {"line": "1", "quantity": 1}

REQUESTS: Final[Mapping[str, dict[str, Any]]] = MappingProxyType(
    {
        "put_order": {
            "currency": "EUR",
            "customer": {"email": "mira.sand@example.com", "name": "Mira Sand", "country": "DE"},
            "delivered_at": "2026-11-20T12:00:00Z",
            "shipping": "4.95",
            "payments": [{"id": "pay-1", "processor": "sandbox", "captured": "64.85"}],
            "lines": [
                {
                    "id": "1",
                    "sku": "MUG-BLUE",
                    "title": "Mug, blue",
                    "quantity": 2,
                    "unit_price": "14.95",
                    "tax_rate": "19",
                },
                {
                    "id": "2",
                    "sku": "LAMP-01",
                    "title": "Desk lamp",
                    "quantity": 1,
                    "unit_price": "30.00",
                    "tax_rate": "19",
                },
            ],
        },
        "request_return": {
            "order_number": "1001",
            "origin": "portal",
            "lines": [
                {
                    "line": "1",
                    "quantity": 1,
                    "reasons": [{"code": "broken", "text": "Arrived broken", "comment": "Ear off"}],
                }
            ],
        },
        "take_withdrawal": {
            "name": "Mira Sand",
            "email": "mira.sand@example.com",
            "order_number": "1001",
            "lines": [{"title": "Mug, blue", "quantity": 1}],
            "statement": "I hereby withdraw from my contract for one blue mug, order 1001.",
            "submitted_at": "2026-11-21T23:59:59+01:00",
        },
        "match_withdrawal": {"order_number": "1001"},
        "dismiss_withdrawal": {"duplicate_of": "wdr_01kagz4v1e8qj0m2h3n4p5r6s7"},
        "return_withdrawn": {"lines": [{"line": "1", "quantity": 1}]},
        "erase_withdrawal": {"force": True, "reason": "The consumer asks for it."},
        "make_withdrawal_link": {"order_number": "1001"},
        "put_money_control": {
            "limits": {
                "clerk": {"settlement": {"EUR": "100.00"}, "adjustment": {"EUR": "10.00"}},
                "policy": {"settlement": {"EUR": "250.00"}},
            },
            "four_eyes_above": {"EUR": "1000.00"},
        },
        "put_withdrawal_settings": {"who": "eu", "returns": "auto"},
        "note_message": {"read": True},
        "write_customer_message": {"text": "The ear is off."},
        "match_incoming_mail": {"return": "ret_01kagz4v1e8qj0m2h3n4p5r6s7"},
        "attach_photo": {
            "photo": "pho_01kagz4v1e8qj0m2h3n4p5r6s7",
            "line": "1",
            "moment": "before",
        },
        "create_list_entry": {
            "list": "block",
            "kind": "email",
            "value": "mira.sand@example.com",
            "reason": "Sent back empty boxes",
            "expires_at": "2027-11-21T00:00:00Z",
        },
        "change_list_entry": {"note": "Talked to on the phone", "expires_at": None},
        "erase_customer": {"email": "mira.sand@example.com", "lists": False},
        "authorize": {"reject": [{"line": "2", "quantity": 1, "reason": "Worn"}]},
        "reject": {"reason": "Outside the return window"},
        "cancel": {"reason": "The customer keeps it", "goods": "send_back"},
        "amend": {"lines": [{**_PIECE, "reason": "Too small"}]},
        "reopen": {"reason": "A second parcel arrived"},
        "create_label": {"carrier": "sandbox"},
        "give_shopper_link": {"days": 90},
        "shopper_amend": {"lines": [{**_PIECE, "reason": "Too small"}]},
        "shopper_cancel": {"reason": "It fits after all"},
        "shopper_change_method": {"method": "drop_off"},
        "shopper_create_label": {},
        "shopper_ship": {},
        "shopper_record_drop_off": {"place": "Parcel shop, Damrak 12"},
        "shopper_resolve_rejected": {"choice": "send_back"},
        "shopper_comment": {"text": "The second box follows tomorrow."},
        "change_method": {"method": "drop_off"},
        "record_drop_off": {
            "place": "Parcel shop, Damrak 12",
            "receipt_number": "0042-7731",
            "at": "2026-11-21T08:10:00Z",
        },
        "resolve_rejected": {"choice": "send_back"},
        "ship": {"tracking_number": "00340434161094042557"},
        "retry_label": {"parcel": _PARCEL},
        "void_label": {"parcel": _PARCEL, "reason": "Another way was chosen"},
        "add_parcel": {"carrier": "Sendle", "tracking_number": "SN-7000412"},
        "schedule_pickup": {
            "parcel": _PARCEL,
            "earliest": "2026-11-23T08:00:00Z",
            "latest": "2026-11-23T12:00:00Z",
            "note": "Ring at the back door",
        },
        "cancel_pickup": {"parcel": _PARCEL},
        "send_back": {"carrier": "sandbox"},
        "share_parcel": {"return_id": "ret_01kagz4v1e8qj0m2h3n4p5r6s7"},
        "match_parcel": {"return_id": "ret_01kagz4v1e8qj0m2h3n4p5r6s7"},
        "quote_parcel": {"carrier": "sandbox"},
        "put_carrier_account": {
            "carrier": "easypost",
            "name": "EasyPost, Netherlands",
            "api_key": "EZAK…",
            "webhook_secret": "a long secret of your own",
            "label_format": "pdf",
        },
        "put_payment_account": {
            "processor": "stripe",
            "name": "Stripe",
            "api_key": "rk_test_0123456789",
            "webhook_secrets": ["whsec_0123456789"],
        },
        "close_payment_case": {"note": "Lowered the payment of order 1001"},
        "play_tracking": {
            "tracking_number": "SBX004211337001",
            "scans": [{"code": "in_transit"}, {"code": "delivered"}],
            "order": "shuffled",
            "copies": 2,
        },
        "track": {"code": "in_transit", "at": "2026-11-21T08:30:00Z"},
        "receive": {"facility": "main", "units": [{"sku": "MUG-BLUE", "quantity": 1}]},
        "inspect": {"units": [{**_PIECE, "acceptance": "accepted", "grade": "B"}]},
        "finish_receipt": {"remaining": "missing"},
        "pause_receipt": {"paused": True},
        "correct_receipt": {
            "receipt_line": "rcl_01kagz4v1e8qj0m2h3n4p5r6s7",
            "quantity": 0,
            "reason": "Counted twice",
        },
        "waive_receipt": {},
        "propose_settlement": {
            "kind": "refund",
            "shipping": "4.95",
            "fees": [{"label": "Return label", "amount": "3.50"}],
        },
        "confirm_settlement": {},
        "approve_settlement": {"note": "The photos show it."},
        "decline_settlement": {"reason": "The lamp was not looked at."},
        "discard_settlement": {},
        "start_refund": {},
        "retry_refund": {"leg": "leg_01kagz4v1e8qj0m2h3n4p5r6s7"},
        "record_refund_outcome": {
            "leg": "leg_01kagz4v1e8qj0m2h3n4p5r6s7",
            "outcome": "succeeded",
            "reference": "SEPA 4711",
        },
        "complete": {},
        "annotate": {
            "subject": "Lamp arrived broken",
            "priority": "high",
            "assignee": "ada",
            "tags": ["lamps"],
            "fields": {"loyalty": '"gold"', "original_order_total": "149.00"},
        },
        "comment": {"text": "A new glass is on its way.", "author": "agent"},
        "create_subscription": {
            "url": "https://shop.example.com/hooks/returns",
            "events": ["return.received", "settlement.settled"],
            "filter": {"origin": ["portal", "widget"]},
        },
        "change_subscription": {"status": "paused"},
        "rotate_secret": {"overlap": "PT24H"},
        "recover_subscription": {"since": "2026-11-20T00:00:00Z"},
        "create_notification_profile": {
            "name": "Customer desk",
            "type": "email",
            "address": "desk@example.com",
        },
        "create_message": {
            "kind": "use_case",
            "customer": {"email": "mira.sand@example.com", "name": "Mira Sand", "locale": "de-DE"},
            "use_case": "A part is missing",
            "subject": "Shade of the lamp",
            "body": "The lamp came without its shade.",
        },
        "change_notification_profile": {"name": "Desk of returns"},
        "set_up_default_templates": {"languages": ["en", "de"]},
        "create_notification_template": {
            "event": "return_received",
            "type": "email",
            "profiles": ["npr_01kagz4v1e8qj0m2h3n4p5r6s7"],
            "language": "en",
            "subject": "Your return {{ return.rma_number }} has arrived",
        },
        "change_notification_template": {"active": False},
        "preview_notification_template": {"return": "ret_01kagz4v1e8qj0m2h3n4p5r6s7"},
        "test_notification_template": {},
        "put_policy": {
            "window_days": 30,
            "approval": "auto",
            "rules": [
                {"name": "no underwear", "then": "ineligible", "groups": ["underwear"]},
                {
                    "id": "dear",
                    "when": {"item": {"unit_price": {"currency": "EUR", "at_least": "500.00"}}},
                    "then": {"review": "Somebody looks at what cost 500 euros or more."},
                },
            ],
        },
        "simulate_policy": {
            "order_number": "1001",
            "lines": [{"line": "1", "quantity": 1, "reason": "Too small"}],
            "at": "2026-05-04T12:00:00Z",
        },
        "start_backtest": {"days": 90, "policy": {"window_days": 14, "approval": "auto"}},
        "put_facility": {
            "name": "Hub Utrecht",
            "kind": "hub",
            "external_id": "0042",
            "address": {"city": "Utrecht", "country": "NL"},
        },
        "dispose": {"units": [_PIECE], "disposition": "refurbish", "reason": "New glass"},
        "put_away": {"units": [_PIECE], "location": "R-04-2", "lpn": "LPN-00071"},
        "report_receipts": {
            "results": [
                {
                    "operation_id": "wms-000871",
                    "rma": "RMA-1001",
                    "tracking_number": "00340434161094042557",
                    "lines": [
                        {
                            "sku": "MUG-BLUE",
                            "quantity": 1,
                            "acceptance": "accepted",
                            "grade": "B",
                            "disposition": "restock",
                        }
                    ],
                    "finished": True,
                }
            ]
        },
        "scan": {"code": "(01)04006381333931(21)SN-7"},
        "scan_at_facility": {"code": "00340434161094042557"},
        "keep_unmatched_parcel": {
            "operation_id": "dock-3-0412",
            "tracking_number": "00340434161094042557",
            "name": "Mira Sand",
            "lines": [{"barcode": "4006381333931", "quantity": 1, "damaged": True}],
            "note": "No slip inside.",
        },
        "match_unmatched_parcel": {"return": "RMA-1001"},
        "unmatch_parcel": {},
        "close_unmatched_parcel": {"reason": "Sent on to whom it was addressed to."},
        "resolve_exception": {"remedy": "send_back", "note": "Not ours."},
        "put_grading_set": {
            "name": "Lamps",
            "groups": ["lamps"],
            "instructions": "Unpack over the mat; keep the box.",
            "checks": [
                {
                    "id": "works",
                    "ask": "Does it light up?",
                    "answers": ["yes", "no"],
                    "outcomes": [{"grade": "D", "answers": ["no"], "words": "Does not light up"}],
                },
                {
                    "id": "scratch",
                    "ask": "How long is the longest scratch?",
                    "unit": "mm",
                    "outcomes": [
                        {"grade": "B", "at_least": 1, "words": "Light scratches"},
                        {"grade": "C", "at_least": 20, "words": "Deep scratches"},
                    ],
                },
            ],
            "results": [
                {"grade": "A", "acceptance": "accepted", "disposition": "restock"},
                {"grade": "B", "acceptance": "accepted", "disposition": "resell"},
                {"grade": "C", "acceptance": "waiting_for_input", "disposition": "refurbish"},
                {"grade": "D", "acceptance": "rejected", "disposition": "recycle"},
            ],
            "quality_check": {"grades": ["C", "D"], "sample_percent": 5},
        },
        "receive_at_facility": {"units": [{"sku": "MUG-BLUE", "quantity": 1}]},
        "inspect_at_facility": {"units": [{**_PIECE, "answers": {"works": "yes", "scratch": 3}}]},
        "dispose_at_facility": {"units": [_PIECE], "disposition": "quarantine"},
        "put_away_at_facility": {"units": [_PIECE], "location": "R-04-2"},
        "finish_receipt_at_facility": {"remaining": "missing"},
        "pause_receipt_at_facility": {"paused": True},
        "correct_receipt_at_facility": {
            "receipt_line": "rcl_01kagz4v1e8qj0m2h3n4p5r6s7",
            "quantity": 0,
            "reason": "Counted twice",
        },
        "put_disposition": {"name": "Sold to our staff", "stock": "secondary"},
        "create_api_key": {
            "name": "Dock scanner",
            "scopes": ["returns:read", "returns:write"],
        },
        "advance_clock": {"advance": "PT1H"},
        "add_processor_fault": {"outcome": "decline", "times": 3},
        "add_carrier_fault": {"outcome": "timeout", "times": 1},
    }
)
"""Every route with a body has one."""
