"""What a run says on a terminal: a progress bar with time left, a table of figures, the gates."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from evals.runner import Finished
from evals.runner import Progress as Report
from evals.statistics import Estimate
from evals.types import Record

ENOUGH_POINTS = 10
ARROW = {"higher": "↑", "lower": "↓", "zero": "→0"}


@contextmanager
def progress_bar(console: Console, title: str) -> Iterator[Report]:
    """A bar on the console; failed samples are said at once."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console) as bar:
        task = bar.add_task(title, visible=False)

        def report(done: int, total: int, record: Record | None) -> None:
            bar.update(task, completed=done, total=total, visible=True)
            if record and record.error:
                bar.console.print(f"[red]{record.id}: {record.error}", highlight=False)

        yield report


def number(value: float | None) -> str:
    """A figure in three digits, or a dash."""
    return "–" if value is None else f"{value:.3f}"


def interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"[{low:.2f}, {high:.2f}]"


def changed(change: Estimate | None) -> str:
    """The change with its interval; a star where the interval leaves out zero and there is enough to draw one from."""
    if change is None or change.value is None:
        return ""
    clear = change.low is not None and change.high is not None and (change.low > 0 or change.high < 0)
    clear = clear and change.points >= ENOUGH_POINTS and change.clusters > 1
    return f"{change.value:+.3f}{'*' if clear else ''} {interval(change.low, change.high)}"


def print_run(console: Console, done: Finished) -> None:
    """The table of a run, its failures and its gates."""
    run, scores = done.log.run, done.scores
    title = f"{done.suite.name} on {run['backend']}" + (f" ({run['model']})" if run.get("model") else "")
    table = Table(title=title, box=SIMPLE_HEAD, pad_edge=False, title_justify="left")
    for name in ("measure", "figure [95 %]", "n"):
        table.add_column(name, justify="left" if name == "measure" else "right", no_wrap=name != "n")
    if done.changes:
        table.add_column("change [95 %]", no_wrap=True)
    if run.get("epochs", 1) > 1:
        table.add_column("pass all")
    for scorer in done.suite.scorers:
        figure: dict[str, Any] = scores["figures"][scorer.name]
        row = [
            f"{scorer.name} {ARROW[scorer.better]}",
            f"{number(figure['value'])} {interval(figure['low'], figure['high']):>14}",
            f"{figure['points']}" + (f" ({figure['unscored']} unscored)" if figure["unscored"] else ""),
        ]
        if done.changes:
            row.append(changed(done.changes.get(scorer.name)))
        if run.get("epochs", 1) > 1:
            row.append(number(figure.get("pass_all")))
        table.add_row(*row)
    console.print(table)
    cases = len({record.case for record in done.log.records})
    console.print(f"{scores['records']} records of {cases} cases, {scores['seconds']:.0f} s of work")
    for outcome in done.outcomes:
        colour = "green" if outcome.passed else "red"
        word = "passed" if outcome.passed else "FAILED"
        console.print(f"[{colour}]gate {outcome.gate}: {word}[/] ({outcome.text})", highlight=False)
