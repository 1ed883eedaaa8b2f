"""The command line of the evals: ``interviewer eval list | run | score | compare | import | table | schema``.

Exit 0: done and every gate passed; 1: a gate failed; 2: bad input; 3: could not run (a model is not there).
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from evals.preference.cli import app as preference
from interviewer import BadInput, InterviewerError

app = typer.Typer(
    help="The evals: the interviewer and the grader measured on recorded transcripts.", no_args_is_help=True
)
Models = Annotated[list[str] | None, typer.Option("--model", help="Backend or model; twice or more: side by side.")]
Runs = Annotated[Path, typer.Option("--runs", help="Folder of the logs.")]

app.add_typer(preference, name="preference")

FAST = ("conduct", "interviews", "claims", "injection", "degenerate", "red_flags", "facts", "asked", "retrieval")
"""What runs on every change, each in its fixed smaller selection, in under three minutes on two cores."""
NEEDS_MORE = ("real", "grading-llm", "injection-llm", "levels-llm", "stability", "levels")
"""What 'all' leaves out: a folder of recordings, or a backend that gives verdicts."""


@app.command("list")
def eval_list(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """The suites with their scorers and formulas."""
    from evals.gates import gates_for
    from evals.tasks import all_suites

    if as_json:
        _print_json(
            {
                suite.name: {
                    "about": suite.doc.strip(),
                    "scorers": {
                        one.name: {"title": one.title, "formula": one.about, "better": one.better}
                        for one in suite.scorers
                    },
                    "gates": [vars(gate) for gate in gates_for(suite, "scripted")],
                }
                for suite in all_suites().values()
            }
        )
        return
    console = Console(soft_wrap=True, highlight=False)
    for suite in all_suites().values():
        console.print(f"[bold]{suite.name}[/]  {suite.title} {' '.join(suite.about.split())}")
        for scorer in suite.scorers:
            console.print(f"  [cyan]{scorer.name}[/] ({scorer.better} is better)  {scorer.title}")
            console.print(f"    {' '.join(scorer.about.split())}", markup=False)
    console.print("[bold]prompts[/]  Any suite side by side: give --prompts or --model twice or more to 'eval run'.")


@app.command("run")
def eval_run(
    suites: Annotated[list[str], typer.Argument(help="One or more suites, 'all', or 'fast' (every change).")],
    models: Models = None,
    prompts: Annotated[list[str] | None, typer.Option(help="Folder of prompts; twice or more: side by side.")] = None,
    data: Annotated[list[str] | None, typer.Option(help="Folder of transcripts instead of our own.")] = None,
    reference: Annotated[
        str | None,
        typer.Option("--reference", "--baseline", help="A name under evals/references, or a reference or log file."),
    ] = None,
    save_reference: Annotated[
        str | None, typer.Option("--save-reference", help="Keep this run under evals/references/NAME.")
    ] = None,
    fast: Annotated[bool, typer.Option(help="The fixed smaller selection of every change.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many samples.")] = None,
    match: Annotated[str, typer.Option(help="Only samples whose id contains it.")] = "",
    epochs: Annotated[int, typer.Option(min=1, help="Repeats of every sample.")] = 1,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; by default the cores.")] = None,
    ray: Annotated[str | None, typer.Option(help="'local' or the address of a Ray cluster.")] = None,
    cassette: Annotated[
        str | None, typer.Option(help="Replay a model's answers from evals/cassettes/NAME.jsonl, or from this file.")
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="With --cassette: ask the endpoint for what is missing, and keep it.")
    ] = False,
    answered_by: Annotated[str, typer.Option(help="With --record: who answers, for the cassette's first line.")] = "",
    fresh: Annotated[bool, typer.Option(help="Start anew where an interrupted run could go on.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write the report here.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value on standard output.")] = False,
    runs: Runs = Path("runs"),
    world: Annotated[str, typer.Option(hidden=True)] = "evals.world:open_world",
) -> None:
    """Run suites, score them, check their gates."""
    from evals.runner import Order, run_suite
    from evals.tasks import all_suites
    from evals.terminal import print_run, progress_bar
    from evals.types import Data

    console = Console(stderr=as_json, highlight=False)
    if suites == ["fast"]:
        fast, names = True, list(FAST)
    else:
        names = [one for one in all_suites() if one not in NEEDS_MORE] if suites == ["all"] else suites
    chosen = Data(tuple(data or ()), fast, limit, match)
    finished = []
    with _cassette(cassette, record, answered_by) as tape:
        for model in models or ([os.environ.get("INTERVIEWER_MODEL", "auto")] if tape is None else ["openai:cassette"]):
            workers = jobs or _default_jobs(model)
            for folder in prompts or (None,):
                orders = [
                    Order(name, model, chosen, folder, epochs, workers, ray, reference, fresh, runs, world)
                    for name in names
                ]
                with orders[0].crew as crew:
                    for order in orders:
                        with progress_bar(Console(stderr=True), f"{order.suite} · {model}") as report:
                            done = run_suite(order, report, crew)
                        print_run(console, done)
                        finished.append(done)
        if tape is not None:
            console.print(", ".join(f"{count:,} {role}" for role, count in tape.usage.items()) + " tokens (estimated)")
    _side_by_side(console, finished)
    _keep(finished, html, junit, save_reference)
    if as_json:
        _print_json([done.to_json() for done in finished])
    raise typer.Exit(0 if all(done.passed for done in finished) else 1)


@contextmanager
def _cassette(name: str | None, record: bool, answered_by: str) -> Iterator[Any]:
    """The tape that is played; None without a cassette."""
    if record and not name:
        raise BadInput("--record needs --cassette NAME: where to keep the answers")
    if name is None:
        yield None
        return
    from evals.cassette import playing

    with playing(name, record, answered_by) as tape:
        yield tape


def _default_jobs(model: str) -> int:
    # One embedded model already uses every core; a second copy would only fight it.
    return 1 if model.startswith(("local", "auto")) else min(8, os.cpu_count() or 1)


def _side_by_side(console: Console, finished: list[Any]) -> None:
    from evals.changes import print_comparison

    by_suite: dict[str, list[Any]] = {}
    for done in finished:
        by_suite.setdefault(done.suite.name, []).append(done)
    for several in by_suite.values():
        for other in several[1:]:
            print_comparison(console, several[0].suite, several[0].log, other.log)


def _keep(finished: list[Any], html: Path | None, junit: Path | None, save_reference: str | None) -> None:
    from evals import reference
    from evals.report import to_html, to_junit

    if html:
        html.write_text(to_html(finished), encoding="utf-8")
    if junit:
        junit.write_text(to_junit(finished), encoding="utf-8")
    if save_reference:
        for done in finished:
            kept = reference.reduce(done.suite, done.log.run, done.scores, done.log.records)
            reference.write(reference.path_of(save_reference, done.suite.name, done.log.run["backend"]), kept)


@app.command("score")
def eval_score(
    log: Annotated[Path, typer.Argument(help="A run's log.")],
    reference: Annotated[str | None, typer.Option("--reference", "--baseline")] = None,
    save_reference: Annotated[str | None, typer.Option(help="Keep this run under evals/references/NAME.")] = None,
    html: Annotated[Path | None, typer.Option()] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Score a stored run again, without running anything."""
    from evals import log as logs
    from evals.runner import conclude
    from evals.tasks import find_suite
    from evals.terminal import print_run

    stored = logs.read(log)
    done = conclude(find_suite(stored.run["suite"]), stored, reference)
    print_run(Console(stderr=as_json, highlight=False), done)
    _keep([done], html, None, save_reference)
    if as_json:
        _print_json(done.to_json())
    raise typer.Exit(0 if done.passed else 1)


