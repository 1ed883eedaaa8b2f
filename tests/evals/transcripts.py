"""Small transcripts for the tests."""

from typing import Any


def transcript(case: str = "one", reasons: int = 1) -> dict[str, Any]:
    """An interview in which as many answers as ``reasons`` hold the word because."""
    turns: list[dict[str, Any]] = [{"speaker": "interviewer", "text": "Design it.", "at": 0}]
    for index in range(4):
        why = "because the labels are late" if index < reasons else "as one does"
        turns.append(
            {"speaker": "candidate", "text": f"I would wait {index} days {why} in {case}.", "at": 60 + index * 90}
        )
        turns.append({"speaker": "interviewer", "text": f"What about part {index}?", "at": 120 + index * 90})
    return {"id": f"{case}-{reasons}", "case": case, "level": "senior", "turns": turns}
