"""A small app for the tests: the real pages and storage, with an interviewer that does what it is told.

``python stand_in.py`` serves it. What the candidate says steers it: "slowly" lets it take its time between words,
"thinks" before the first, "read slowly" and "read for long" over the report; "break" lets it fail, "last words" lets it
ask for them, "end" ends the interview. Of talk that has "unjudged" the report judges nothing, unless STAND_IN_JUDGES is
set: then there is a model that can.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from interviewer import Help, Level, ModelError, MoveKind, Step, Verdict
from interviewer.grading.report import Evidence, GradedBy, Report, StepReport, StepTime
from interviewer.interview.state import State
from interviewer.knowledge.schema import Case, FrameworkNote, Signal
from interviewer.models.base import ModelChain
from interviewer.transcript import Heard, Move, Transcript, Turn


def signal(id_: str, topic: str) -> Signal:
    """A signal of which only the id and the topic matter."""
    return Signal.model_construct(
        id=id_, topic=topic, text=f"shows {topic}", level=Level.MID, strong=f"The best on {topic}.", study=[]
    )


TOPICS = {step: f"the subject of {step.label.lower()}" for step in Step}


class StandInLibrary:
    """Two cases; every step has one signal that is heard when its name is said, and one that never is."""

    version = "stand-in"

    def __init__(self) -> None:
        self.framework = {step: FrameworkNote.model_construct(step=step, minutes=6.0) for step in Step}
        self.topics: dict[str, Any] = {}
        self.cases = {
            slug: Case.model_construct(
                slug=slug,
                title=title,
                trains=list(Step)[:3],
                summary=f"Design {title.lower()} for a large service.",
                keywords=[title],
                brief=f"Please design {title.lower()}.",
                trade_offs=[],
                pushbacks=[],
                glossary=[],
            )
            for slug, title in (
                ("video-recommendation", "Video recommendation"),
                ("fraud-detection", "Fraud detection"),
            )
        }

    def case(self, slug: str) -> Case | None:
        """The case, or None."""
        return self.cases.get(slug)

    def red_flags(self, slug: str) -> list[Any]:
        """None."""
        return []

    def signals(self, slug: str) -> dict[Step, list[Signal]]:
        """Per step its two signals."""
        return {
            step: [
                signal(step.value.replace("_", "-"), TOPICS[step]),
                signal(f"never-{step.value}", "a secret subject"),
            ]
            for step in Step
        }


@dataclass(frozen=True)
class Reply:
    """What the interviewer's last yield is."""

    turn: Turn
    transcript: Transcript
    state: State
    backend: str
    warnings: list[str]


class StandIn:
    """The interviewer."""

    def warm(self, case: str) -> None:
        """Is always ready."""

    def reply(self, transcript: Transcript, at: float) -> Iterator[Any]:
        """Says how many turns there were, or what it was steered to."""
        last = transcript.turns[-1] if transcript.turns else Turn(speaker="interviewer", text="")
        if "break" in last.text:
            raise ModelError("the model said nothing for 30 s; try again")
        kind = MoveKind.PROBE
        if not transcript.turns:
            kind, text = MoveKind.OPEN, "Let us design video recommendation for a large service. Where would you start?"
        elif last.event == "end" or last.text == "end":
            kind, text = MoveKind.CLOSE, "Thank you, that is all from my side."
        elif last.text == "last words":
            kind, text = MoveKind.WRAP_UP, "We are nearly out of time. Is there anything you would add or correct?"
        elif last.event == "hint":
            kind, text = MoveKind.HINT, "Think about who labels this, and when."
        elif last.event == "pause":
            kind, text = MoveKind.LET_GO_ON, "Take your time."
        else:
            text = (
                f"You have spoken {len(transcript.candidate_turns())} times. What happens when traffic grows tenfold?"
            )
        for word in text.split(" "):
            if "slowly" in last.text:
                time.sleep(0.3)
            elif "thinks" in last.text and word == text.split(" ")[0]:
                time.sleep(3)
            yield word + " "
        move = Move(kind=kind, step=Step.EVALUATE if kind is MoveKind.PROBE else None)
        turn = Turn(speaker="interviewer", text=text, at=at, move=move, backend="scripted")
        heard = transcript.model_copy(update={"turns": [listen(turn_) for turn_ in transcript.turns]})
        after = heard.with_turn(turn)
        yield Reply(turn, after, self.state(after, at), "scripted", [])

    def state(self, transcript: Transcript, at: float) -> State:
        """Covered is what was heard."""
        covered: dict[Step, list[str]] = {}
        for turn in transcript.turns:
            for heard in turn.heard or ():
                if heard.step:
                    covered.setdefault(heard.step, []).append(heard.id)
        moves = [turn.move.kind for turn in transcript.turns if turn.move]
        return State(
            step=list(covered)[-1] if covered else Step.CLARIFY,
            covered=covered,
            touched=set(covered),
            spoken_about=set(covered),
            elapsed=at,
            closed=MoveKind.CLOSE in moves,
        )


