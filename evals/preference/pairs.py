"""Two next turns at one moment, to be chosen between blind: the recorded one, and what a run of ``conduct`` said.

drawn = draw(pairs(log), judged)           options in an order that tells nothing
answered(drawn, better=0, judge="me")      a ``Ranking`` like any other judge's
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from evals.log import Log
from evals.preference.rankings import Ranking
from interviewer.transcript import Transcript, transcript_from

RECORDED = "recorded"


@dataclass(frozen=True)
class Pair:
    """A moment of a recorded interview and two ways to go on."""

    position: str
    """``<transcript>/<turn>``."""
    talk: Transcript
    """Up to the moment."""
    options: tuple[str, str]
    sources: tuple[str, str]

    @property
    def id(self) -> str:
        """The position and the order of the two."""
        return f"{self.position}/{'r' if self.sources[0] == RECORDED else 'o'}"

    def mirrored(self) -> "Pair":
        """The same, the two the other way round."""
        return Pair(self.position, self.talk, self.options[::-1], self.sources[::-1])


def pairs(log: Log) -> list[Pair]:
    """The moments of a run of ``conduct`` at which the recording goes on with an interviewer's turn of its own."""
    ours = f"ours:{log.run.get('backend', '')}"
    found = []
    for record in log.records:
        body = record.inputs.get("transcript")
        if not body or not record.output:
            continue
        whole = transcript_from(body)
        for one in record.output.get("positions", []):
            turn = int(one["turn"])
            recorded = whole.turns[turn] if 0 < turn < len(whole.turns) else None
            if recorded is None or recorded.speaker != "interviewer" or not one.get("text"):
                continue
            talk = whole.model_copy(update={"turns": whole.turns[:turn]})
            found.append(
                Pair(f"{record.id}/{turn}", talk, (str(one["text"]), recorded.text), (ours, RECORDED)),
            )
    return found


def draw(found: Sequence[Pair], judged: Sequence[Ranking]) -> Pair | None:
    """One that was not judged yet, its two options in a random order; None when there is none left."""
    done = {one.position for one in judged}
    left = [one for one in found if one.position not in done]
    if not left:
        return None
    chosen = random.choice(left)
    return random.choice((chosen, chosen.mirrored()))


def shown(found: Sequence[Pair], id_: str) -> Pair | None:
    """The pair with that id, as it was shown."""
    return next((each for one in found for each in (one, one.mirrored()) if each.id == id_), None)


def answered(pair: Pair, better: int, judge: str) -> Ranking:
    """The answer as a ranking; ``better`` is 0 or 1. Which of them would do was not asked."""
    return Ranking(pair.position, judge, [pair.sources[better], pair.sources[1 - better]], {}, {})