@app.command("compare")
def eval_compare(
    before: Annotated[Path, typer.Argument(help="A run's log.")],
    after: Annotated[Path, typer.Argument(help="Another log of the same suite.")],
    html: Annotated[Path | None, typer.Option(help="Write a report with the changed turns here.")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """What changed between two runs, with paired intervals and a diff of the turns."""
    from evals import log as logs
    from evals.changes import comparison, print_comparison
    from evals.report import to_html
    from evals.runner import Finished
    from evals.tasks import find_suite

    old, new = logs.read(before), logs.read(after)
    if old.run["suite"] != new.run["suite"]:
        raise BadInput(f"{before} is of '{old.run['suite']}', {after} of '{new.run['suite']}': nothing to compare")
    suite = find_suite(new.run["suite"])
    print_comparison(Console(stderr=as_json, highlight=False), suite, old, new)
    body = comparison(suite, old, new)
    if html:
        html.write_text(to_html([Finished(suite, new, body.changes)], old), encoding="utf-8")
    if as_json:
        _print_json(body.to_json())


@app.command("import")
def eval_import(
    source: Annotated[Path, typer.Argument(help="Any recorder's transcript.")],
    case: Annotated[str, typer.Option(help="Slug of the case.")],
    out: Annotated[Path | None, typer.Option(help="Where to write; standard output without it.")] = None,
    level: Annotated[str, typer.Option()] = "senior",
    interviewer: Annotated[list[str] | None, typer.Option(help="Name of the interviewer in the recording.")] = None,
    candidate: Annotated[list[str] | None, typer.Option(help="Name of the candidate in the recording.")] = None,
    keep_names: Annotated[bool, typer.Option(help="Do not strip the names from the words.")] = False,
) -> None:
    """Bring a recording into the transcript format."""
    from interviewer.imports import read_any

    try:
        data = source.read_bytes()
    except OSError as error:
        raise BadInput(f"{source}: cannot be read ({error.strerror})") from error
    found = read_any(
        data,
        str(source),
        candidate=candidate or (),
        interviewer=interviewer or (),
        case=case,
        level=level,
        keep_names=keep_names,
    )
    for warning in found.warnings:
        print(warning, file=sys.stderr)
    text = found.transcript.model_copy(update={"id": source.stem}).to_json()
    if out:
        out.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)


@app.command("table")
def eval_table(
    write: Annotated[Path | None, typer.Option(help="Replace the table between the markers of this file.")] = None,
    check: Annotated[Path | None, typer.Option(help="Exit 1 when this file's table is stale.")] = None,
    short: Annotated[bool, typer.Option("--short", help="The rows for the README only.")] = False,
    name: Annotated[str, typer.Option(help="Which references.")] = "main",
) -> None:
    """The table of results from the committed references, for evals/RESULTS.md and, short, for the README."""
    from evals.results import is_stale, table, write_into

    if write:
        write_into(write, name, short)
    elif check:
        stale = is_stale(check, name, short)
        if stale:
            print(f"{check}: its results are stale; interviewer eval table --write {check}", file=sys.stderr)
        raise typer.Exit(int(stale))
    else:
        print(table(name, short))


@app.command("schema")
def eval_schema() -> None:
    """The JSON schema of transcripts (``evals/transcript.schema.json`` is this)."""
    from evals.types import schema_text

    print(schema_text(), end="")


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, allow_nan=False))


def main() -> None:
    """Entry of ``python -m evals.cli``: our errors become one line and their exit code."""
    try:
        app(standalone_mode=True)
    except InterviewerError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
