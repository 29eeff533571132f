"""Cells that become lines of a card say under which head they stand."""

from __future__ import annotations

from markupsafe import Markup

from retour.screens.tables import labelled


def test_each_cell_gets_its_head() -> None:
    rows = Markup('<tr><th scope="row">A</th><td class="number">1</td><td>x</td></tr>\n<tr><td>B')
    shown = labelled(rows, ["Name", ">Count", ""])
    assert shown == (
        '<tr><th scope="row" data-label="Name">A</th><td class="number" data-label="Count">1</td>'
        "<td>x</td></tr>\n<tr><td>B"
    )


def test_a_cell_over_several_heads_gets_none() -> None:
    rows = Markup('<tr><td>A</td><td colspan="2">both</td><td>last</td><td>one more</td></tr>')
    shown = labelled(rows, ["a", "b", "c", "d"])
    assert '<td colspan="2">both</td><td data-label="d">last</td><td>one more</td>' in shown


def test_a_head_cannot_break_out() -> None:
    rows = Markup("<tr><td>A</td><thead></tr>")
    assert labelled(rows, ['"><b>']) == (
        '<tr><td data-label="&#34;&gt;&lt;b&gt;">A</td><thead></tr>'
    )
