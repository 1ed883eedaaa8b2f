"""The data that ship: valid, unique, enough, and true to the generated schema."""

import json
from collections import Counter
from pathlib import Path

import pytest

from evals import cassette, results
from evals.gates import gates_for
from evals.recorded import OWN, read_folder
from evals.scorers import every
from evals.scorers.conduct import pattern
from evals.tasks import DATA, all_suites, read_lines
from evals.types import FILE, Data, schema_text
from interviewer import MoveKind, Step, Verdict

RESULTS = Path(results.__file__).parent / "RESULTS.md"


def test_the_published_schema_is_what_the_code_reads() -> None:
    assert FILE.read_text(encoding="utf-8") == schema_text(), "python -m evals.types writes it anew"


def test_every_shipped_transcript_fits_the_schema_and_says_how_it_was_labelled() -> None:
    from jsonschema import validate

    schema = json.loads(schema_text())
    for one in read_folder(OWN):
        validate(one.body, schema)
        if not one.labels:
            continue
        assert one.labels["verdict"] in set(Verdict), one.id
        assert one.labels.get("by"), f"{one.id}: labels.by is missing"
        for step, mark in one.labels["steps"].items():
            assert step in set(Step), one.id
            assert mark is None or 1 <= mark <= 4, one.id


@pytest.mark.parametrize("name", ["praise.txt", "summary.txt", "teaching.txt"])
def test_patterns_compile_and_do_not_match_nothing(name: str) -> None:
    assert not pattern(name).search("")
    assert not pattern(name).search("Okay. Where would the labels come from?")


def test_positions_have_known_kinds_and_unique_ids() -> None:
    lines = list(read_lines(DATA / "positions.jsonl"))
    assert max(Counter(line["id"] for line in lines).values(), default=1) == 1
    for line in lines:
        assert set(line["accept"]) | set(line.get("second") or []) <= set(MoveKind), line["id"]


def test_there_is_enough_of_everything() -> None:
    planted = list(read_lines(DATA / "planted.jsonl"))
    assert sum(line["wrong"] for line in planted) >= 40
    assert sum(not line["wrong"] for line in planted) >= 40
    assert len(list(read_lines(DATA / "facts.jsonl"))) >= 120
    queries = list(read_lines(DATA / "queries.jsonl"))
    assert len(queries) >= 150
    assert sum(not line["gold"] for line in queries) >= 20
    assert len(list(read_lines(DATA / "degenerate.jsonl"))) >= 12


def test_every_suite_and_scorer_states_what_it_is_and_its_formula() -> None:
    for suite in all_suites().values():
        assert suite.title.endswith((".", ":"))
        assert suite.about
        for scorer in suite.scorers:
            assert scorer.title.endswith((".", "?")), f"{suite.name}.{scorer.name}"
            assert len(scorer.about) > 20, f"{suite.name}.{scorer.name}"


def test_every_scorer_is_used_by_a_suite() -> None:
    used = {scorer.name for suite in all_suites().values() for scorer in suite.scorers}
    assert {scorer.name for scorer in every()} - used == set()


def test_every_suite_has_samples_of_its_own_data() -> None:
    for suite in all_suites().values():
        if suite.name not in ("real", "preference"):
            assert suite.samples(Data(fast=True)), suite.name


def test_what_is_shown_and_gated_exists() -> None:
    assert len([row for row in results.rows() if row.short]) == 6
    for suite in all_suites().values():
        for backend in results.BACKENDS:
            gates_for(suite, backend)


def test_the_results_are_what_the_references_say() -> None:
    assert not results.is_stale(RESULTS), f"interviewer eval table --write {RESULTS.name}"


@pytest.mark.parametrize("path", sorted(cassette.FOLDER.glob("*.jsonl")), ids=lambda path: path.stem)
def test_a_cassette_says_who_answered_and_holds_no_prompt(path: Path) -> None:
    found = cassette.load(path)
    assert {"answered_by", "recorded"} <= set(found.about)
    assert found.answers
    assert all(set(answer) <= {"content", "usage", "status", "error"} for answer in found.answers.values())
