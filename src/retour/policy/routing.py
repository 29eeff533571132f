"""Where goods go: a workspace's own rules, asked after the policy's; the first one decides.

A line goes to the facility its policy's rule names, else to that of the first routing rule that
matches, else to the fallback.  A facility that is closed, or does not take such goods, is passed
over; the fallback never is, so every line has a way.  Where lines go to different places, one box
cannot: the return goes to the fallback.  Pure; a table of which nothing was said changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from retour.kernel.value import Value
from retour.policy.conditions import Finding, When, findings
from retour.policy.facts import Asked, Occasion
from retour.policy.model import LineTerms, TraceStep, Verdict

ROUTING: Final = "routing"
"""What the trace calls the table."""
MAIN: Final = "main"
"""Where goods go that nobody has sent elsewhere."""
_ELIGIBLE: Final = "eligible"


class RoutingRule(Value):
    """Goods go to a facility when everything named here is so."""

    id: str
    facility: str
    when: When = When()


class Place(Value):
    """A facility that does not take everything from everywhere; an empty list takes anything."""

    code: str
    is_open: bool = True
    groups: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


class Routing(Value):
    """The table, and what is to be known of facilities."""

    rules: tuple[RoutingRule, ...] = ()
    fallback: str = MAIN
    places: tuple[Place, ...] = ()

    @property
    def is_silent(self) -> bool:
        """True where nothing was ever said: then the policy's word is all there is."""
        return self == _SILENT


_SILENT: Final = Routing()


class Stop(Value):
    """One word on a line's way: who says it, where to, and what came of it.

    Args:
        by: ``policy``, a rule's id, or ``fallback``.
        matches: Whether it speaks of the line; ``taken``: whether the line goes there.
        why: In words, what decided.
    """

    by: str
    facility: str
    matches: bool
    taken: bool
    why: str
    findings: tuple[Finding, ...] = ()


class Way(Value):
    """A line's way: what decided, in words, with what was passed over; and everybody's part."""

    line: str
    facility: str
    why: str
    stops: tuple[Stop, ...]


def routed(
    verdict: Verdict, lines: Sequence[Asked], occasion: Occasion, routing: Routing
) -> Verdict:
    """Give the verdict with the way of each line, and of the return, in its terms and its trace."""
    if routing.is_silent:
        return verdict
    terms = {one.line: one for one in verdict.terms}
    ways = ways_of(verdict, lines, occasion, routing)
    placed = tuple(
        replace(terms.get(way.line) or LineTerms(line=way.line), destination=way.facility)
        for way in ways
    )
    steps = tuple(
        TraceStep(rule=ROUTING, verdict=_ELIGIBLE, detail=way.why, line=way.line) for way in ways
    )
    offer = verdict.offer
    return replace(
        verdict,
        terms=placed,
        trace=(*verdict.trace, *steps),
        offer=None if offer is None else replace(offer, destination=whole_of(ways, routing)),
        destination=whole_of(ways, routing) if offer is None else None,
    )


def ways_of(
    verdict: Verdict, lines: Sequence[Asked], occasion: Occasion, routing: Routing
) -> tuple[Way, ...]:
    """Give each line's way, with every rule's part in it."""
    named = {one.line: one.destination for one in verdict.terms}
    return tuple(_way(line, occasion, routing, named.get(line.line)) for line in lines)


def whole_of(ways: Sequence[Way], routing: Routing) -> str:
    """Give the one facility of a return: where all lines go, or the fallback."""
    places = {way.facility for way in ways}
    return places.pop() if len(places) == 1 else routing.fallback


def _way(line: Asked, occasion: Occasion, routing: Routing, by_policy: str | None) -> Way:
    stops: list[Stop] = []
    said: list[str] = []
    found: str | None = None
    for stop in _stops(line, occasion, routing, by_policy):
        stops.append(replace(stop, taken=stop.taken and found is None))
        if found is None and stop.matches:
            said.append(stop.why)
            found = stop.facility if stop.taken else None
    assert found is not None, "the fallback takes everything"
    return Way(line=line.line, facility=found, why=" ".join(said), stops=tuple(stops))


def _stops(
    line: Asked, occasion: Occasion, routing: Routing, by_policy: str | None
) -> Iterator[Stop]:
    """Ask everybody who may send the line somewhere, in order."""
    if by_policy is not None:
        yield _stop("policy", by_policy, (), (line, occasion), routing)
    for rule in routing.rules:
        yield _stop(
            rule.id,
            rule.facility,
            tuple(findings(rule.when, line, occasion)),
            (line, occasion),
            routing,
        )
    words = f"Nothing else sends it anywhere: it goes to {routing.fallback}, the fallback."
    yield Stop(by="fallback", facility=routing.fallback, matches=True, taken=True, why=words)


def _stop(
    by: str,
    facility: str,
    found: tuple[Finding, ...],
    asked: tuple[Asked, Occasion],
    routing: Routing,
) -> Stop:
    who = "The policy" if by == "policy" else f"The routing rule {by!r}"
    against = next((one for one in found if not one.holds), None)
    if against is not None:
        why = f"{who} asks for {against.condition} {against.wanted}, and it is {against.found}."
        return Stop(by=by, facility=facility, matches=False, taken=False, why=why, findings=found)
    facts = ", ".join(f"{one.condition} {one.found}" for one in found) or "always"
    says = f"{who} sends it to {facility}" + ("" if by == "policy" else f" ({facts})")
    objection = refusal_of(facility, *asked, routing)
    why = f"{says}." if objection is None else f"{says}, which {objection}."
    return Stop(
        by=by,
        facility=facility,
        matches=True,
        taken=objection is None,
        why=why,
        findings=found,
    )


def refusal_of(facility: str, line: Asked, occasion: Occasion, routing: Routing) -> str | None:
    """Say why a facility does not take a line, in words behind its name; None where it does."""
    place = next((one for one in routing.places if one.code == facility), None)
    if place is None:
        return None
    if not place.is_open:
        return "is closed"
    if place.groups and line.group not in place.groups:
        return f"takes only {', '.join(place.groups)}"
    if place.countries and occasion.country not in place.countries:
        return f"takes goods from {', '.join(place.countries)} only"
    return None
