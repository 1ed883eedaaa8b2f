"""Statements without limits: 'the more data the better', 'no need to test that'. Pure; the words are data.

They are not wrong by any case's knowledge; they are worth one question whether they always hold.
"""

import re
from functools import cache
from pathlib import Path

import yaml

from interviewer.text import spans

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
        if _without_limit(piece.replace("’", "'")) and not piece.endswith("?") and not _FOLLOWING.match(after)
    ]


def _without_limit(piece: str) -> bool:
    """Whether a claim stands there and nothing limits it; a no that belongs to the claim is no limit."""
    claims = list(_words("claims").finditer(piece))
    limits = [one.start() for one in _words("limited").finditer(piece)]
    return bool(claims) and not any(all(not claim.start() < at < claim.end() for claim in claims) for at in limits)
