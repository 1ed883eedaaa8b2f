"""The command line: ``interviewer --help``.

Exit 0 done, 1 a gate failed, 2 bad input (one line on standard error), 3 could not run.
With ``--json`` standard output holds one JSON value and nothing else, whatever native libraries print.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.exceptions import TyperException

from interviewer import BadInput, CannotRun, InterviewerError, Level, Manner, Step
from interviewer.config import load, quieten
from interviewer.context import Json, can_be_written, only_ours, opened, put
from interviewer.doctor import board, knowledge, model
from interviewer.transcript import Transcript

if TYPE_CHECKING:
    from interviewer.grading.report import Report
    from interviewer.imports import Imported
    from interviewer.interview.interviewer import Reply

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Mock interviews in machine-learning system design.",
)
for _name, _commands in (("knowledge", knowledge), ("model", model), ("board", board)):
    app.add_typer(_commands, name=_name)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"interviewer {metadata.version('ml-design-interviewer')}")
        raise typer.Exit


@app.callback()
def _interviewer(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="The version, and nothing else.")
    ] = False,
) -> None:
    """Mock interviews in machine-learning system design."""
    del version  # said before any command runs


File = Annotated[str, typer.Argument(help="A transcript: our JSON or any recorder's export; - reads standard input.")]
Candidate = Annotated[
    list[str] | None, typer.Option("--candidate", help="The candidate's name in the file, or how it begins.")
]
Asker = Annotated[list[str] | None, typer.Option("--interviewer", help="An interviewer's name in the file.")]
CaseName = Annotated[str | None, typer.Option("--case", help="The case's slug, when the file does not say it.")]
AtLevel = Annotated[Level | None, typer.Option("--level", help="The level, instead of the file's.")]


def _read(name: str) -> bytes:
    """A file's bytes, or standard input's; never more than a transcript may have and one."""
    from interviewer.imports import MAX_BYTES

    if name == "-" and sys.stdin is None:
        raise BadInput("standard input: is closed; give a file's name instead of -")
    try:
        if name == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with Path(name).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise BadInput(f"{name}: cannot be read ({getattr(error, 'strerror', None) or error})") from error


def _imported(
    name: str,
    candidate: list[str] | None,
    interviewer: list[str] | None,
    case: str | None,
    level: Level | None,
    minutes: float | None = None,
    keep_names: bool = False,
) -> "Imported":
    """The transcript in a file of any common format, and what was done to it. Raises BadInput for a wrong ``--case``.

    A transcript may be about a case that is not ours; who names one on the command line means one of ours.
    """
    from interviewer.imports import UNKNOWN_CASE, read_any
    from interviewer.knowledge import Knowledge

    found = read_any(
        _read(name),
        "standard input" if name == "-" else name,
        candidate=candidate or (),
        interviewer=interviewer or (),
        case=case,
        level=level,
        minutes=minutes,
        keep_names=keep_names,
    )
    if case is not None and case != UNKNOWN_CASE and not found.transcript.problem:
        knowledge = Knowledge.load()
        if case not in knowledge.cases:
            raise BadInput(f"--case {case}: {knowledge.no_case(case)}")
        return _doubted(found)
    elif case is None and found.transcript.case == UNKNOWN_CASE and not found.transcript.problem:
        return _guessed(found)
    return found


def _guessed(found: "Imported") -> "Imported":
    """Where nobody says which problem it is, the one that the talk begins like, if it surely does; and says so."""
    from interviewer.imports import NO_CASE

    if not (case := _begins_like(found.transcript)):
        return found
    told = f"No case was given: by how it begins, the problem is taken to be '{case}'; --case says another."
    named = found.transcript.model_copy(update={"case": case})
    return replace(found, transcript=named, warnings=[*(one for one in found.warnings if one != NO_CASE), told])


def _doubted(found: "Imported") -> "Imported":
    """With a word where the talk begins like another problem than the one that was named."""
    case = _begins_like(found.transcript)
    if not case or case == found.transcript.case:
        return found
    told = f"By how it begins, this talk is about '{case}', and not '{found.transcript.case}' as --case says."
    return replace(found, warnings=[*found.warnings, told])


def _begins_like(transcript: Transcript) -> str:
    """The case that a talk surely begins like; empty where there is none."""
    from interviewer.knowledge import Knowledge
    from interviewer.knowledge.embeddings import shared_embedder
    from interviewer.listening.facts import nearest_problem

    talk = " ".join(turn.text for turn in transcript.turns)
    guess = nearest_problem(talk, Knowledge.load(), shared_embedder(), load().home / "vectors")
    return guess.case if guess and guess.near else ""


def _state(reply: "Reply") -> dict[str, Any]:
    state = reply.state
    return {
        "step": state.step.value,
        "covered": {step.value: list(state.covered.get(step, [])) for step in Step},
        "facts": list(state.facts),
        "hints": state.hints,
        "elapsed": round(state.elapsed, 1),
    }


@app.command()
def serve(
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Default: GRADIO_SERVER_PORT, else the first free one from 7860."),
    ] = None,
) -> None:
    """The app in the browser."""
    from interviewer.web.server import main as serve_app

    serve_app(port)


@app.command()
def reply(
    file: File,
    candidate: Candidate = None,
    interviewer: Asker = None,
    case: CaseName = None,
    level: AtLevel = None,
    as_json: Json = False,
) -> None:
    """The interviewer's next turn after a transcript."""
    settings = load()
    found = _imported(file, candidate, interviewer, case, level)
    transcript = found.transcript
    with only_ours(as_json), opened(settings) as parts:
        answer = parts.interviewer.next_turn(transcript)
    if as_json:
        move = answer.turn.move
        assert move  # every turn of ours has one
        put(
            {
                "text": answer.turn.text,
                "move": move.model_dump(mode="json", include={"kind", "step", "signal"}),
                "state": _state(answer),
                "backend": answer.backend,
                "policy": answer.policy,
                "rejected": [one.model_dump(include={"rule", "text"}) for one in answer.rejected],
                "warnings": [*found.warnings, *answer.warnings],
            }
        )
        return
    typer.echo(answer.turn.text)
    for warning in [*found.warnings, *answer.warnings]:
        typer.echo(warning, err=True)


