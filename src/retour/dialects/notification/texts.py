"""What is said where a merchant's template says nothing: subject and body per event and language.

Written in Liquid, with names from ``variables.NAMES`` only, for the people who work on returns or
for the customer.  ``languages.py`` and ``customer_words.py`` have the words; here they are put into
their frames.  Colours are not here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from retour.dialects.notification.coming import COMING, KEPT, VIRTUAL
from retour.dialects.notification.customer_language import CustomerLanguage
from retour.dialects.notification.customer_words import CUSTOMER_LANGUAGES
from retour.dialects.notification.languages import LANGUAGES, Language
from retour.dialects.notification.ways import BY_CODE, OUTBOUND, TESTS, WITHOUT_LABEL, Said
from retour.dialects.view import View
from retour.kernel.subscription import Template

DEFAULT_LANGUAGE: Final = "en"

_VALUES: Final = {
    "who": "{{ customer.name | default: customer.email }}",
    "return": "{{ return.reference }}",
    "order": "{{ return.order_number }}",
    "money": "{{ settlement.total_written }}",
    "memo": "{{ settlement.memo_number }}",
    "accepted": "{{ return.accepted }}",
    "rejected": "{{ return.rejected }}",
    "reject_reason": (
        "{% if return.reject_reason %}: {{ return.reject_reason }}{% else %}.{% endif %}"
    ),
    "cancel_reason": (
        "{% if return.cancel_reason %}: {{ return.cancel_reason }}{% else %}.{% endif %}"
    ),
}
"""What a word in brackets stands for in a sentence of ours."""

# In a frame, a word in brackets stands for the language's; Liquid's braces stay as they are.
_TEXT: Final = """\
[opening]
{% if return %}
[reference]: {{ return.reference }}
[order]: {{ return.order_number }}
[customer]: {% if customer.name %}{{ customer.name }}, {% endif %}{{ customer.email }}
{%- if shipment and shipment.tracking_number %}
[tracking]: {{ shipment.carrier }} {{ shipment.tracking_number }}
{%- endif %}
{%- if receipt %}
[facility]: {{ receipt.facility_name }}
{%- endif %}
{%- if settlement %}
[total]: {{ settlement.total_written }}
{%- endif %}
{% for line in return.lines %}
- {{ line.quantity }} × {{ line.title | default: line.sku }} ({{ line.sku }})
{%- if receipt %}, {{ line.received }} [received], {{ line.accepted }} [accepted]{% endif %}
{%- if line.amount_written %}, {{ line.amount_written }}{% endif %}
{%- if line.reason %}: {{ line.reason }}{% endif %}
{%- endfor %}
{% endif %}
{%- if message %}
[customer]: {% if customer.name %}{{ customer.name }}, {% endif %}{{ customer.email }}
{%- if message.use_case %}
{{ message.use_case }}
{%- endif %}
{%- if message.subject %}
{{ message.subject }}
{%- endif %}

