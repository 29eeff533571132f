"""What a run says: a table for people, JSON for machines, a plot for both."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.rounds import Leg, Measured

RESULTS: Final = Path(__file__).resolve().parent / "results"


def table(measured: Sequence[Measured]) -> Table:
    """Lay the rows out: rates as median (least to most), then the ratio."""
    shown = Table(title="Speed, side by side", title_justify="left")
    for name in ("#", "what", "contender", "median a second", "min to max", "CPU µs each"):
        shown.add_column(name, justify="left" if name in ("what", "contender") else "right")
    shown.add_column("ratio", justify="right")
    shown.add_column("goal", justify="right")
    for one in measured:
        row = one.row
        low, high = min(one.ratios), max(one.ratios)
        verdict = "green" if one.is_reached else "red"
        ratio = f"[{verdict}]{one.ratio:.2f}[/] ({low:.2f} to {high:.2f})"
        shown.add_row(str(row.number), row.title, row.ours, *_cells(one.ours), ratio, f"{row.goal}")
        shown.add_row("", row.unit, row.theirs, *_cells(one.theirs), "", "", end_section=True)
    return shown


def _cells(legs: Sequence[Leg]) -> tuple[str, str, str]:
    rates = [leg.rate for leg in legs]
    costs = [leg.cpu_us for leg in legs if leg.cpu_us is not None]
    return (
        f"{statistics.median(rates):,.0f}",
        f"{min(rates):,.0f} to {max(rates):,.0f}",
        f"{statistics.median(costs):,.0f}" if costs else "",
    )


def as_json(measured: Sequence[Measured], about: dict[str, Any]) -> dict[str, Any]:
    """Give everything that was measured, leg by leg."""
    return {
        **about,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "rows": [
            {
                **asdict(one.row),
                "ratio": one.ratio,
                "ratios": one.ratios,
                "reached": one.is_reached,
                "legs": {
                    name: [{**asdict(leg), "rate": leg.rate} for leg in legs]
                    for name, legs in (("ours", one.ours), ("theirs", one.theirs))
                },
            }
            for one in measured
        ],
    }


def plot(measured: Sequence[Measured], to: Path) -> None:
    """Draw each row's ratio, its rounds as dots, and the line it has to reach."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 1.2 + 0.9 * len(measured)))
    for place, one in enumerate(measured):
        colour = "#2e7d5b" if one.is_reached else "#b3492d"
        axes.barh(place, one.ratio, height=0.5, color=colour, alpha=0.75)
        axes.plot(one.ratios, [place] * len(one.ratios), "o", color="#222222", markersize=3)
        axes.plot([one.row.goal] * 2, [place - 0.4, place + 0.4], color="#222222", linewidth=2)
        axes.text(one.row.goal, place - 0.42, f" goal {one.row.goal:.2f}", va="bottom", fontsize=8)
    axes.axvline(1.0, color="#999999", linewidth=0.8, linestyle="--")
    labels = [
        f"{one.row.number}. {one.row.title}\n{one.row.ours} / {one.row.theirs}" for one in measured
    ]
    axes.set_yticks(range(len(measured)), labels, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, max(1.15, *(max(one.ratios) + 0.05 for one in measured)))
    axes.set_xlabel("ours to theirs: median of the rounds, dots are rounds")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.tight_layout()
    for ending in ("png", "svg"):
        figure.savefig(to.with_suffix(f".{ending}"), dpi=150)
    plt.close(figure)


def tell(measured: Sequence[Measured], about: dict[str, Any], stamp: str) -> Path:
    """Print the table and write both files; answers where."""
    Console(width=None if os.isatty(1) else 150).print(table(measured))
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{stamp}.json"
    path.write_text(json.dumps(as_json(measured, about), indent=2) + "\n", encoding="utf-8")
    plot(measured, path)
    return path
