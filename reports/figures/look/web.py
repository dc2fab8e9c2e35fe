"""Text made safe for HTML, JSON and the raw blocks that carry both through Markdown. No layout of charts or tables
here.

Text of the database comes from scraped pages: it may hold tags, fences, shortcodes or scripts, and stays text all the
same.
"""

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_UNSAFE = re.compile(r"[^\w .,:;/()%$+*=!?#@^~|\[\]\\–—−×…“”€°-]|  |^ | $")
"""Anything but letters, digits and harmless signs with one space between: most cells have nothing of it."""
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=str)
_IDENTIFIER = re.compile(r"[A-Za-z][\w.:-]*")


@dataclass(frozen=True)
class Block:
    """A piece of finished HTML as a cell's last value. Both renderers pass it on as it is."""

    html: str

    def _repr_markdown_(self) -> str:
        fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", self.html)), 3)
        return f"\n{fence}{{=html}}\n{self.html}\n{fence}\n"

    def __add__(self, other: "Block") -> "Block":
        return Block(f"{self.html}\n{other.html}")


def escape(value: object) -> str:
    """`value` as text for an element or a quoted attribute. Line breaks become spaces; two braces are no shortcode."""
    text = str(value)
    if not _UNSAFE.search(text):
        return text
    flat = " ".join(_CONTROL.sub("", text).split())
    return html.escape(flat).replace("{{", "{&#123;").replace("`", "&#96;")


def json_text(value: Any) -> str:
    """`value` as JSON on one line that cannot end a script element, begin a comment or a shortcode."""
    text = _JSON.encode(value)
    for character in "<>&`\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    # JSON has no two braces in a row outside of strings that open an object, so these are in a string.
    return text.replace("{{", "{\\u007b")


def identifier(value: object) -> str:
    """`value` as the id of an element. Raises ValueError if it cannot be one."""
    name = str(value)
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(f"{name!r} cannot be the id of an element: letters, digits, '-', '_', '.', ':' only.")
    return name


def safe_href(value: object) -> str | None:
    """`value` as the target of a link, or None unless it is http(s) or stays within the site."""
    target = _CONTROL.sub("", str(value)).strip()
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    if parts.scheme in {"http", "https"} and parts.netloc:
        return escape(target)
    if parts.scheme or parts.netloc or target.startswith(("//", "/\\", "\\")) or not target:
        return None
    return escape(target)


def data_block(name: str, value: Any) -> Block:
    """Data for a script of the page: <script type="application/json" id="`name`">."""
    return Block(f'<script type="application/json" id="{identifier(name)}">{json_text(value)}</script>')


def key_figures(figures: Sequence[tuple[object, object, object]]) -> Block:
    """A row of headline figures. Each is (what it is, the figure, one line on it); the last may be empty."""
    items = []
    for what, value, note in figures:
        small = f'<dd class="key-note">{escape(note)}</dd>' if note else ""
        items.append(
            f'<div class="key-figure"><dt>{escape(what)}</dt><dd class="key-value">{escape(value)}</dd>{small}</div>'
        )
    return Block(f'<dl class="key-figures">{"".join(items)}</dl>')
