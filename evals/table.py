"""The README's table of results, generated from the committed baselines; a test fails when it is stale."""

import json
from pathlib import Path

from evals.baseline import FOLDER
from evals.suites import all_suites
from evals.types import Json
from interviewer.errors import BadInput

BEGIN, END = "<!-- evals:begin -->", "<!-- evals:end -->"
GOALS = Path(__file__).parent / "goals.json"
"""Goals by suite and scorer: text such as "≥ 0.90 local, ≥ 0.85 scripted"."""


def table(name: str = "main") -> str:
    """Markdown: a row for every figure that has a goal, a column for every backend with a committed baseline."""
    goals: dict[str, dict[str, str]] = json.loads(GOALS.read_text(encoding="utf-8"))
    found = _baselines(name)
    backends = [
        backend
        for backend in ("scripted", "local", "openai")
        if any(backend in by_backend for by_backend in found.values())
    ]
    lines = [
        f"| suite | measure | goal | {' | '.join(backends)} |",
        f"|---|---|---|{'---|' * len(backends)}",
    ]
    for suite, by_scorer in goals.items():
        for scorer, goal in by_scorer.items():
            title = all_suites()[suite].scorer(scorer).title.rstrip(".").replace("|", "\\|")
            cells = [_cell(found.get(suite, {}).get(backend), scorer) for backend in backends]
            lines.append(f"| {suite} | {title} | {goal} | {' | '.join(cells)} |")
    lines += ["", *_runs(found)]
    return "\n".join(lines)


def _baselines(name: str) -> dict[str, dict[str, Json]]:
    found: dict[str, dict[str, Json]] = {}
    for path in sorted((FOLDER / name).glob("*.json")):
        suite, _, backend = path.stem.rpartition("-")
        found.setdefault(suite, {})[backend] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _cell(baseline: Json | None, scorer: str) -> str:
    figure = (baseline or {}).get("figures", {}).get(scorer)
    if not figure or figure["value"] is None:
        return "–"
    low, high = figure["low"], figure["high"]
    interval = f" [{low:.2f}, {high:.2f}]" if low is not None and high is not None else ""
    return f"{figure['value']:.2f}{interval} (n={figure['points']})"


def _runs(found: dict[str, dict[str, Json]]) -> list[str]:
    """One line a baseline: date, revision, model, data."""
    return [
        f"- `{suite}` on `{backend}`: {(run := body['run'])['started'][:10]}, revision {run['revision']}"
        + (f", {run['model']}" if run.get("model") else "")
        + (f", transcripts: {', '.join(run['data']['folders'])}" if (run.get("data") or {}).get("folders") else "")
        for suite, by_backend in sorted(found.items())
        for backend, body in by_backend.items()
    ]


def write_into(path: Path, name: str = "main") -> None:
    """Replaces what stands between the markers. Raises BadInput without markers."""
    text = path.read_text(encoding="utf-8")
    before, after = _around(path, text)
    path.write_text(f"{before}{BEGIN}\n{table(name)}\n{END}{after}", encoding="utf-8")


def is_stale(path: Path, name: str = "main") -> bool:
    """Whether the file's table is not what the committed baselines say."""
    text = path.read_text(encoding="utf-8")
    before, after = _around(path, text)
    return text != f"{before}{BEGIN}\n{table(name)}\n{END}{after}"


def _around(path: Path, text: str) -> tuple[str, str]:
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise BadInput(f"{path}: needs the markers {BEGIN} and {END}, once each")
    return text.split(BEGIN)[0], text.split(END)[1]
