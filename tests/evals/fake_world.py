"""A world without a product: a polite interviewer and a grader that counts reasons. Workers open it by name."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

from evals.types import Json
from interviewer import Level, ModelError, Step, Verdict
from interviewer.transcript import Transcript, Turn


class FakeWorld:
    """Deterministic; ``fail_on`` names a case whose replies and grades fail."""

    def __init__(self, fail_on: str = "", **ignored: Any):
        self.fail_on = fail_on
        self.knowledge = SimpleNamespace(cases={})
        self.identity: Json = {"backend": "scripted", "model": None, "prompts": {}, "knowledge": "fake"}

    def reply(self, transcript: Transcript, at: float | None = None) -> Json:
        if transcript.case == self.fail_on:
            raise ModelError("the fake model is out")
        turns = transcript.turns
        last = turns[-1].text if turns else ""
        kind = "open" if not turns else "close" if (at or 0) > 2600 else "probe"
        if any(turn.move and turn.move.kind == "close" for turn in turns):
            kind = "close"
        words = " ".join(last.split()[:3])
        text = {"open": "Design it.", "close": "We stop here."}.get(kind, f"Why {words or 'that'}?")
        turn = {"speaker": "interviewer", "text": text, "move": {"kind": kind, "step": None}, "at": at}
        said = Turn.model_validate(turn)
        return {
            "turn": turn,
            "transcript": transcript.with_turn(said),
            "state": {"step": None, "covered": {}, "hints": 0, "elapsed": at},
            "backend": "scripted",
            "warnings": [],
            "rejected": [],
        }

    def grade(self, transcript: Transcript, level: Level | None = None) -> Json:
        if transcript.case == self.fail_on:
            raise ModelError("the fake model is out")
        counts = Counter(word for _, turn in transcript.candidate_turns() for word in set(turn.text.lower().split()))
        rank = min(3, counts["because"])
        step: Json = {"status": "assessed", "score": float(rank + 1), "comment": "", "evidence": [], "missing": []}
        return {
            "case": transcript.case,
            "level": str(level or transcript.level),
            "status": "assessed",
            "verdict": str(list(Verdict)[rank]),
            "confidence": 0.5,
            "score": float(rank + 1),
            "steps": {str(one): step for one in Step},
            "red_flags": [],
            "trade_offs": [],
            "time": {},
            "warnings": [],
        }

    def knows(self, case: str) -> Json:
        return {"brief": "Design it.", "terms": ["logq"], "facts": {}, "glossary": [], "budgets": {}}

    def hears(self, case: str, text: str) -> list[Json]:
        return [{"kind": "question", "id": "latency"}] if "fast" in text else []

    def search(self, query: str) -> Json:
        return {"found": ["calibration"], "relevant": "score" in query, "best": 0.5}

    def close(self) -> None: ...


def open_fake(model: str = "scripted", prompts: str | None = None, **ignored: Any) -> FakeWorld:
    """The opener that worker processes call."""
    return FakeWorld()


def open_broken(model: str = "scripted", prompts: str | None = None, **ignored: Any) -> FakeWorld:
    """A world whose model is out for one case."""
    return FakeWorld(fail_on="one")
