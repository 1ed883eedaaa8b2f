"""When a turn is over: a patient rule that knows a thinking pause from an end. Pure; its words and times are data.

A silence ends a turn after a time that depends on how the words before it stop: soon after words that hand over
("What do you think?"), late after a whole sentence, later after "so", "um" or half a sentence. Speech starts the
silence anew. While it lasts the page encourages; nobody is ever cut off with words.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

Ending = Literal["nothing", "handed_over", "whole", "unfinished"]
_DATA = Path(__file__).with_name("data") / "turn_end.yaml"
TAKE_YOUR_TIME = "Take your time."
REMIND = "Still listening. Press Done when you have finished, or ask for a hint."


@cache
def _rules() -> dict[str, Any]:
    rules: dict[str, Any] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return rules


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.lower())


def ending(text: str) -> Ending:
    """How the words stop."""
    words = _words(text)
    if not words:
        return "nothing"
    rules = _rules()
    plain = " ".join(words)
    tail = " ".join(words[-9:])
    if any(phrase in tail for phrase in rules["handed_over_phrases"]):
        return "handed_over"
    if text.rstrip().endswith(("...", "…", ",", "-")) or words[-1] in rules["unfinished_words"]:
        return "unfinished"
    if any(plain.endswith(phrase) for phrase in rules["unfinished_phrases"]):
        return "unfinished"
    if text.rstrip().endswith("?"):
        last = _words(re.split(r"[.!?]\s+", text.strip())[-1])
        opening = next(
            (word for word in last if word not in rules["unfinished_words"] or word in rules["questions"]), ""
        )
        asks = opening in rules["questions"]
        return "handed_over" if asks else "whole"
    return "whole" if text.rstrip().endswith((".", "!")) else "unfinished"


def patience(text: str, factor: float = 1.0) -> float:
    """Seconds of silence after which a turn that stops like this is over; infinite when nothing was said."""
    how = ending(text)
    if how == "nothing":
        return float("inf")
    seconds = float(_rules()[how])
    # Words that hand over stay quick even for the patient: whoever asks waits for an answer.
    return seconds * (max(1.0, factor**0.5) if how == "handed_over" else factor)


@dataclass(frozen=True)
class Silence:
    """What a silence means."""

    over: bool
    word: str
    """What the page shows meanwhile; may be empty."""


def judge(text: str, silent: float, factor: float = 1.0) -> Silence:
    """What ``silent`` seconds after these words mean."""
    if silent >= patience(text, factor):
        return Silence(True, "")
    rules = _rules()
    if silent >= rules["remind"] * factor:
        return Silence(False, REMIND)
    waits = ending(text) != "whole" or silent >= rules["whole"]
    return Silence(False, TAKE_YOUR_TIME if waits and silent >= rules["encourage"] else "")
