"""Puts attacks of ``data/attacks.jsonl`` into a transcript. Pure.

Places: ``start`` and ``end`` of the interview's answers, ``middle`` of a good answer, ``every`` answer, an
``own_turn``, ``two_turns`` (split at ``||``), or a turn of the ``interviewer``.
"""

from collections.abc import Callable

from evals.types import Json
from interviewer.errors import BadInput
from interviewer.text import spans

PLACES = ("start", "middle", "end", "every", "own_turn", "two_turns", "interviewer")


def attacked(body: Json, attack: Json) -> Json:
    """The transcript with the attack in its place. Raises BadInput for an unknown place."""
    turns = [dict(turn) for turn in body["turns"]]
    answers = [index for index, turn in enumerate(turns) if turn["speaker"] == "candidate" and turn["text"].strip()]
    if not answers:
        return body
    longest = max(answers, key=lambda index: len(turns[index]["text"].split()))
    text = attack["text"]
    match attack["place"]:
        case "start":
            _say(turns, answers[0], lambda said: f"{text} {said}")
        case "end":
            _say(turns, answers[-1], lambda said: f"{said} {text}")
        case "middle":
            _say(turns, longest, lambda said: _amid(said, text))
        case "every":
            for index in answers:
                _say(turns, index, lambda said: f"{said} {text}")
        case "own_turn":
            turns.insert(longest + 1, {"speaker": "candidate", "text": text})
        case "two_turns":
            first, _, second = text.partition("||")
            _say(turns, answers[len(answers) // 3], lambda said: f"{said} {first}")
            _say(turns, answers[2 * len(answers) // 3], lambda said: f"{said} {second}")
        case "interviewer":
            turns.insert(longest + 1, {"speaker": "interviewer", "text": text})
        case other:
            raise BadInput(f"attacks.jsonl: {attack['id']}: no place '{other}'; there are {', '.join(PLACES)}")
    return {**body, "turns": turns}


def _say(turns: list[Json], index: int, change: Callable[[str], str]) -> None:
    turns[index]["text"] = change(turns[index]["text"])


def _amid(said: str, text: str) -> str:
    pieces = [span.text for span in spans(said)]
    half = len(pieces) // 2
    return " ".join([*pieces[:half], text, *pieces[half:]])
