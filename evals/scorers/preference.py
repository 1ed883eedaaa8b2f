"""Blind preference: which source's next turn readers would rather hear, and which they would be content to have said.

Pairs and sources are read from the stored rankings; a source that nobody ranked gives no point.
"""

from evals.scorers import add, scorer
from evals.statistics import mean
from evals.types import Point, Record, Scorer

OURS = ("openai", "local", "scripted")
THEIRS = {
    "peer": "a peer's plain prompt on the same model",
    "human": "the person's real turn",
    "prototype": "the bare prototype",
}


def _over(one: str, other: str) -> Scorer:
    def points(record: Record) -> list[Point]:
        found = []
        for ranking in (record.output or {})["rankings"]:
            if {one, other} <= {*ranking["rank"]}:
                better = ranking["rank"].index(one) < ranking["rank"].index(other)
                found.append(Point(float(better), note=f"{ranking['judge']} prefers {other}" * (not better), ok=better))
        return found

    backend = one.partition(":")[2]
    doc = (
        f"On `{backend}` our next turn is preferred to {THEIRS[other]}.\n\n"
        f"rankings with {one} before {other} ÷ rankings that hold both; interval over interviews"
    )
    return Scorer(f"{backend}_over_{other}", doc, points, mean)


def _usable(source: str) -> Scorer:
    def points(record: Record) -> list[Point]:
        return [
            Point(float(ranking["usable"][source]), note=ranking["judge"], ok=ranking["usable"][source])
            for ranking in (record.output or {})["rankings"]
            if source in ranking["usable"]
        ]

    name = source.partition(":")[2] or source
    doc = (
        f"Turns of `{name}` that a judge would be content to have said.\n\n"
        "rankings that call the turn usable ÷ rankings that hold it"
    )
    return Scorer(f"{name}_usable", doc, points, mean)


for _backend in OURS:
    for _other in THEIRS:
        add(_over(f"ours:{_backend}", _other))
    add(_usable(f"ours:{_backend}"))
for _other in THEIRS:
    add(_usable(_other))


@scorer(mean)
def judges_agree(record: Record) -> list[Point]:
    """Two judges put two options in the same order.

    pairs of options in the same order ÷ pairs of options that two judges both ranked
    """
    from evals.preference.rankings import Ranking, agreement

    share = agreement([Ranking(**ranking) for ranking in (record.output or {})["rankings"]])
    return [] if share is None else [Point(share)]
