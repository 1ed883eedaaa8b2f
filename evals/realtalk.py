"""What recordings of real interviews sound like, made from a tidy transcript: few and long turns, drawing aloud,
wandering, restarts, coming back to what was said. Pure and deterministic.

Nothing that was said is lost and its order stays; what is added holds no decision and no reason.
"""

import random
import re

from evals.changes import lines
from evals.types import Json
from interviewer.text import spans

WORDS = 7000
LONGEST = 600
_SEED = 23
_ASIDES = ("drawing.txt", "wander_about.txt", "wander.txt")
_AGAIN = ("So like I said,", "Coming back to what I said,", "Right, so again,", "To repeat that,")
_RESTART = ("no wait,", "sorry,", "let me say that again,", "I mean,", "or rather,")


def real_talk(body: Json, words: int = WORDS, captions: bool = False) -> Json:
    """The interview as a talker would have held it, until the candidate has said about ``words`` words.

    Turns are merged to about 600 words (what the interviewer said between them goes); ``captions`` takes away case
    and punctuation, as recognisers of speech do.
    """
    own = sum(len(turn["text"].split()) for turn in body["turns"] if turn["speaker"] == "candidate")
    if not own:
        return body
    growth = max(1.0, words / own)
    turns: list[Json] = []
    for number, turn in enumerate(_merged(body["turns"], LONGEST / growth)):
        if turn["speaker"] == "candidate":
            text = _told(turn["text"], growth, random.Random(f"{_SEED}{number}"))
            turn = {**turn, "text": _as_captions(text) if captions else text}
        turns.append({key: value for key, value in turn.items() if key != "at"})
    return {**body, "turns": turns}


def _merged(turns: list[Json], longest: float) -> list[Json]:
    """Answers run together until they are about that long."""
    found: list[Json] = []
    for turn in turns:
        if turn["speaker"] == "candidate" and len(found) > 1 and found[-2]["speaker"] == "candidate":
            together = f"{found[-2]['text']} {turn['text']}"
            if len(together.split()) <= longest:
                found[-2:] = [{**found[-2], "text": together}]
                continue
        found.append(turn)
    return found


def _told(text: str, growth: float, rng: random.Random) -> str:
    said = [span.text for span in spans(text)]
    out = [_restarted(one, rng) for one in said]
    room = int(len(text.split()) * growth) - sum(len(one.split()) for one in out)
    while room > 0:
        kind = rng.random()
        extra = f"{rng.choice(_AGAIN)} {rng.choice(said)}" if kind < 0.2 else _aside(rng)
        out.insert(rng.randint(0, len(out)), extra)
        room -= len(extra.split())
    return " ".join(out)


def _aside(rng: random.Random) -> str:
    """AppContext of two lines run together: nobody wanders twice in the same words."""
    first, second = (rng.choice(lines(rng.choice(_ASIDES))).rstrip(".").split(", ") for _ in range(2))
    start, end = rng.randint(0, len(first) // 2), rng.randint((len(second) + 1) // 2, len(second))
    return ", ".join([*first[start:], *second[:end]]) + "."


def _restarted(sentence: str, rng: random.Random) -> str:
    """Every third sentence or so begins twice."""
    words = sentence.split()
    if len(words) < 8 or rng.random() > 0.35:
        return sentence
    begun = " ".join(words[: rng.randint(3, 6)])
    return f"{begun}, {rng.choice(_RESTART)} {sentence}"


def _as_captions(text: str) -> str:
    return re.sub(r"[.,;:!?—–\"“”()]+", "", text).lower()
