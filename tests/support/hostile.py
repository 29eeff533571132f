"""Templates that mean harm, and what each costs: rendered in real children, measured from outside.

Run as a program it renders them all and prints what it measured; no child but its own is counted.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time

from retour.gateways.templates import TemplateError, TemplatePool

VARIABLES: dict[str, object] = {
    "return": {"rma_number": "R-0001", "status": "received", "lines": [1, 2, 3]},
    "customer": {"name": "Ann <b>", "note": "a\r\nBcc: x@y.z"},
    "empty": [],
    "long": "x" * 1000,
}

A9999 = "{% for i in (1..9999) %}"
END = "{% endfor %}"
HOSTILE = (
    # Loops
    "{% for i in (1..1000000000) %}{% endfor %}",
    "{% for i in (1..1000000000) %}x{% endfor %}",
    "{% for i in (1..99999999999999999999999999) %}{% endfor %}",
    f"{A9999}{A9999}{END}{END}",
    f"{A9999}{A9999}{A9999}x{END}{END}{END}",
    "{% for a in long %}" * 19 + "{% endfor %}" * 19 + f"{A9999}{A9999}{END}{END}",
    f"{A9999}{{% for j in (1..i) %}}{END}{END}",
    "{% for i in (1..100) %}" * 10 + "x" + END * 10,
    "{% assign n = 999999999 %}{% for i in (1..n) %}{{ i }}{% endfor %}",
    f"{A9999}{{% liquid for j in (1..9999)\n echo j\n endfor %}}{END}",
    # Ranges and arrays
    "{{ (1..1000000000) | join: ',' }}",
    "{{ (1..1000000000) | size }}{{ (1..1000000000) | reverse | first }}",
    "{{ (1..100000000) | sum }}",
    "{{ (1..100000000) | map: 'x' | size }}",
    "{{ (1..100000000) | sort | last }}",
    "{{ (1..100000000) | uniq | size }}",
    "{{ (1..100000000) | concat: (1..100000000) | size }}",
    "{% assign a = (1..3000000) | join: ',' | split: ',' %}{{ a | sort_natural | uniq | join }}",
    "{{ (1..50000000) | where: 'a', 1 | size }}",
    "{{ (1..50000000) | compact | size }}",
    # Strings
    "{% assign x = 'xxxxxxxxxxxxxxxx' %}" + "{% assign x = x | append: x %}" * 40 + "{{ x }}",
    "{% assign x = long %}" + "{% assign x = x | replace: 'x', x %}" * 9 + "{{ x | size }}",
    "{% assign x = long %}" + "{% assign x = x | replace: '', x %}" * 9,
    "{% assign x = '<' %}" + "{% assign x = x | append: '<' | url_encode %}" * 700,
    "{% assign x = long %}" + "{% assign x = x | base64_encode %}" * 60,
    "{% assign x = long %}" + "{% capture x %}{{ x }}{{ x }}{% endcapture %}" * 30,
    "{% for i in (1..9999) %}{{ long }}{% endfor %}",
    "{% capture y %}{% for i in (1..9999) %}{{ long }}{{ long }}{% endfor %}{% endcapture %}",
    "{% assign x = '<' %}" + "{% assign x = x | append: x %}" * 18 + "{{ x | strip_html }}",
    "{% assign x = '<!--' %}" + "{% assign x = x | append: x %}" * 16 + "{{ x | strip_html }}",
    "{% assign x = '<script' %}" + "{% assign x = x | append: x %}" * 15 + "{{ x | strip_html }}",
    "{% assign x = ' a' %}" + "{% assign x = x | append: x %}" * 13 + "{{ x | replace: '', x }}",
    "{{ 'x' | truncate: 999999999999999999999 }}{{ (1..99999999) | join }}",
    # Numbers
    "{% assign x = 99999999 %}{% for i in (1..9999) %}{% assign x = x | times: x %}{% endfor %}",
    "{% assign x = 99999999 %}" + "{% assign x = x | times: x %}" * 30 + "{{ x }}",
    "{{ '" + "9" * 30_000 + "' | plus: 1 }}",
    "{{ 1 | divided_by: 0 }}",
    "{{ 1 | modulo: 0 }}",
    "{{ '1e999999' | plus: 1 | floor }}",
    # Depth
    "{% if true %}" * 1000 + "{% endif %}" * 1000,
    "{% if true %}" * 1000,
    "{% comment %}" * 2000,
    "{{ a" + "[a" * 3000 + "]" * 3000 + " }}",
    "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "{{ a" + " | append: a" * 2500 + " }}{{ 1 | divided_by: 0 }}",
    "{% if a" + " and a" * 5000 + " %}{% endif %}{{ 1 | divided_by: 0 }}",
    "{% liquid\n" + "if true\n" * 3000 + "%}",
    "{% case a %}" * 1500,
    # Ways out
    "{% include '/etc/passwd' %}",
    "{% render 'self' %}",
    "{% layout 'x' %}",
    "{% extends 'x' %}",
    "{% import os %}",
    "{% increment x %}",
    "{% cycle customer.name %}",
    "{% tablerow i in (1..99999999) %}{% endtablerow %}",
    "{{ customer.name | safe }}",
    "{{ customer | system: 'id' }}",
    "{{ customer.name | eval }}",
    "{% raw %}",
    "{{ 'unclosed }}",
    "{{ unclosed",
    "{% %}",
    "{{ a.b.c | | }}",
)  # fmt: skip
"""Templates of which each has to end in an error, soon."""

ODD = (
    "{{ 'now' | date: '%999999999d' }}",
    "{{ 'now' | date: '%099999999Y%099999999Y%099999999Y%099999999Y' }}",
    "{{ 99999999999999999999 | date: '%Y' }}",
    "{% assign d = '1' %}" + "{% assign d = d | append: d %}" * 12 + "{{ d | date: '%Y' }}",
    "{{ 1e999 | times: 0 | round }}",
    "{% assign x = long %}" + "{% assign x = x | escape | escape %}" * 900 + "{{ x }}",
    "{% assign x = '<!--' %}" + "{% assign x = x | append: x %}" * 14 + "{{ x | strip_html }}",
    "{% assign x = '<' %}" + "{% assign x = x | append: x %}" * 15 + "{{ x | strip_html | size }}",
)
"""Templates that may succeed, if they do so soon and in few bytes."""

ESCAPES = (
    "{{ customer.__class__ }}",
    "{{ customer.__class__.__mro__ }}",
    "{{ ''.__class__.__base__.__subclasses__ }}",
    "{{ customer['__class__'] }}",
    "{{ customer.__init__.__globals__ }}",
    "{{ return.lines.__len__ }}",
    "{{ return.lines.append }}",
    "{{ customer.keys }}",
    "{{ customer.name.upper }}",
    "{{ customer.name.format }}",
    "{{ self }}{{ env }}{{ context }}{{ template }}{{ globals }}{{ __builtins__ }}",
    "{{ forloop.parentloop }}{{ forloop.__dict__ }}",
    "{% for i in return.lines %}{{ forloop.__class__ }}{{ forloop.parentloop.x }}{% endfor %}",
    "{{ '{0.__class__}' | append: '' }}",
    "{{ 'os' | map: '__class__' }}",
    "{{ return.lines | map: '__class__' | first }}",
    "{{ return.lines | sum: '__class__' }}",
    "{{ customer | where: '__class__' | first }}",
)
"""Templates that reach for Python behind the data, and must touch nothing of it."""


async def _measured() -> list[tuple[int, str, float]]:
    """Render one after another; gives each one's place, its code and its seconds."""
    found: list[tuple[int, str, float]] = []
    pool = TemplatePool(children=1)
    try:
        for place, source in enumerate((*HOSTILE, *ODD)):
            await pool.render({"text": "warm"}, {})
            began = time.monotonic()
            answer = await pool.render({"body_html": source}, VARIABLES)
            took = time.monotonic() - began
            found.append((place, answer.code if isinstance(answer, TemplateError) else "", took))
    finally:
        await pool.close()
    return found


if __name__ == "__main__":
    costs = asyncio.run(_measured())
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    json.dump({"costs": costs, "peak": peak}, sys.stdout)
