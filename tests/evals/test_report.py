"""The report: self-contained, escaped, opens on what changed, failing positions in their context, a diff of turns."""

import copy
from dataclasses import replace
from pathlib import Path

import pytest

from evals.changes import comparison
from evals.log import Log
from evals.report import to_html
from evals.results import BEGIN, END, is_stale, table, write_into
from evals.runner import Finished, Order, run_suite
from evals.types import Data
from interviewer import BadInput

EVIL = "<script>alert(1)</script> Why & how? And who?"


@pytest.fixture
def done(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Finished:
    monkeypatch.setattr("evals.tasks.conduct.labelled_positions", lambda bodies: [])
    monkeypatch.setattr("evals.tasks.conduct.planted", list)
    world = "tests.evals.fake_world:open_fake"
    return run_suite(Order("conduct", data=Data((str(folder),), limit=2), runs=tmp_path / "runs", world=world))


def changed(done: Finished) -> Log:
    """The same run with one of our turns turned bad."""
    records = list(done.log.records)
    output = copy.deepcopy(records[0].output)
    assert output
    output["positions"][2]["text"] = EVIL
    records[0] = replace(records[0], output=output)
    return Log(done.log.path, done.log.run, records, done.log.scores)


def test_a_failing_turn_is_shown_escaped_in_its_context(done: Finished) -> None:
    page = to_html([Finished(done.suite, changed(done))])
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Why &amp; how?" in page
    assert "because the labels are late" in page or "as one does" in page
    assert "src=" not in page


def test_a_comparison_opens_on_what_changed_and_diffs_the_turns(done: Finished) -> None:
    after = changed(done)
    found = comparison(done.suite, done.log, after)
    assert found.differing == [after.records[0].id]
    change = found.changes["one_question"].value
    assert change is not None
    assert change < 0
    page = to_html([Finished(done.suite, after, found.changes)], done.log)
    assert page.index("What changed") < page.index("Figures")
    assert '<span class="added">+' in page
    assert '<span class="removed">-' in page


def test_nothing_changed_says_so(done: Finished) -> None:
    found = comparison(done.suite, done.log, done.log)
    assert found.differing == []
    assert "No figure moved" in to_html([Finished(done.suite, done.log, found.changes)])


def test_the_table_is_written_between_its_markers_and_stale_when_edited(tmp_path: Path) -> None:
    page = tmp_path / "RESULTS.md"
    page.write_text(f"# Us\n{BEGIN}\nold\n{END}\nmore\n")
    assert is_stale(page)
    write_into(page)
    assert not is_stale(page)
    assert page.read_text().startswith("# Us\n")
    assert page.read_text().endswith("more\n")
    assert table(short=True).startswith("| measure | goal | measured | |")
    assert "### The runs" in table()


def test_a_page_without_markers_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "RESULTS.md"
    page.write_text("# Us\n")
    with pytest.raises(BadInput, match="markers"):
        write_into(page)
