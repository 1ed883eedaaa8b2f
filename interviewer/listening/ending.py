"""How a turn stops: handed over, whole, or in the middle of a thought. Pure; the words are ``data/turn_end.yaml``.

ending("So I'd take the logs and")  ->  "unfinished"
"""

import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

Ending = Literal["nothing", "handed_over", "whole", "unfinished"]
_DATA = Path(__file__).parent / "data" / "turn_end.yaml"
_SIGNS = ("...", "…", ",", "-", ":")


@cache
def turn_end() -> dict[str, Any]:
    """The words, and the seconds of silence that end a spoken turn."""
    rules: dict[str, Any] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return rules


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.lower().replace("’", "'"))


def breaks_off(text: str) -> bool:
    """Whether the words stop in the middle of a thought, also where captions have no punctuation."""
    words = _words(text)
    if not words or text.rstrip().endswith((".", "!", "?")):
        return False
    rules = turn_end()
    if text.rstrip().endswith(_SIGNS) or words[-1] in rules["broken_words"]:
        return True
    return any(" ".join(words).endswith(phrase) for phrase in rules["unfinished_phrases"])


def ending(text: str) -> Ending:
    """How the words stop; what has no full stop is taken for unfinished."""
    words = _words(text)
    if not words:
        return "nothing"
    rules = turn_end()
    if any(phrase in " ".join(words[-9:]) for phrase in rules["handed_over_phrases"]):
        return "handed_over"
    if text.rstrip().endswith(_SIGNS[:-1]) or words[-1] in rules["unfinished_words"]:
        return "unfinished"
    if any(" ".join(words).endswith(phrase) for phrase in rules["unfinished_phrases"]):
        return "unfinished"
    if text.rstrip().endswith("?"):
        last = _words(re.split(r"[.!?]\s+", text.strip())[-1])
        opening = next(
            (word for word in last if word not in rules["unfinished_words"] or word in rules["questions"]), ""
        )
        return "handed_over" if opening in rules["questions"] else "whole"
    return "whole" if text.rstrip().endswith((".", "!")) else "unfinished"
