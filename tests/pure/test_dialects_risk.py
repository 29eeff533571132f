"""Risk is told to the merchant's own systems, by schema, and to nobody else."""

from __future__ import annotations

import json

from msgspec.structs import replace

from retour.dialects.dialect import Wanted
from retour.dialects.registry import DIALECTS
from retour.dialects.schemas import json_schema, xsd
from retour.lifecycle.model import EventType
from retour.policy.weighing import Contribution, RiskScore
from tests.support import samples
from tests.support.schema_checking import json_problem, xml_problem
from tests.support.xml_reading import parsed

TYPE = EventType.RETURN_REQUESTED
RISK = RiskScore(
    score=30,
    contributions=(
        Contribution(
            signal="linked_identities",
            points=30,
            value=3,
            inputs={"linked_identities": 3},
            detail="3 other e-mail addresses share this phone number or address.",
        ),
    ),
)


def body(dialect: str, form: str) -> bytes | None:
    sample = samples.event(TYPE)
    ret = samples.ret_of(sample)
    risky = replace(ret, verdict=replace(ret.verdict, risk=RISK))
    message = DIALECTS[dialect].render(samples.with_return(sample, risky), Wanted(format=form))
    return None if message is None else message.body


def test_native_messages_hold_every_part_of_the_score() -> None:
    as_json, as_xml = body("retour", "json"), body("retour", "xml")

    assert as_json is not None
    assert as_xml is not None
    told = json.loads(as_json)
    assert json_problem(json_schema(TYPE), told) is None
    assert xml_problem(xsd(TYPE), parsed(as_xml)) is None
    assert told["data"]["return"]["verdict"]["risk"] == {
        "score": 30,
        "flags": ["linked_identities"],
        "contributions": [
            {
                "signal": "linked_identities",
                "points": 30,
                "value": 3,
                "inputs": {"linked_identities": "3"},
                "detail": "3 other e-mail addresses share this phone number or address.",
            }
        ],
    }
    assert b"<flag>linked_identities</flag>" in as_xml


def test_no_other_system_reads_of_risk() -> None:
    """Native in an envelope is still native."""
    for name, dialect in DIALECTS.items():
        for form in dialect.formats:
            written = None if name in ("retour", "cloudevents") else body(name, form)
            assert written is None or b"linked_identities" not in written, name
