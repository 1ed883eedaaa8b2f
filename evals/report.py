"""The HTML report of finished runs: self-contained; opens on what changed, then gates, figures and failing positions.

Everything that a transcript or a model said is escaped by the template engine.
"""

import difflib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from evals.changes import timeless
from evals.log import Log
from evals.runner import Finished
from evals.scoring import failures
from evals.terminal import ARROW, changed, interval, number
from evals.types import Json, Record

TEMPLATE = Path(__file__).parent / "pages" / "report.html"
CONTEXT = 3
"""Turns shown before a failing position."""
SHOWN = 40


def to_html(finished: Sequence[Finished], before: Log | None = None) -> str:
    """The page; ``before`` is the older run of a comparison and adds a diff of the turns."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(runs=[_run(done, before) for done in finished])


def _run(done: Finished, before: Log | None) -> Json:
    rows = [_row(done, scorer.name) for scorer in done.suite.scorers]
    moved = [row for row in rows if row["change"].count("*")]
    return {
        "title": f"{done.suite.name} on {done.log.run['backend']}",
        "about": done.suite.title,
        "facts": _facts(done.log.run),
        "passed": done.passed,
        "gates": [outcome.to_json() for outcome in done.outcomes],
        "compared": bool(done.changes),
        "rows": rows,
        "moved": moved,
        "failed": done.scores["failed"] if done.log.scores else [],
        "failing": [_failing(done, scorer.name) for scorer in done.suite.scorers],
        "diffs": _diffs(before, done.log) if before else [],
    }


def _facts(run: Json) -> dict[str, str]:
    wanted = ("model", "model_sha256", "revision", "started", "knowledge", "code", "samples", "epochs")
    return {name: str(run[name]) for name in wanted if run.get(name)}


def _row(done: Finished, name: str) -> Json:
    scorer = done.suite.scorer(name)
    figure: dict[str, Any] = (done.log.scores or {}).get("figures", {}).get(name) or {}
    return {
        "name": name,
        "arrow": ARROW[scorer.better],
        "title": scorer.title,
        "about": scorer.about,
        "value": number(figure.get("value")),
        "interval": interval(figure.get("low"), figure.get("high")),
        "points": figure.get("points", 0),
        "clusters": figure.get("clusters", 0),
        "unscored": figure.get("unscored", 0),
        "change": changed(done.changes.get(name)),
    }


def _failing(done: Finished, name: str) -> Json:
    scorer = done.suite.scorer(name)
    found = failures(scorer, done.log.records)
    records = {(record.id, record.epoch): record for record in done.log.records}
    return {
        "name": name,
        "count": len(found),
        "shown": [
            {**one, "context": _context(records[one["record"], one["epoch"]], one["turn"])} for one in found[:SHOWN]
        ],
    }


def _context(record: Record, turn: int | None) -> list[Json]:
    """The turns before a position and what we said there."""
    turns = record.inputs.get("transcript", {}).get("turns", [])
    if (record.output or {}).get("turns"):
        turns = (record.output or {})["turns"]
    if turn is None:
        return []
    shown = [
        {"index": index, "speaker": turns[index]["speaker"], "text": turns[index]["text"], "ours": False}
        for index in range(max(0, turn - CONTEXT), min(turn, len(turns)))
    ]
    ours = next((one for one in (record.output or {}).get("positions", []) if one["turn"] == turn), None)
    if ours:
        text = ours.get("text") or ours.get("error", "")
        shown.append({"index": turn, "speaker": f"ours ({ours.get('kind', 'failed')})", "text": text, "ours": True})
    elif turn < len(turns):
        shown.append({"index": turn, "speaker": turns[turn]["speaker"], "text": turns[turn]["text"], "ours": True})
    return shown


def _lines(record: Record) -> list[str]:
    """A record's output as lines that can be compared."""
    output = record.output or {"error": record.error}
    if "positions" in output:
        return [
            f"{one['turn']:>3} [{one.get('kind')}] {one.get('text') or one.get('error')}" for one in output["positions"]
        ]
    if "turns" in output:
        return [f"{turn['speaker']}: {turn['text']}" for turn in output["turns"]]
    return json.dumps(timeless(output), indent=1, ensure_ascii=False).splitlines()


def _diffs(before: Log, after: Log) -> list[Json]:
    """Per record whose output changed, the changed lines with one line around them."""
    old = {(record.id, record.epoch): record for record in before.records}
    found = []
    for record in after.records:
        past = old.get((record.id, record.epoch))
        if past is None:
            continue
        lines = [
            {"kind": {"+": "added", "-": "removed", "@": "gap"}.get(line[0], "same"), "text": line}
            for line in difflib.unified_diff(_lines(past), _lines(record), lineterm="", n=1)
            if not re.match(r"^(?:\+\+\+|---)", line)
        ]
        if lines:
            found.append({"record": record.id, "lines": lines[:400]})
    return found[: SHOWN * 2]


# -- junit -----------------------------------------------------------------------------------------------
# JUnit XML of finished runs: a test suite a run, a test case a gate and one a figure that has no gate.


def to_junit(finished: Sequence[Finished]) -> str:
    """XML that CI systems show."""
    root = ElementTree.Element("testsuites")
    for done in finished:
        name = f"{done.suite.name}-{done.log.run['backend']}"
        failed = sum(not outcome.passed for outcome in done.outcomes)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=name,
            tests=str(len(done.outcomes)),
            failures=str(failed),
            errors=str(len(done.scores["failed"])),
            time=str(done.scores["seconds"]),
        )
        for outcome in done.outcomes:
            case = ElementTree.SubElement(suite, "testcase", classname=f"evals.{name}", name=outcome.gate)
            if not outcome.passed:
                ElementTree.SubElement(case, "failure", message=outcome.text)
        for lost in done.scores["failed"]:
            case = ElementTree.SubElement(suite, "testcase", classname=f"evals.{name}", name=_clean(lost["record"]))
            ElementTree.SubElement(case, "error", message=_clean(lost["error"]))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _clean(text: str) -> str:
    """Without characters that XML forbids."""
    return "".join(char if char in "\t\n\r" or ord(char) >= 32 else "\ufffd" for char in text)
