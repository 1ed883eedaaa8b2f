"""Judges' answers read back, and what they say: preference, use and faults by source, with intervals by interview."""

import itertools
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from evals.log import Log
from evals.preference.positions import DATA, Position, rows
from evals.preference.sheets import FAULTS, VIRTUES
from evals.statistics import Estimate, bootstrap, mean
from evals.types import Json
from interviewer import BadInput
from interviewer.transcript import Transcript, transcript_from

KEPT = DATA / "rankings.jsonl"


@dataclass(frozen=True)
class Ranking:
    """One judge's answer at one position; sources, not letters."""

    position: str
    judge: str
    rank: list[str]
    """Sources, best first."""
    usable: dict[str, bool]
    tags: dict[str, list[str]]
    why: str = ""


def collect(work: Path, name: str) -> tuple[list[Ranking], list[str]]:
    """The filled forms of all judges under a name, and the positions not judged yet. Raises BadInput."""
    found, waiting = [], []
    for key_file in sorted((work / "keys").glob(f"{name}.*.json")):
        judge = key_file.stem.removeprefix(f"{name}.")
        key = json.loads(key_file.read_text(encoding="utf-8"))
        for form in sorted((work / "sheets" / f"{name}.{judge}").glob("*.answers.json")):
            for row in _rows(form):
                if not row.get("rank"):
                    waiting.append(f"{judge} {row.get('position')}")
                    continue
                found.append(_ranking(row, judge, key, form))
    if not found and not waiting:
        raise BadInput(f"{work}: no sheets called '{name}'; write them with 'interviewer eval preference sheets'")
    return found, waiting


def _rows(form: Path) -> list[Json]:
    try:
        rows = json.loads(form.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadInput(f"{form}: not JSON ({error})") from error
    if not isinstance(rows, list):
        raise BadInput(f"{form}: must be a list of answers")
    return rows


def _ranking(row: Json, judge: str, key: dict[str, dict[str, str]], form: Path) -> Ranking:
    where = f"{form}: {row.get('position')}"
    letters = key.get(str(row.get("position")))
    if letters is None:
        raise BadInput(f"{where}: no such position on this sheet")
    if sorted(row["rank"]) != sorted(letters):
        raise BadInput(f"{where}: rank must hold each of {', '.join(letters)} once")
    usable = row.get("usable") or {}
    if any(not isinstance(usable.get(letter), bool) for letter in letters):
        raise BadInput(f"{where}: usable must be true or false for each of {', '.join(letters)}")
    tags = row.get("tags") or {}
    known = FAULTS | VIRTUES
    return Ranking(
        row["position"],
        judge,
        [letters[letter] for letter in row["rank"]],
        {source: usable[letter] for letter, source in letters.items()},
        {source: [tag for tag in tags.get(letter, []) if tag in known] for letter, source in letters.items()},
        str(row.get("why", "")),
    )


def preferred(rankings: Iterable[Ranking], one: str, other: str, clusters: dict[str, str]) -> Estimate:
    """Share of rankings with ``one`` before ``other``; interval over interviews."""
    values = _by_interview(
        (
            (each, float(each.rank.index(one) < each.rank.index(other)))
            for each in rankings
            if {one, other} <= {*each.rank}
        ),
        clusters,
    )
    return bootstrap(values, mean)


def usable(rankings: Iterable[Ranking], source: str, clusters: dict[str, str]) -> Estimate:
    """Share of rankings whose judge would be content to have said the source's turn."""
    return bootstrap(
        _by_interview(((each, float(each.usable[source])) for each in rankings if source in each.usable), clusters),
        mean,
    )


def mean_rank(rankings: Iterable[Ranking], source: str, clusters: dict[str, str]) -> Estimate:
    """Mean place, 1 the best."""
    return bootstrap(
        _by_interview(((each, each.rank.index(source) + 1.0) for each in rankings if source in each.rank), clusters),
        mean,
    )


def _by_interview(
    scored: Iterable[tuple[Ranking, float]], clusters: dict[str, str]
) -> dict[str, dict[str, list[float]]]:
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for each, value in scored:
        found[clusters[each.position]][each.position].append(value)
    return found


def summary(rankings: Sequence[Ranking], positions: Sequence[Position]) -> Json:
    """Every figure, over all positions and by group (real, written, known and unknown problems)."""
    clusters = {position.id: position.transcript for position in positions}
    places = {one.id: one for one in positions}
    if missing := [each.position for each in rankings if each.position not in places]:
        raise BadInput(f"ranked, but no such position: {missing[0]}")
    groups = {
        "all": rankings,
        "real": [each for each in rankings if places[each.position].group == "real"],
        "written": [each for each in rankings if places[each.position].group == "written"],
        "unknown": [each for each in rankings if places[each.position].unknown],
    }
    return {name: _figures(chosen, clusters) for name, chosen in groups.items() if chosen}


def _figures(rankings: Sequence[Ranking], clusters: dict[str, str]) -> Json:
    sources = sorted({source for each in rankings for source in each.rank})
    return {
        "rankings": len(rankings),
        "positions": len({each.position for each in rankings}),
        "judges": sorted({each.judge for each in rankings}),
        "agreement": agreement(rankings),
        "sources": {
            source: {
                "mean_rank": asdict(mean_rank(rankings, source, clusters)),
                "usable": asdict(usable(rankings, source, clusters)),
                "tags": dict(Counter(tag for each in rankings for tag in each.tags.get(source, [])).most_common()),
            }
            for source in sources
        },
        "preferred": {
            f"{one} > {other}": asdict(preferred(rankings, one, other, clusters))
            for one, other in itertools.permutations(sources, 2)
        },
    }


def agreement(rankings: Sequence[Ranking]) -> float | None:
    """Share of pairs of options that two judges of the same position put in the same order."""
    of_position: dict[str, list[Ranking]] = defaultdict(list)
    for each in rankings:
        of_position[each.position].append(each)
    same = [
        (one.rank.index(first) < one.rank.index(last)) == (other.rank.index(first) < other.rank.index(last))
        for several in of_position.values()
        for one, other in itertools.combinations(several, 2)
        for first, last in itertools.combinations(sorted({*one.rank} & {*other.rank}), 2)
    ]
    return sum(same) / len(same) if same else None


def keep(rankings: Sequence[Ranking], path: Path = KEPT) -> int:
    """Adds rankings to the kept ones, without the judges' free words (they may quote the recording)."""
    old = {(each.position, each.judge): each for each in read(path)} if path.exists() else {}
    every = {**old, **{(each.position, each.judge): each for each in rankings}}
    lines = [json.dumps({**asdict(each), "why": ""}) for _, each in sorted(every.items())]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(every)


def read(path: Path = KEPT) -> list[Ranking]:
    """Kept rankings. Raises BadInput."""
    return rows(Ranking, path)


# -- pairs -----------------------------------------------------------------------------------------------
# Two next turns at one moment, to be chosen between blind: the recorded one, and what a run of ``conduct`` said.
#
# drawn = draw(pairs(log), judged)           options in an order that tells nothing
# answered(drawn, better=0, judge="me")      a ``Ranking`` like any other judge's


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
