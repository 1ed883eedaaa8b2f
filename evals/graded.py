"""Grades a transcript and its changed versions; what the suites on stability keep of each report."""

from collections.abc import Mapping
from typing import Any

from evals.types import Json
from interviewer.domain import Level
from interviewer.transcript import transcript_from


def brief(report: Json) -> Json:
    """Verdict, score, status, confidence and step scores of a report."""
    return {
        "status": report["status"],
        "verdict": report["verdict"],
        "score": report["score"],
        "confidence": report["confidence"],
        "steps": {step: body["score"] for step, body in report["steps"].items()},
        "evidence": sum(len(body["evidence"]) for body in report["steps"].values()),
    }


def grade_body(body: Json, world: Any, level: Level | None = None) -> Json:
    """The brief report of a transcript given as JSON."""
    return brief(world.grade(transcript_from(body), level))


def grade_all(bodies: Mapping[str, Json], world: Any) -> dict[str, Json]:
    """The brief report of each."""
    return {name: grade_body(body, world) for name, body in bodies.items()}


def overall(report: Json) -> float:
    """The overall score; 1 where there is none."""
    return float(report["score"]) if report["score"] is not None else 1.0
