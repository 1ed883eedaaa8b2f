"""Statements without limits: 'the more data the better', 'no need to test that'. Pure; the words are data.

They are not wrong by any case's knowledge; they are worth one question whether they always hold.
"""

import re
from functools import cache
from pathlib import Path

import yaml

from interviewer.sentences import spans

_DATA = Path(__file__).parent / "data" / "overclaims.yaml"
_FOLLOWING = re.compile(r"\W*(?:but|however|although|well,? not|not always|except|unless)\b", re.IGNORECASE)


@cache
def _words(kind: str) -> re.Pattern[str]:
    ones: list[str] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))[kind]
    return re.compile("|".join(f"(?:{one})" for one in ones), re.IGNORECASE)


def overclaims(text: str) -> list[str]:
    """The sentences that claim something without any limit, and are not limited by the next one."""
    pieces = [one.text for one in spans(text)]
    following = [*pieces[1:], ""]
    return [
        piece
        for piece, after in zip(pieces, following, strict=True)
        if _words("claims").search(piece.replace("’", "'"))
        and not _words("limited").search(piece.replace("’", "'"))
        and not piece.endswith("?")
        and not _FOLLOWING.match(after)
    ]
