"""EasyPost's API in small, with a state and a ledger of its own: shipments, labels, pick-ups.

It answers as their documents say, on a socket, so that their own client speaks to it by our own way
out.  It can cut a connection before or after it has done what was asked.
"""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "EZTK-test"
PAPER = b"%PDF-1.4 " + b"x" * 60_000
"""Longer than what is read of an ordinary reply."""
_BUY = re.compile(r"/v2/(shipments|pickups)/([^/]+)/(buy|refund|cancel)")
_ONE = re.compile(r"/v2/(shipments|pickups)/([^/]+)")


class FakeEasyPost:
    """One account; ``cuts`` are played in order, one for each call that buys or makes."""

    def __init__(self) -> None:
        self.shipments: dict[str, dict[str, Any]] = {}
        self.pickups: dict[str, dict[str, Any]] = {}
        self.bought: list[str] = []  # The ledger: the reference of each label paid for.
        self.cuts: list[str] = []  # "before" or "after", for the next call of a verb.
        self.asked: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        fake = self

        class Answering(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:
                """Be quiet."""
                del format, args

            def do_GET(self) -> None:
                fake.answer(self, {})

            def do_POST(self) -> None:
                size = int(self.headers.get("content-length") or 0)
                fake.answer(self, json.loads(self.rfile.read(size) or b"{}"))

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self._server.daemon_threads = True
        serve = partial(self._server.serve_forever, poll_interval=0.02)
        threading.Thread(target=serve, daemon=True).start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def api(self) -> str:
        """The base of its API."""
        return f"{self.address}/v2"

    def close(self) -> None:
        """Hang up."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, call: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        """Serve one call, or cut it."""
        with self._lock:
            self.asked.append((call.command, call.path))
            if call.path.startswith("/labels/"):
                self._send(call, 200, PAPER, "application/pdf")
                return
            if call.headers.get("authorization") != f"Bearer {KEY}":
                self._say(call, 401, error("UNAUTHORIZED", "The API key is wrong."))
                return
            cut = self.cuts.pop(0) if call.command == "POST" and self.cuts else None
            if cut == "before":
                _hang_up(call)
                return
            status, said = self._done(call.command, call.path, body)
            if cut == "after":
                _hang_up(call)
                return
            self._say(call, status, said)

    def _done(self, verb: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if verb == "POST" and path == "/v2/shipments":
            return 201, self._make(body["shipment"])
        if verb == "POST" and path == "/v2/pickups":
            return 201, self._plan(body["pickup"])
        if match := _BUY.fullmatch(path):
            things = self.shipments if match[1] == "shipments" else self.pickups
            thing = things.get(match[2])
            acts: dict[str, Callable[[Any, Any], tuple[int, Any]]] = {
                "shipments/buy": self._buy,
                "shipments/refund": self._refund,
                "pickups/buy": self._come,
                "pickups/cancel": self._stay,
            }
            if thing is not None:
                return acts[f"{match[1]}/{match[3]}"](thing, body)
        elif match := _ONE.fullmatch(path):
            things = self.shipments if match[1] == "shipments" else self.pickups
            for thing in things.values():
                if match[2] in (thing["id"], thing.get("reference")):
                    return 200, thing
        return 404, error("NOT_FOUND", "The requested resource could not be found.")

    def _make(self, wanted: dict[str, Any]) -> dict[str, Any]:
        if not wanted["to_address"].get("country"):
            return error("ADDRESS.INVALID", "The address has no country.")
        place = len(self.shipments) + 1
        prices = {"Priority": "7.20", "First": "4.05", "Express": "21.00"}
        shipment = {
            "id": f"shp_{place}",
            "object": "Shipment",
            "reference": wanted.get("reference"),
            "rates": [
                {
                    "id": f"rate_{place}_{name}",
                    "object": "Rate",
                    "carrier": "USPS",
                    "service": name,
                    "rate": price,
                    "currency": "USD",
                    "delivery_days": 3,
                }
                for name, price in prices.items()
            ],
            "postage_label": None,
            "refund_status": None,
            "selected_rate": None,
            "tracking_code": None,
            "tracker": None,
        }
        self.shipments[str(shipment["id"])] = shipment
        return shipment

    def _buy(self, shipment: dict[str, Any], body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if shipment["postage_label"] is not None:
            return 422, error("SHIPMENT.POSTAGE.EXISTS", "Postage exists for this shipment.")
        self.bought.append(str(shipment["reference"]))
        rate = next(one for one in shipment["rates"] if one["id"] == body["rate"]["id"])
        code = f"EZ{len(self.bought):08d}"
        shipment["selected_rate"] = rate
        shipment["tracking_code"] = code
        shipment["postage_label"] = {
            "object": "PostageLabel",
            "label_url": f"{self.address}/labels/{code}.pdf",
            "label_pdf_url": f"{self.address}/labels/{code}.pdf",
            "label_file_type": "application/pdf",
        }
        shipment["tracker"] = tracker(code)
        return 200, shipment

    def _refund(self, shipment: dict[str, Any], _: object) -> tuple[int, dict[str, Any]]:
        if shipment["tracker"]["tracking_details"]:
            return 422, error("SHIPMENT.REFUND.UNAVAILABLE", "The label has been used.")
        shipment["refund_status"] = "submitted"
        return 200, shipment

    def _plan(self, wanted: dict[str, Any]) -> dict[str, Any]:
        pickup = {
            "id": f"pickup_{len(self.pickups) + 1}",
            "object": "Pickup",
            "reference": wanted["reference"],
            "confirmation": None,
            "pickup_rates": [{"carrier": "USPS", "service": "NextDay", "rate": "0.00"}],
        }
        self.pickups[str(pickup["id"])] = pickup
        return pickup

    def _come(self, pickup: dict[str, Any], _: object) -> tuple[int, dict[str, Any]]:
        pickup["confirmation"] = "WTC1"
        return 200, pickup

    def _stay(self, pickup: dict[str, Any], _: object) -> tuple[int, dict[str, Any]]:
        pickup["confirmation"] = None
        return 200, pickup

    def _say(self, call: BaseHTTPRequestHandler, status: int, said: dict[str, Any]) -> None:
        real = 422 if "error" in said and status < 400 else status
        self._send(call, real, json.dumps(said).encode(), "application/json")

    def _send(self, call: BaseHTTPRequestHandler, status: int, body: bytes, kind: str) -> None:
        call.send_response(status)
        call.send_header("content-type", kind)
        call.send_header("content-length", str(len(body)))
        call.end_headers()
        call.wfile.write(body)


def _hang_up(call: BaseHTTPRequestHandler) -> None:
    call.close_connection = True
    call.connection.shutdown(socket.SHUT_RDWR)


def error(code: str, message: str) -> dict[str, Any]:
    """Say no in their form."""
    return {"error": {"code": code, "message": message, "errors": []}}


def tracker(number: str, *details: tuple[str, str]) -> dict[str, Any]:
    """Give a tracker with what was seen: status and instant of each."""
    return {
        "id": f"trk_{number}",
        "object": "Tracker",
        "tracking_code": number,
        "status": details[-1][0] if details else "pre_transit",
        "tracking_details": [
            {
                "object": "TrackingDetail",
                "message": f"It is {status}",
                "status": status,
                "datetime": at,
                "tracking_location": {"city": "UTRECHT", "state": None, "country": "NL"},
            }
            for status, at in details
        ],
    }
