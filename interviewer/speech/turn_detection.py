"""When a turn is over: a patient rule that knows a thinking pause from an end. Pure; its words and times are data.

A silence ends a turn after a time that depends on how the words before it stop: soon after words that hand over
("What do you think?"), late after a whole sentence, later after "so", "um" or half a sentence. Speech starts the
silence anew. While it lasts the page encourages; nobody is ever cut off with words.
"""

from dataclasses import dataclass

from interviewer.listening.ending import ending, turn_end

TAKE_YOUR_TIME = "Take your time."
REMIND = "Still listening. Press Done when you have finished, or ask for a hint."


def patience(text: str, factor: float = 1.0) -> float:
    """Seconds of silence after which a turn that stops like this is over; infinite when nothing was said."""
    how = ending(text)
    if how == "nothing":
        return float("inf")
    seconds = float(turn_end()[how])
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
    rules = turn_end()
    if silent >= rules["remind"] * factor:
        return Silence(False, REMIND)
    waits = ending(text) != "whole" or silent >= rules["whole"]
    return Silence(False, TAKE_YOUR_TIME if waits and silent >= rules["encourage"] else "")
