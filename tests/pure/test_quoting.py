"""What is new in a mail: the words above, below or between what it quotes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.gateways.quoting import new_text

OURS = "> Dear Mira,\n> please send a photo.\n>\n> Your shop\n"

QUOTED = {
    "english": f"Here it is.\n\nOn Mon, 2 Mar 2026 at 10:00, Shop <r@x.example> wrote:\n{OURS}",
    "wrapped": f"Here it is.\n\nOn Mon, 2 Mar 2026 at 10:00, Shop\n<r@x.example> wrote:\n\n{OURS}",
    "german": f"Here it is.\n\nAm 02.03.2026 um 10:00 schrieb Shop <r@x.example>:\n{OURS}",
    "french": f"Here it is.\n\nLe lun. 2 mars 2026 à 10:00, Shop <r@x.example> a écrit :\n{OURS}",
    "dutch": f"Here it is.\n\nOp ma 2 mrt 2026 om 10:00 schreef Shop <r@x.example>:\n{OURS}",
    "spanish": f"Here it is.\n\nEl lun, 2 mar 2026 a las 10:00, Shop (r@x.es) escribió:\n{OURS}",
    "italian": f"Here it is.\n\nIl giorno lun 2 mar 2026 alle 10:00 Shop ha scritto:\n{OURS}",
    "polish": f"Here it is.\n\nW dniu 2.03.2026 o 10:00, Shop pisze:\n{OURS}",
    "outlook": "Here it is.\n\n______________________________\nFrom: Shop <r@x.example>\nSent: 2.3."
    "\nTo: Mira\nSubject: Your return\n\nDear Mira,\nplease send a photo.",
    "outlook, german": "Here it is.\n\nVon: Shop <r@x.example>\nGesendet: Montag\nAn: Mira\n"
    "Betreff: Retoure\n\nLiebe Mira",
    "dashed": "Here it is.\n\n-----Original Message-----\nFrom: Shop\n\nDear Mira",
    "dashed, german": "Here it is.\n\n-------- Ursprüngliche Nachricht --------\nVon: Shop",
    "marked alone": f"{OURS}\nHere it is.\n",
    "below": f"On Mon, 2 Mar 2026 at 10:00, Shop <r@x.example> wrote:\n{OURS}\nHere it is.",
    "signature": "Here it is.\n\n-- \nMira Sand\nDamrak 1",
    "lines of windows": "Here it is.\r\n\r\nOn Mon, 2 Mar 2026, Shop wrote:\r\n> Dear Mira\r\n",
}


@pytest.mark.parametrize("name", QUOTED)
def test_only_what_is_new_is_left(name: str) -> None:
    assert "Here it is." == new_text(QUOTED[name])


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote:\nnothing at all, for I was away.",
        "Hello,\nFrom: my heart\nI thank you.",
        "The box was:\n- wet\n- torn",
        "One\n\nTwo",
        "--\nMira",
        OURS.strip(),
    ],
)
def test_what_only_looks_like_a_quote_stays(text: str) -> None:
    """A word too many is no harm; one too few is."""
    assert text == new_text(text)


def test_answers_between_the_lines_are_kept_together() -> None:
    text = "Hello,\n> Which colour?\nBlue.\n> Which size?\nM.\n"

    assert "Hello,\nBlue.\nM." == new_text(text)


@given(st.text(alphabet=st.sampled_from("ab >\n-_:OnwrteFomS\r"), max_size=200))
def test_nothing_is_invented_and_never_is_all_lost(text: str) -> None:
    """What is left are lines of the mail; where it had words, some are left."""
    new = new_text(text)
    lines = {line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")}

    assert {line.strip() for line in new.split("\n")} <= lines | {""}
    assert bool(new) == bool(text.strip())
