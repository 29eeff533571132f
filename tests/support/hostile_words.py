"""What somebody might write who wants more than to return something; each word aims at one reader.

None of them may be understood by anything: they are words, and are shown as words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

HOSTILE: Final[Mapping[str, str]] = {
    "script": "<script>alert(1)</script>",
    "picture": "<img src=x onerror=alert(1)>",
    "attribute": '" autofocus onfocus=alert(1) x="',
    "apostrophe": "' onmouseover='alert(1)",
    "ending": "</textarea></title></q><svg/onload=alert(1)>",
    "elsewhere": '<link rel=stylesheet href="//evil.invalid/x.css"><base href=//evil.invalid/>',
    "comment": "<!-- ]]> --!> <![CDATA[ &xxe; <?x ?>",
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp;",
    "template": "{{7*7}} {% raw %} ${7*7} #{7*7} <%= 7*7 %> [[7*7]]",
    "typesetting": '#panic("x") *b* $1/0$ \\u{41} @x // #import "p"',
    "formula": '=HYPERLINK("http://evil.invalid";"x")',
    "link": "javascript:alert(1) [x](javascript:alert(1)) http://evil.invalid/a?b=c&d",
    "form": "<form action=//evil.invalid><button formaction=javascript:alert(1)>x</button>",
}
"""By what they aim at."""


def is_said(shown: str, word: str) -> bool:
    """Say whether a page shows a word as it was written; how its spaces fall is no matter."""
    return " ".join(word.split()) in " ".join(shown.split())