def listen(turn: Turn) -> Turn:
    """Hears a step's signal when the step's first word is said."""
    if turn.speaker == "interviewer" or turn.heard is not None:
        return turn
    found = []
    for step in Step:
        word = step.value.split("_")[0]
        if word in turn.text.lower():
            at = turn.text.lower().index(word)
            quote = turn.text[at : at + len(word)]
            found.append(Heard(kind="signal", id=step.value.replace("_", "-"), quote=quote, step=step))
    return turn.model_copy(update={"heard": found})


def grade(
    transcript: Transcript,
    knowledge: Any,
    chain: ModelChain,
    level: Level | None = None,
    progress: Any = None,
    early: Any = None,
) -> Report:
    """A report with the first words of each candidate turn as evidence; "improved" raises the mark of evaluation, and
    who speaks of "songs" is judged by another problem."""
    spoken = transcript.candidate_turns()
    if any("unjudged" in turn.text for _, turn in spoken) and not chain.models:
        none = {step: StepReport(status="insufficient_evidence", comment="As heard.") for step in Step}
        return Report(
            case=transcript.case,
            level=level or transcript.level,
            status="not_judged",
            verdict=None,
            confidence=0,
            steps=none,
            summary="Nobody judged this.",
            graded_by=GradedBy(backend="scripted"),
        )
    more = 0.5 * any("improved" in turn.text for _, turn in spoken)
    slow = {"read slowly": 0.6, "read for long": 4.0}
    for done in range(4):
        progress(done / 4, "Judging the steps")
        time.sleep(max((slow[word] for word in slow for _, turn in spoken if word in turn.text), default=0.05))
    steps = {}
    for number, step in enumerate(Step):
        evidence = [
            Evidence(signal="said", quote=turn.text[:80], turn=index, help=Help.UNPROMPTED, sign="+")
            for index, turn in spoken[number : number + 1]
        ]
        score = 2.0 + number / 4 + (more if step is Step.EVALUATE else 0)
        steps[step] = StepReport(status="assessed", score=score, comment="As heard.", evidence=evidence)
    songs = any("songs" in turn.text for _, turn in spoken)
    return Report(
        case=transcript.case,
        title="The next song of a playlist" if songs else "",
        judged_as="unknown" if songs else None,
        level=level or transcript.level,
        status="assessed",
        verdict=Verdict.HIRE,
        confidence=0.6,
        score=2.8 + more / 5,
        bar={"hire": 2.85},
        steps=steps,
        time={step: StepTime(used=60, budget=300) for step in Step},
        summary="A stand-in's report.",
        graded_by=GradedBy(backend="scripted"),
    )


class Judge:
    """A model that can judge, as far as the pages ask."""

    backend, name, capable = "openai", "stand-in", True

    def close(self) -> None:
        """Has nothing to close."""


def engine() -> Any:
    """What answers and grades."""
    from interviewer.web import Engine

    models: Any = (Judge(),) if os.environ.get("STAND_IN_JUDGES") else ()
    return Engine(StandIn(), ModelChain(models), grade)


if __name__ == "__main__":
    from interviewer.config import load
    from interviewer.web.server import serve

    knowledge: Any = StandInLibrary()
    serve(load(), knowledge, engine)
