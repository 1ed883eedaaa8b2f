"""Stored blind rankings of next turns: which source readers would rather hear."""

from dataclasses import asdict
from typing import Any

from evals.preference import positions, rankings
from evals.scorers import named
from evals.scorers.preference import OURS, THEIRS
from evals.types import Data, Json, Sample, Suite


def ranked(data: Data) -> list[Sample]:
    """A sample a position that was ranked; its cluster is the interview."""
    places = {one.id: one for one in positions.read(positions.DATA / "positions.jsonl")}
    found: dict[str, list[Json]] = {}
    for each in rankings.read() if rankings.KEPT.exists() else []:
        found.setdefault(each.position, []).append(asdict(each))
    return [
        Sample(name, places[name].transcript, {"rankings": each}, {"unknown": places[name].unknown})
        for name, each in sorted(found.items())
    ]


def given(sample: Sample, world: Any) -> Json:
    """Nothing is run: the rankings are the output."""
    return {"rankings": sample.inputs["rankings"]}


PREFERENCE = Suite(
    "preference",
    """Next turns at the same moments of real and written interviews, ranked by judges who do not know whose they are.

    Options and rankings were made before (evals/PREFERENCE.md); intervals are over interviews. Its backend does not
    matter.
    """,
    ranked,
    given,
    named(
        *(f"{ours}_over_{other}" for ours in OURS for other in THEIRS),
        *(f"{source}_usable" for source in (*OURS, *THEIRS)),
        "judges_agree",
    ),
)
