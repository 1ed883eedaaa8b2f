"""Whether a candidate says a mistake as their own: not denied, not somebody else's, not spoilt, not taken back. Pure.

    affirmed([re.compile("shuffl")], "I'd shuffle the rows.", "")                           ->  True
    affirmed([re.compile("shuffl")], "I'd shuffle the rows.", "No wait, I split by date.")  ->  False

The words that show it are data (``data/unsaid.yaml``).
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml

BEFORE, AFTER, LATER = 60, 25, 110
"""Characters before and after the mistake's words in which a denial concerns it, and after them a word of harm."""
TAKES_BACK = 25
"""Words at the opening of the next answer in which the mistake before it is taken back."""
_DATA = Path(__file__).parent / "data" / "unsaid.yaml"
_OPENING = r"^\W*(?:(?:uh|um|and|well|so)\W+)*"


@cache
def _words(kind: str) -> re.Pattern[str]:
    ones: list[str] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))[kind]
    opening = _OPENING if kind == "turns_against" else ""
    # No boundary after: some end at the mistake's words, '$', rather than at a word.
    return re.compile(opening + r"\b(?:" + "|".join(f"(?:{one})(?!\\w)" for one in ones) + ")", re.IGNORECASE)


def affirmed(cues: Iterable[re.Pattern[str]], said: str, following: str) -> bool:
    """Whether ``said`` has a cue's words and nothing there or in the ``following`` words of the turn unsays them."""
    said, following = said.replace("’", "'"), following.replace("’", "'")
    matches = [(cue, match) for cue in cues for match in cue.finditer(said)]
    if not matches or _turned_against(following):
        return False
    # A no that belongs to the mistake ("no need for a baseline") denies nothing beside it.
    around = said
    for cue, match in matches:
        if _own_denials(cue):
            around = around[: match.start()] + "~" * len(match[0]) + around[match.end() :]
    if any(_words("spoilt_within").search(said[match.start() : match.end() + LATER]) for _, match in matches):
        return False
    return not any(_unsaid(cue, match, said if _own_denials(cue) else around, around) for cue, match in matches)


def taken_back(answer: str) -> bool:
    """Whether an answer opens by taking back what was said before it."""
    opening = " ".join(answer.replace("’", "'").split()[:TAKES_BACK])
    return bool(_words("taken_back").search(opening))


def denies(text: str) -> bool:
    """Whether there is a no in it."""
    return bool(_words("denial").search(text.replace("’", "'")))


def _turned_against(following: str) -> bool:
    if _words("taken_back").search(following):
        return True
    opens = _words("turns_against").match(following)
    return bool(opens and (_denied(following) or _words("spoilt").search(following)))


def _denied(words: str) -> bool:
    return bool(_words("denial").search(words) or _words("blame").search(words))


def _unsaid(cue: re.Pattern[str], match: re.Match[str], said: str, around: str) -> bool:
    inside = said[match.start() : match.end()]
    before = around[max(0, match.start() - BEFORE) : match.start()]
    after = around[match.end() : match.end() + LATER]
    stripped = _words("endorsed").sub(" ", after)
    return bool(
        _denied(before)
        or _words("not_mine").search(before)
        or len(_words("denial").findall(inside)) > _own_denials(cue)
        or _denied(stripped[:AFTER])
        or _words("spoilt").search(stripped)
        or _words("taken_back").search(after)
    )


@cache
def _own_denials(cue: re.Pattern[str]) -> int:
    """How many denials the mistake itself may hold: 'not clicked means negative' has one."""
    plain = re.sub(r"\\[bwWsSdD]\+?", " ", cue.pattern.replace("\\w+n['’]t", " not "))
    return int(_denied(plain))
