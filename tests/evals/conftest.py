"""Records to score and folders to run in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals.types import Record
from tests.evals.transcripts import transcript


@pytest.fixture
def spoken() -> Callable[..., Record]:
    """A record of one position: what was said before, and our turn."""

    def make(text: str, *before: str, kind: str = "probe", target: Any = None, **known: Any) -> Record:
        speakers = ("interviewer", "candidate")
        turns = [{"speaker": speakers[index % 2], "text": said} for index, said in enumerate(before)]
        position = {"turn": len(turns), "text": text, "kind": kind, "seconds": 0.1}
        inputs = {"transcript": {"case": "c", "level": "senior", "turns": turns}}
        output = {"positions": [position], "known": {"brief": "", "terms": [], "facts": {}, "glossary": [], **known}}
        return Record("r", "c", 0, inputs, target or {}, output)

    return make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Labelled transcripts of three cases."""
    import json

    where = tmp_path / "transcripts"
    where.mkdir()
    for case in ("one", "two", "three"):
        for reasons, verdict in enumerate(("strong_no_hire", "no_hire", "hire", "strong_hire")):
            body = transcript(case, reasons)
            body["labels"] = {
                "verdict": verdict,
                "steps": dict.fromkeys(("data_preparation", "evaluation"), reasons + 1),
            }
            (where / f"{body['id']}.json").write_text(json.dumps(body))
    return where