@app.command()
def grade(
    file: File,
    candidate: Candidate = None,
    interviewer: Asker = None,
    case: CaseName = None,
    level: AtLevel = None,
    out: Annotated[Path | None, typer.Option(help="Write the report to a .html, .md or .json file.")] = None,
    as_json: Json = False,
) -> None:
    """The report of a recorded interview."""
    from interviewer.grading.grade import FAILED
    from interviewer.grading.grade import grade as grade_transcript
    from interviewer.grading.page import to_html
    from interviewer.grading.render import to_json, to_markdown

    writers: dict[str, Callable[[Report, Transcript], str]] = {
        ".html": to_html,
        ".md": to_markdown,
        ".json": lambda report, _: to_json(report),
    }
    if out and out.suffix.lower() not in writers:
        raise BadInput(f"--out {out}: the name must end in .html, .md or .json")
    if out:
        can_be_written(out, f"--out {out}")
    settings = load()
    found = _imported(file, candidate, interviewer, case, level)
    transcript = found.transcript
    with only_ours(as_json), opened(settings) as parts:
        report = grade_transcript(
            transcript,
            parts.knowledge,
            parts.chain,
            level=level,
            retrieve=parts.retriever.search,
            vectors=parts.vectors,
        )
    report.warnings += found.warnings
    if out or not (as_json or sys.stdout.isatty()):  # in a terminal they would stand twice on one screen
        for warning in sorted(report.warnings, key=lambda one: not one.startswith(FAILED)):
            typer.echo(warning, err=True)
    if out:
        _write(out, writers[out.suffix.lower()](report, transcript))
    if as_json:
        sys.stdout.write(to_json(report) + "\n")
    elif not out:
        typer.echo(to_markdown(report, transcript))


