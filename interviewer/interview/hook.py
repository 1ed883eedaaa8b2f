"""Hooks a question onto what the candidate said: the words before it. Wording is ``data/wording.yaml``."""

from collections.abc import Sequence
from typing import Any

from interviewer.interview.recall import Recalled
from interviewer.interview.state import State

_LATELY = 6
"""Turns of ours in which no lead comes twice."""


def lead(forms: dict[str, list[str]], recalled: Recalled | None, state: State) -> str:
    """The clause that goes before the question, in a form that the last turns did not use; nothing without words."""
    if recalled is None or recalled.kind not in forms:
        return ""
    options = rotated(forms[recalled.kind], len(state.said) // 2)
    recent = " ".join(state.said[-_LATELY:])
    fresh = [one for one in options if one.startswith("{") or one.split("{")[0].strip() not in recent]
    return said_back((fresh or options)[0], recalled)


def said_back(form: str, recalled: Recalled) -> str:
    """A form with the candidate's words in it; ``{Told}`` opens a sentence with them."""
    return form.format(told=recalled.told, Told=recalled.told[:1].upper() + recalled.told[1:])


def fits(form: str, recalled: Recalled | None) -> bool:
    """Whether the form needs words of the candidate's exactly when there are some."""
    return any(slot in form for slot in ("{recall}", "{earlier}", "{told}", "{Told}")) == (recalled is not None)


def of_kind(forms: Any, recalled: Recalled | None) -> list[str]:
    """A list of forms, or the list for this kind of words out of several; ``none`` where there are none."""
    if isinstance(forms, dict):
        forms = forms.get(recalled.kind if recalled else "none") or forms["none"]
    found: list[str] = [one for one in forms if fits(one, recalled)]
    return found or [one for one in forms if fits(one, None)]


def rotated(options: Sequence[str], by: int) -> list[str]:
    """The options, begun at another one."""
    by %= max(1, len(options))
    return [*options[by:], *options[:by]]
