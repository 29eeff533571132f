"""Whose turn it is: nobody is flooded, nobody starves, failing receivers share a corner."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from retour.delivery.lines import Line, Lines


def lines_of(**bounds: int) -> Lines:
    return Lines(**{"in_flight_max": 1000, "per_subscription": 8, **bounds})


def grown(lines: Lines, line: Line) -> Line:
    """Let a line answer well until it may use all it ever may."""
    for _ in range(4):
        lines.went_well(line)
    return line


def test_a_new_subscription_starts_with_one_lane_and_doubles() -> None:
    lines = lines_of()
    line = lines.line((1, "sub"))
    allowed: list[int] = []
    for _ in range(6):
        lines.make_due(line, 0.0)
        allowed.append(sum(slots for _, slots in lines.choose(100, 0.0)))
        lines.went_well(line)
    assert allowed == [1, 2, 4, 8, 8, 8]


def test_nobody_gets_more_than_its_free_slots() -> None:
    lines = lines_of()
    line = grown(lines, lines.line((1, "sub")))
    lines.make_due(line, 0.0)
    assert lines.choose(100, 0.0) == [(line, 8)]
    for _ in range(8):
        lines.begin(line)
    lines.make_due(line, 0.0)
    assert lines.choose(100, 0.0) == []
    lines.end(line)
    assert lines.choose(100, 0.0) == [(line, 1)]


def test_the_process_has_a_bound_too() -> None:
    lines = lines_of(in_flight_max=10)
    for n in range(5):
        lines.make_due(grown(lines, lines.line((1, f"sub_{n}"))), 0.0)
    chosen = lines.choose(100, 0.0)
    assert sum(slots for _, slots in chosen) == 10


def test_more_may_be_known_than_can_be_worked_on() -> None:
    """Looking for still more is then no hurry."""
    lines = lines_of(in_flight_max=10)
    seen: list[bool] = []
    for n in range(12):
        lines.make_due(lines.line((n % 2, f"sub_{n}")), 0.0)
        seen.append(lines.is_rich)
    lines.choose(8, 0.0)
    assert [False] * 10 + [True] * 2 == seen
    assert not lines.is_rich


def test_a_noisy_workspace_does_not_starve_a_quiet_one() -> None:
    """Two hundred subscriptions of one, one of another: the one is served in the first round."""
    lines = lines_of()
    for n in range(200):
        lines.make_due(grown(lines, lines.line((1, f"sub_{n}"))), 0.0)
    quiet = grown(lines, lines.line((2, "sub")))
    lines.make_due(quiet, 0.0)
    chosen = lines.choose(64, 0.0)
    assert (quiet, 8) in chosen


@given(st.lists(st.integers(1, 60), min_size=2, max_size=6), st.integers(50, 400))
def test_workspaces_that_always_want_more_get_equal_shares(sizes: list[int], rounds: int) -> None:
    """However many subscriptions each has, as deliveries go."""
    lines = lines_of(in_flight_max=10_000)
    for workspace, size in enumerate(sizes):
        for n in range(size):
            lines.make_due(grown(lines, lines.line((workspace, f"sub_{n}"))), 0.0)
    got: Counter[int] = Counter()
    for _ in range(rounds):
        for line, slots in lines.choose(16, 0.0):
            got[line.workspace_id] += slots
            lines.charge(line.workspace_id, 0)
            lines.make_due(line, 0.0)
    fair = sum(got.values()) / len(sizes)
    assert all(abs(got[workspace] - fair) <= 16 + 8 for workspace in range(len(sizes)))


def test_whoever_got_more_than_it_was_chosen_for_waits_the_longer() -> None:
    """A lane of sixteen deliveries costs sixteen."""
    lines = lines_of(in_flight_max=10_000)
    for workspace in (1, 2):
        for n in range(50):
            lines.make_due(grown(lines, lines.line((workspace, f"sub_{n}"))), 0.0)
    got: Counter[int] = Counter()
    for _ in range(400):
        for line, slots in lines.choose(16, 0.0):
            deliveries = slots * (16 if line.workspace_id == 1 else 1)
            got[line.workspace_id] += deliveries
            lines.charge(line.workspace_id, deliveries - slots)
            lines.make_due(line, 0.0)
    assert 0.8 < got[1] / got[2] < 1.25


def test_whoever_was_idle_has_saved_nothing_up() -> None:
    lines = lines_of(in_flight_max=10_000)
    got: Counter[int] = Counter()

    def serve(rounds: int) -> None:
        for _ in range(rounds):
            for line, slots in lines.choose(8, 0.0):
                got[line.workspace_id] += slots
                lines.make_due(line, 0.0)

    for n in range(9):
        lines.make_due(grown(lines, lines.line((1, f"sub_{n}"))), 0.0)
    serve(200)
    got.clear()
    for n in range(9):
        lines.make_due(grown(lines, lines.line((2, f"sub_{n}"))), 0.0)
    serve(40)
    assert abs(got[1] - got[2]) <= 16


def test_failing_subscriptions_share_a_quarter_of_the_process() -> None:
    lines = lines_of(in_flight_max=40)
    for n in range(50):
        line = lines.line((1, f"bad_{n}"))
        lines.went_wrong(line)
        lines.make_due(line, 0.0)
    taken = 0
    while chosen := lines.choose(100, 0.0):
        for line, slots in chosen:
            assert slots == 1
            lines.begin(line)
            taken += slots
            lines.make_due(line, 0.0)
    assert taken == 10
    good = grown(lines, lines.line((1, "good")))
    lines.make_due(good, 0.0)
    assert lines.choose(100, 0.0) == [(good, 8)]


def test_a_suspects_slot_is_given_back_whatever_becomes_of_it_meanwhile() -> None:
    lines = lines_of(in_flight_max=4)
    line, other = lines.line((1, "a")), lines.line((1, "b"))
    lines.begin(line)
    lines.went_wrong(line)
    lines.went_wrong(other)
    lines.make_due(other, 0.0)
    assert lines.choose(9, 0.0) == []
    lines.went_well(line)
    lines.end(line)
    lines.make_due(other, 0.0)
    assert lines.choose(9, 0.0) == [(other, 1)]


def test_a_held_subscription_is_passed_over_until_its_time() -> None:
    lines = lines_of()
    line = lines.line((1, "sub"))
    line.held_until = 10.0
    lines.make_due(line, 0.0)
    assert lines.choose(9, 5.0) == []
    lines.make_due(line, 11.0)
    assert lines.choose(9, 11.0) == [(line, 1)]


def test_what_is_idle_is_forgotten_and_nothing_else() -> None:
    lines = lines_of()
    idle, busy, due = (lines.line((1, name)) for name in ("idle", "busy", "due"))
    lines.begin(busy)
    lines.make_due(due, 0.0)
    lines.forget(100.0)
    assert lines.line((1, "busy")) is busy
    assert lines.line((1, "due")) is due
    assert lines.line((1, "idle")) is not idle