{{ message.text }}
{% endif %}
{%- if links.authorize %}
[decide]: {{ links.authorize }}
{% endif %}
{%- if links.agent %}
[open]: {{ links.agent }}
{% endif %}"""

_HTML: Final = """\
<h1>[subject]</h1>
<p>[opening]</p>
<!--action-->
{%- if return %}
<p class="facts">[reference]: <strong>{{ return.reference }}</strong><br>
[order]: {{ return.order_number }}<br>
[customer]: {% if customer.name %}{{ customer.name }}, {% endif %}{{ customer.email }}
{%- if shipment and shipment.tracking_number %}<br>
[tracking]: {{ shipment.carrier }} {{ shipment.tracking_number }}
{%- endif %}
{%- if receipt %}<br>
[facility]: {{ receipt.facility_name }}
{%- endif %}
{%- if settlement %}<br>
[total]: <strong>{{ settlement.total_written }}</strong>
{%- endif %}</p>
<table class="rows" width="100%" cellpadding="0" cellspacing="0">
<tr><th>[item]</th><th class="last" align="right">[quantity]</th></tr>
{%- for line in return.lines %}
<tr><td>{{ line.title | default: line.sku }}<br><small>{{ line.sku }}
{%- if line.reason %}: {{ line.reason }}{% endif %}</small></td>
<td class="last" align="right">{{ line.quantity }}
{%- if receipt %}<br><small>{{ line.received }} [received], {{ line.accepted }} [accepted]</small>
{%- endif %}
{%- if line.amount_written %}<br><small>{{ line.amount_written }}</small>{% endif -%}
</td></tr>
{%- endfor %}
</table>
{%- endif %}
{%- if message %}
<p>[customer]: {% if customer.name %}{{ customer.name }}, {% endif %}{{ customer.email }}
{%- if message.use_case %}<br>
{{ message.use_case }}
{%- endif %}</p>
{%- if message.subject %}
<p><strong>{{ message.subject }}</strong></p>
{%- endif %}
<p>{{ message.text | newline_to_br }}</p>
{%- endif %}
{%- if links.authorize and links.agent %}
<p><small><a href="{{ links.agent }}">[open]</a></small></p>
{%- endif %}"""

_CUSTOMER_TEXT: Final = """\
[opening]
{% if return %}
[reference]: {{ return.reference }}
[order]: {{ return.order_number }}
{%- if shipment and shipment.tracking_number %}
[tracking]: {{ shipment.carrier }} {{ shipment.tracking_number }}
{%- endif %}
{%- if [printed] %}
[label]: {{ shipment.label_url }}
{%- endif %}
{%- if return.choose_through %}
[choose]: {{ return.choose_through_written }}
{%- endif %}
{%- if return.send_through %}
[sent]: {{ return.send_through_written }}
{%- endif %}
{% for line in return.lines %}
- {{ line.quantity }} × {{ line.title | default: line.sku }}
{%- if line.refused_reason %}: {{ line.refused_reason }}{% endif %}
{%- endfor %}
{%- if settlement %}
{% for line in settlement.lines %}
{{ line.name }}: {{ line.written }}
{%- endfor %}
[total]: {{ settlement.total_written }}
{%- elsif foreseen %}
{% for line in foreseen.lines %}
{{ line.name }}: {{ line.written }}
{%- endfor %}
[foreseen]: {{ foreseen.total_written }} ({{ foreseen.name }})
{{ foreseen.when }}
{%- endif %}
{% endif %}
{%- if message %}
{{ message.text }}
{% endif %}
{%- if links.customer %}
[open]: {{ links.customer }}
{% endif %}"""

_CUSTOMER_HTML: Final = """\
<h1>[subject]</h1>
<p>[opening]</p>
{%- if return %}{% if return.choose_through %}
<p>[choose]: <strong>{{ return.choose_through_written }}</strong></p>
{%- endif %}{% if return.send_through %}
<p>[sent]: <strong>{{ return.send_through_written }}</strong></p>
{%- endif %}{% endif %}
<!--action-->
{%- if return %}
<p class="facts">[reference]: <strong>{{ return.reference }}</strong><br>
[order]: <strong>{{ return.order_number }}</strong>
{%- if shipment and shipment.tracking_number %}<br>
[tracking]: <strong>{{ shipment.carrier }} {{ shipment.tracking_number }}</strong>
{%- endif %}</p>
<table class="rows" width="100%" cellpadding="0" cellspacing="0">
<tr><th colspan="2">[item]</th><th class="last" align="right">[quantity]</th></tr>
{%- for line in return.lines %}
<tr>
{%- assign scheme = line.image_url | default: "" | slice: 0, 8 %}
{%- if scheme == "https://" %}<td class="photo" width="48">
<img src="{{ line.image_url }}" width="48" height="48" alt=""></td>
<td>{% else %}<td colspan="2">{% endif %}{{ line.title | default: line.sku }}
{%- if line.refused_reason %}<br><small>{{ line.refused_reason }}</small>{% endif %}</td>
<td class="last" align="right">{{ line.quantity }}</td></tr>
{%- endfor %}
</table>
{%- endif %}
{%- if settlement %}
<table class="rows" width="100%" cellpadding="0" cellspacing="0">
{%- for line in settlement.lines %}
<tr><td>{{ line.name }}</td><td class="last" align="right">{{ line.written }}</td></tr>
{%- endfor %}
<tr class="total"><td>[total]</td>
<td class="last" align="right">{{ settlement.total_written }}</td></tr>
</table>
{%- elsif foreseen %}
<table class="rows" width="100%" cellpadding="0" cellspacing="0">
{%- for line in foreseen.lines %}
<tr><td>{{ line.name }}</td><td class="last" align="right">{{ line.written }}</td></tr>
{%- endfor %}
<tr class="total"><td>[foreseen]<br><small>{{ foreseen.name }}</small></td>
<td class="last" align="right">{{ foreseen.total_written }}</td></tr>
</table>
<p class="facts">{{ foreseen.when }}</p>
{%- endif %}
{%- if message %}
<blockquote>{{ message.text | newline_to_br }}</blockquote>
{%- endif %}"""
_CUSTOMER_LINK: Final = """
{%- if links.customer and [printed] %}
<p><a href="{{ links.customer }}">[open]</a></p>
{%- endif %}"""
"""Beside a button that leads to the label."""
_PRINTED: Final = " and ".join(
    (
        "shipment and shipment.label_url and shipment.direction == 'inbound'",
        *(f"shipment.method != '{method}'" for method in sorted(WITHOUT_LABEL)),
        "receipt == nil",
        f"return.way != '{KEPT}'",
    )
)
"""Whether there is a label for the customer to print."""
_READY: Final = "label_created"
_LABELLED: Final = frozenset(("return_authorized", _READY, "return_reminder", "return_expiring"))
"""Words after which a parcel is to be handed over: their button leads to its label, or code."""

_PLACE: Final = re.compile(r"\[([a-z_]+)\]")
_LIQUID: Final = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]*>")
_BREAK: Final = re.compile(r"<br\s*/?>|</(?:p|div|h[1-6]|li|tr|table)>", re.IGNORECASE)


def sources(template: Template, *, to_customer: bool = False) -> dict[str, str]:
    """Give the Liquid source of every part a template's message consists of.

    E-mail: ``subject``, ``body_text``, ``body_html``.  Chat: ``body_text``, and beside it for ours
    ``subject``, for a merchant's ``body_slack``, the same with another escaping.  JSON and XML:
    ``body_json`` or ``body_xml``, or nothing, which means: send the alert as it is.  What the
    template leaves out is said in its language, or in English where we do not speak it.

    Args:
        to_customer: Whether the customer reads it, rather than those who work on returns.
    """
    if template.type in ("json", "xml"):
        return {f"body_{template.type}": template.body} if template.body else {}
    if template.type == "chat":
        return _chat_sources(template)
    language = customer_language(template) if to_customer else staff_language(template)
    subject = template.subject or _said(template.event, language)[0]
    if template.body:
        return {"subject": subject, **_both(template.body)}
    text, html = (_CUSTOMER_TEXT, _CUSTOMER_HTML) if to_customer else (_TEXT, _HTML)
    if to_customer and template.event in _LABELLED:
        html += _CUSTOMER_LINK
    return {
        "subject": subject,
        "body_text": _fill(text, template.event, language),
        "body_html": _fill(html, template.event, language),
    }


def action(
    template: Template, values: View, *, to_customer: bool = False
) -> tuple[str, str] | None:
    """Give label and address of a mail's one button; ``None`` where there is nothing to open.

    Args:
        values: What the template speaks of (``variables``).
    """
    links, shipment = values["links"], values["shipment"]
    if not to_customer:
        staff = staff_language(template)
        choices = [(staff.decide, links["authorize"]), (staff.open, links["agent"])]
    else:
        words = customer_language(template)
        choices = [(words.open, links["customer"])]
        is_left = template.event in _LABELLED and not values["receipt"]
        if is_left and shipment is not None and values["return"]["way"] != KEPT:
            choices.insert(0, _handing_over(words, shipment, links))
    return next(((said, address) for said, address in choices if address), None)


def _handing_over(words: CustomerLanguage, shipment: View, links: View) -> tuple[str, str | None]:
    """Give the button of who is to hand a parcel over: its label, or the page with its code."""
    is_theirs = shipment["direction"] != OUTBOUND
    if is_theirs and shipment["method"] in BY_CODE:
        return words.code, links["customer"]
    is_printed = is_theirs and shipment["method"] not in WITHOUT_LABEL
    return words.print, shipment["label_url"] if is_printed else None


def _chat_sources(template: Template) -> dict[str, str]:
    if template.body:
        return {"body_text": template.body, "body_slack": template.body}
    subject, opening = _said(template.event, staff_language(template))
    return {"subject": template.subject or subject, "body_text": opening}


def staff_language(template: Template) -> Language:
    """Give the language in which those who work on returns are told what a template leaves out."""
    return LANGUAGES.get(_language(template), LANGUAGES[DEFAULT_LANGUAGE])


def customer_language(template: Template) -> CustomerLanguage:
    """Give the language in which customers are told what a template leaves out."""
    return CUSTOMER_LANGUAGES.get(_language(template), CUSTOMER_LANGUAGES[DEFAULT_LANGUAGE])


def _language(template: Template) -> str:
    """Give the language without its region: ``nl-BE`` is said in Dutch."""
    return template.language.replace("_", "-").partition("-")[0].lower()


def _fill(frame: str, word: str, language: Language | CustomerLanguage) -> str:
    subject, opening = _said(word, language)
    own = {"subject": subject, "opening": opening, "printed": _PRINTED}
    if isinstance(language, CustomerLanguage):
        own["sent"] = _by_way(language.send, {VIRTUAL: language.bring}, COMING)

    def value(place: re.Match[str]) -> str:
        name = place.group(1)
        return own[name] if name in own else str(getattr(language, name))

    return _PLACE.sub(value, frame)


def _said(word: str, language: Language | CustomerLanguage) -> tuple[str, str]:
    """Give the subject and the opening sentence of an event, as Liquid."""
    subject, opening = language.said[word]
    if word == _READY:
        subject, opening = _by_ways((subject, opening), language.ways, TESTS)
    elif word in language.coming:
        subject, opening = _by_ways((subject, opening), language.coming[word], COMING)
    return _PLACE.sub(_value, subject), _PLACE.sub(_value, opening)


def _by_ways(plain: tuple[str, str], ways: Said, tests: Mapping[str, str]) -> tuple[str, str]:
    """Choose subject and opening by the way; a way without a subject has the plain one."""
    subjects = {way: said[0] for way, said in ways.items() if said[0]}
    openings = {way: said[1] for way, said in ways.items()}
    return _by_way(plain[0], subjects, tests), _by_way(plain[1], openings, tests)


def _by_way(plain: str, ways: Mapping[str, str], tests: Mapping[str, str]) -> str:
    """Choose words by the way, ``plain`` ones where it has none of its own."""
    said = [(test, ways[way]) for way, test in tests.items() if way in ways]
    if not said:
        return plain
    branches = (
        f"{{% {'elsif' if number else 'if'} {test} %}}{words}"
        for number, (test, words) in enumerate(said)
    )
    return "".join((*branches, "{% else %}", plain, "{% endif %}"))


def _value(place: re.Match[str]) -> str:
    return _VALUES[place.group(1)]


def _both(body: str) -> dict[str, str]:
    """Make the text part and the HTML part of one body, whichever of them the merchant wrote."""
    pieces = _LIQUID.split(body)
    if any(_TAG.search(piece) for piece in pieces[::2]):
        return {"body_text": _without_tags(pieces), "body_html": body}
    return {"body_text": body, "body_html": _with_breaks(pieces)}


def _without_tags(pieces: list[str]) -> str:
    """Take the tags out, but never from inside Liquid, which stands at every second place."""
    for place in range(0, len(pieces), 2):
        bare = _TAG.sub("", _BREAK.sub("\n", pieces[place]))
        for reference, character in (("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
            bare = bare.replace(reference, character)
        pieces[place] = bare
    return "".join(pieces)


def _with_breaks(pieces: list[str]) -> str:
    """Escape plain text and end its lines, but never inside Liquid."""
    for place in range(0, len(pieces), 2):
        escaped = pieces[place].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        pieces[place] = escaped.replace("\n", "<br>\n")
    return "".join(pieces)
