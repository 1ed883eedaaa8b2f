"""Holds an interview between the interviewer and a simulated candidate, on a simulated clock."""

from typing import Any, Protocol

from evals.personas.persona import Said
from evals.types import Json
from interviewer import InterviewerError, MoveKind, Step
from interviewer.transcript import Transcript, Turn

INTERVIEWER_PACE = 150
MOST_TURNS = 400
SILENCE = 15.0
"""Seconds that a silence lasts."""


class Answers(Protocol):
    """Whoever plays the candidate."""

    persona: Any

    def answer(self, kind: MoveKind, step: Step | None) -> Said | None: ...


def hold(candidate: Answers, case: str, level: str, world: Any, minutes: float = 45) -> Json:
    """The whole interview: turns, our positions, what was planted, and whether it came to a close."""
    transcript = Transcript.model_validate({"case": case, "level": level, "minutes": minutes, "turns": []})
    positions: list[Json] = []
    about: dict[int, str] = {}
    planted: list[int] = []
    now, closed = 0.0, False
    while len(transcript.turns) < MOST_TURNS and now < minutes * 60 * 1.3:
        index = len(transcript.turns)
        try:
            reply = world.reply(transcript, now)
        except InterviewerError as error:
            positions.append({"turn": index, "error": str(error)})
            break
        turn = Turn.model_validate({**reply["turn"], "at": now})
        before = reply["transcript"].turns[:index]
        transcript = transcript.model_copy(update={"turns": [*before, turn]})
        move = turn.move
        kind, step = (move.kind, move.step) if move else (MoveKind.PROBE, None)
        position: Json = {
            "turn": index,
            "text": turn.text,
            "kind": str(kind),
            "step": step,
            "facts": turn.facts,
            "at": turn.at,
            "backend": reply["backend"],
        }
        positions.append(position)
        said = candidate.answer(kind, step)
        now += turn.words * 60 / INTERVIEWER_PACE
        if said is None:
            closed = True
            break
        now += candidate.persona.think
        if said.step:
            about[index + 1] = str(said.step)
        if said.planted:
            planted.append(index + 1)
        event = None if said.text else "silence"
        answer = Turn.model_validate({"speaker": "candidate", "text": said.text, "at": round(now, 1), "event": event})
        transcript = transcript.with_turn(answer)
        now += len(said.text.split()) * 60 / candidate.persona.pace if said.text else SILENCE
    turns = [_plain(turn) for turn in transcript.turns]
    return {
        "turns": turns,
        "positions": positions,
        "about": about,
        "planted": planted,
        "closed": closed,
        "ended": round(now, 1),
        "minutes": minutes,
    }


def _plain(turn: Turn) -> Json:
    body: Json = {"speaker": turn.speaker, "text": turn.text, "at": turn.at}
    if turn.move:
        body["move"] = turn.move.model_dump(mode="json", exclude_none=True)
    if turn.event:
        body["event"] = turn.event
    if turn.facts:
        body["facts"] = turn.facts
    return body
