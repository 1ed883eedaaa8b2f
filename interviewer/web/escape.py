"""Untrusted words on a page."""

import html


def for_html(text: object) -> str:
    """The text as it stands, inside an element or a quoted attribute."""
    return html.escape(str(text), quote=True)
