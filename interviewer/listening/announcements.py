"""What a speaker says they will talk about next: "for monitoring I'd watch …", "let's move on to data", "Serving: …".

People who draw aloud or wander name the subject more often than they stay near its usual words.
"""

import re
from functools import cache
from pathlib import Path

import yaml

from interviewer.domain import Step
from interviewer.text import without_fillers

_WORDS = Path(__file__).parent / "data" / "announcements.yaml"
_ASIDE = re.compile(r"^[^a-z]+|(?<=[a-z]),(?= (?:so|then|for|on|let|what|now)\b)")


@cache
def _patterns() -> dict[Step, re.Pattern[str]]:
    data = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    start = rf"^(?:(?:{data['openers']}),? )*(?:{_either(data['leads'])}) (?:(?:the|my|our|an?) )?"
    end = rf"(?: (?:{data['after']}))?(?=[,:;.?!]|$| (?:{data['then']})\b)"
    heading = rf"^(?:(?:{data['openers']}),? )*(?:(?:the|my|our) )?"
    found = {}
    for step in Step:
        subjects = _either(data["subjects"][step.value])
        ways = [f"{start}(?:{subjects}){end}", f"{heading}(?:{subjects}) ?(?=[:\u2013\u2014])"]
        if step.value in data["says"]:
            ways.append(rf"\b(?:{data['says'][step.value]})\b")
        found[step] = re.compile("|".join(ways))
    return found


def _either(folded: str) -> str:
    """A folded YAML list of ways without the spaces of its line breaks."""
    return folded.replace("| ", "|")


def announced(text: str) -> Step | None:
    """The step that a sentence announces, if exactly one."""
    said = _ASIDE.sub("", without_fillers(text).lower().replace("\u2019", "'"))
    steps = [step for step, pattern in _patterns().items() if pattern.search(said)]
    return steps[0] if len(steps) == 1 else None
