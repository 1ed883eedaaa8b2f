"""Untrusted words on a page: in Markdown, in HTML and in Mermaid fences."""

import html
import re

_MARKDOWN = re.compile(r"([\\`*_\[\]#~|!])")
_BACKTICKS = re.compile(r"`+")
_LEADING = re.compile(r"^[ \t]+", re.MULTILINE)


def for_html(text: object) -> str:
    """The text as it stands, inside an element or a quoted attribute."""
    return html.escape(str(text), quote=True)


def for_markdown(text: str) -> str:
    """The text as it stands where Markdown is rendered: no mark-up, no pictures, no links but bare addresses.

    Lines that begin with a dash or a number still make a list: that is how people type.
    """
    text = _LEADING.sub(lambda gap: "\u00a0" * len(gap.group()), text)
    return _MARKDOWN.sub(r"\\\1", html.escape(text, quote=False))


def mermaid_block(source: str) -> str:
    """A fenced Mermaid block whose source cannot close the fence."""
    longest = max((len(run) for run in _BACKTICKS.findall(source)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}mermaid\n{source.strip()}\n{fence}"