@app.command("import")
def import_file(
    file: File,
    candidate: Candidate = None,
    interviewer: Asker = None,
    case: CaseName = None,
    level: AtLevel = None,
    minutes: Annotated[float | None, typer.Option(min=1, help="Length of the interview.")] = None,
    keep_names: Annotated[bool, typer.Option(help="Leave people's names in the interviewer's words.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the transcript to this file instead.")] = None,
    as_json: Json = False,
) -> None:
    """Any recorder's transcript as ours: JSON on standard output, what was assumed and changed on standard error."""
    del as_json  # the output is JSON in any case
    if out:
        can_be_written(out, f"--out {out}")
    found = _imported(file, candidate, interviewer, case, level, minutes, keep_names)
    text = found.transcript.to_json() + "\n"
    for warning in found.warnings:
        typer.echo(warning, err=True)
    if out is None:
        sys.stdout.write(text)
        return
    _write(out, text)


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"--out {out}: cannot be written ({error.strerror})") from error
    typer.echo(f"written to {out}", err=True)


@app.command()
def practice(
    case: Annotated[str, typer.Option(help="A case's slug; `interviewer knowledge cases` lists them.")],
    level: Annotated[Level, typer.Option(help="The level to interview for.")] = Level.SENIOR,
    minutes: Annotated[float | None, typer.Option(min=5, max=120, help="Length (default: the mode's).")] = None,
    manner: Annotated[Manner, typer.Option(help="How the interviewer sounds.")] = Manner.NEUTRAL,
    mode: Annotated[str, typer.Option(help="interview, step:<step>, drill:<topic>, warm_up or rapid.")] = "interview",
    save: Annotated[Path | None, typer.Option(help="Where to keep the transcript (default: the data folder).")] = None,
) -> None:
    """An interview in the terminal. An empty line sends; /hint, /pause (the clock stands), /skip, /end are buttons."""
    from interviewer.interview import parse_mode
    from interviewer.practice.terminal import hold

    chosen = parse_mode(mode)
    settings = load()
    begun = Transcript(
        case=case, level=level, minutes=minutes or chosen.minutes, manner=manner, mode=str(chosen), turns=[]
    )
    with opened(settings) as parts:
        hold(parts, begun, save)


@app.command()
def doctor(as_json: Json = False) -> None:
    """What is configured, what works, and what to do about what does not; 3 when the named backend cannot serve."""
    from interviewer.doctor import SPEAKING, examine_all

    with only_ours(as_json):
        findings = examine_all(settings := load())
    if as_json:
        put([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            typer.echo(f"{'ok ' if finding.fine else '-- '}{finding.name}: {finding.text}")
    if settings.backend != "auto" and not all(one.fine for one in findings if one.name == SPEAKING):
        raise typer.Exit(CannotRun.exit_code)


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write, such as interviews.backup.")]) -> None:
    """All interviews of the app in one file; the app may go on meanwhile."""
    from interviewer.storage.backup import back_up

    can_be_written(file, str(file))
    settings = load()
    counts = back_up(settings.database, file)
    typer.echo(f"{counts['interviews']} interviews with {counts['turns']} turns are in {file}", err=True)
    folder = settings.home / "practice"
    if alone := len(list(folder.glob("*.json"))):
        typer.echo(
            f"not in it: {alone} interviews held in the terminal; to keep them, copy the folder {folder}", err=True
        )


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="A file that `interviewer backup` wrote.")]) -> None:
    """Fills an empty database from a back-up, whichever kind of database either is."""
    from interviewer.storage.backup import restore as fill

    counts = fill(load().database, file)
    typer.echo(f"{counts['interviews']} interviews with {counts['turns']} turns are back", err=True)


def _evals() -> None:
    """Adds ``eval`` where the evals are installed; they import nothing heavy until they run."""
    try:
        from evals.cli import app as evals
    except ModuleNotFoundError as error:
        if error.name not in ("evals", "evals.cli"):
            raise
        return
    app.add_typer(evals, name="eval")


def main() -> None:
    """The command ``interviewer``."""
    quieten()
    _evals()
    try:
        raise SystemExit(app(standalone_mode=False) or 0)
    except InterviewerError as error:
        typer.echo(f"interviewer: {error}", err=True)
        raise SystemExit(error.exit_code) from None
    except TyperException as error:
        # One line in place of a box; a command without words has shown its help and says nothing more.
        if said := " ".join(error.format_message().replace("Value error, ", "").split()):
            typer.echo(f"interviewer: {said}", err=True)
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise SystemExit(0) from None
    except (KeyboardInterrupt, typer.Abort):
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
