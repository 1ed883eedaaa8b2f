"""The table of results, generated from the committed references; a test fails when RESULTS.md is stale.

``goals.yaml`` says which figures are shown, in which part, with which goal, and which of them the README shows too.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from evals.reference import FOLDER
from evals.tasks import all_suites
from evals.types import Json
from interviewer import BadInput

BEGIN, END = "<!-- evals:begin -->", "<!-- evals:end -->"
GOALS = Path(__file__).parent / "goals.yaml"
BACKENDS = ("scripted", "local", "openai")


@dataclass(frozen=True)
class Row:
    """A figure that is shown."""

    suite: str
    scorer: str
    goal: str
    part: str
    short: bool


def rows() -> list[Row]:
    """The figures in their order. Raises BadInput where one does not exist."""
    found = []
    for part, suites in yaml.safe_load(GOALS.read_text(encoding="utf-8")).items():
        for suite, scorers in suites.items():
            known = {scorer.name for scorer in all_suites()[suite].scorers} if suite in all_suites() else set()
            for name, goal in scorers.items():
                if name not in known:
                    raise BadInput(f"{GOALS}: {part}: no figure '{suite}.{name}'")
                found.append(Row(suite, name, str(goal).removesuffix(" *"), part, str(goal).endswith(" *")))
    return found


def table(name: str = "main", short: bool = False) -> str:
    """Markdown: a table a part, a row a figure, a column for every backend with a committed reference."""
    found = _references(name)
    chosen = [row for row in rows() if row.short or not short]
    if short:
        return "\n".join(_short(chosen, found))
    lines: list[str] = []
    for part in dict.fromkeys(row.part for row in chosen):
        lines += [f"### {part}", "", *_table([row for row in chosen if row.part == part], found), ""]
    return "\n".join([*lines, "### The runs", "", *_runs(found)])


def _table(chosen: list[Row], found: dict[str, dict[str, Json]]) -> list[str]:
    backends = [one for one in BACKENDS if any(one in found.get(row.suite, {}) for row in chosen)] or ["scripted"]
    # Rankings are stored: the backend that a figure is about stands in its name.
    heads = ["measured"] if {row.suite for row in chosen} == {"preference"} else backends
    lines = [f"| suite | measure | goal | {' | '.join(heads)} |", f"|---|---|---|{'---|' * len(backends)}"]
    for row in chosen:
        cells = [_cell(found.get(row.suite, {}).get(backend), row.scorer) for backend in backends]
        lines.append(f"| {row.suite} | {_title(row)} | {row.goal} | {' | '.join(cells)} |")
    return lines


def _short(chosen: list[Row], found: dict[str, dict[str, Json]]) -> list[str]:
    """A figure each, of the best backend that has one, and whether the goal is reached."""
    lines = ["| measure | goal | measured | |", "|---|---|---|---|"]
    for row in chosen:
        references = (found.get(row.suite, {}).get(backend) for backend in reversed(BACKENDS))
        best = next((one for one in references if _cell(one, row.scorer) != "–"), None)
        lines.append(f"| {_title(row)} | {row.goal} | {_cell(best, row.scorer, 3)} | {_reached(best, row)} |")
    return lines


def _title(row: Row) -> str:
    return all_suites()[row.suite].scorer(row.scorer).title.rstrip(".").replace("|", "\\|")


def _reached(reference: Json | None, row: Row) -> str:
    """What the figure, not rounded, says of its goal."""
    wanted = re.fullmatch(r"([≥≤]) ([\d.]+)", row.goal)
    if reference is None or wanted is None:
        return ""
    value, bound = float(reference["figures"][row.scorer]["value"]), float(wanted[2])
    return "reached" if (value >= bound if wanted[1] == "≥" else value <= bound) else "missed"


def _references(name: str) -> dict[str, dict[str, Json]]:
    found: dict[str, dict[str, Json]] = {}
    for path in sorted((FOLDER / name).glob("*.json")):
        suite, _, backend = path.stem.rpartition("-")
        found.setdefault(suite, {})[backend] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _cell(reference: Json | None, scorer: str, digits: int = 2) -> str:
    figure = (reference or {}).get("figures", {}).get(scorer)
    if not figure or figure["value"] is None:
        return "–"
    low, high = figure["low"], figure["high"]
    interval = f" [{low:.2f}, {high:.2f}]" if low is not None and high is not None else ""
    return f"{figure['value']:.{digits}f}{interval} (n={figure['points']})"


def _runs(found: dict[str, dict[str, Json]]) -> list[str]:
    """One line a reference: date, revision, model, data."""
    return [
        f"- `{suite}` on `{backend}`: {(run := body['run'])['started'][:10]}, revision {run['revision']}"
        + (f", {run['model']}" if run.get("model") else "")
        + (f", transcripts: {', '.join(run['data']['folders'])}" if (run.get("data") or {}).get("folders") else "")
        for suite, by_backend in sorted(found.items())
        for backend, body in by_backend.items()
    ]


def write_into(path: Path, name: str = "main", short: bool = False) -> None:
    """Replaces what stands between the markers. Raises BadInput without markers."""
    path.write_text(_written(path, name, short), encoding="utf-8")


def is_stale(path: Path, name: str = "main", short: bool = False) -> bool:
    """Whether the file's table is not what the committed references say."""
    return path.read_text(encoding="utf-8") != _written(path, name, short)


def _written(path: Path, name: str, short: bool) -> str:
    text = path.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise BadInput(f"{path}: needs the markers {BEGIN} and {END}, once each")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    return f"{before}{BEGIN}\n{table(name, short)}\n{END}{after}"
