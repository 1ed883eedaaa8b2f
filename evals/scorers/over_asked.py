"""Better than a model asked directly for a mark?

kappa(ours, labels) − kappa(rival, labels); the rival: the mark (1–4, less one, rounded) that the run's own model
gives when asked for one. Only with a model.
"""

from evals.scorers.marks import panel, rank, report
from evals.scorers.rivalry import kappa_gain
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    mark = (record.output or {}).get("asked")
    if mark is None:
        return []
    return [Point((rank(report(record)["verdict"]), panel(record), float(round(mark)) - 1))]


SCORER = Scorer("over_asked", __doc__ or "", points, kappa_gain)
