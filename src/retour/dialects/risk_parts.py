"""Risk as a return shows it to the merchant's own systems, and to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from retour.dialects.shapes import Integer, ListOf, StringMap, Text, Tree

if TYPE_CHECKING:
    from retour.policy.weighing import RiskScore

RISK: Final = Tree(
    name="risk_score",
    nullable=True,
    about="For agents; null where the policy works out none.",
    fields={
        "score": Integer(minimum=0, about="0 to 100."),
        "flags": ListOf(item=Text(), about="The signals that added something."),
        "contributions": ListOf(
            item=Tree(
                name="risk_contribution",
                fields={
                    "signal": Text(),
                    "points": Integer(minimum=1),
                    "value": Integer(minimum=0),
                    "inputs": StringMap(about="The numbers it was worked out from."),
                    "detail": Text(),
                },
            )
        ),
    },
)


def risk_view(risk: RiskScore | None) -> dict[str, Any] | None:
    """Show a score with every part of it; null where the policy asks for none."""
    if risk is None:
        return None
    return {
        "score": risk.score,
        "flags": list(risk.flags),
        "contributions": [
            {
                "signal": one.signal,
                "points": one.points,
                "value": one.value,
                "inputs": {name: str(value) for name, value in one.inputs.items()},
                "detail": one.detail,
            }
            for one in risk.contributions
        ],
    }
