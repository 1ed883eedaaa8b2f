"""The commands that look after what the product works with: knowledge, the model's weights, the whiteboard's files."""

from pathlib import Path
from typing import Annotated

import typer

from interviewer.config import load
from interviewer.domain import Step
from interviewer.errors import BadInput, CannotRun
from interviewer.printing import Json, only_ours, opened, put

knowledge = typer.Typer(no_args_is_help=True, help="The knowledge base: check, build the index, search.")
model = typer.Typer(no_args_is_help=True, help="The embedded model's weights.")
board = typer.Typer(no_args_is_help=True, help="The whiteboard's files.")


@knowledge.command("check")
def knowledge_check(root: Annotated[Path | None, typer.Argument(help="A knowledge folder.")] = None) -> None:
    """Validates every file; names file and field."""
    from interviewer.interview.words import followup_problems
    from interviewer.knowledge.load import Knowledge
    from interviewer.knowledge.validate import check_tree
    from interviewer.paths import shipped

    root = root or shipped("knowledge")
    count, found = check_tree(root)
    found = found or followup_problems(Knowledge.load(root))
    for problem in found:
        typer.echo(problem, err=True)
    if found:
        raise typer.Exit(2)
    typer.echo(f"{count} files, no problems")


@knowledge.command("cases")
def knowledge_cases() -> None:
    """The cases: slug and title."""
    from interviewer.knowledge.load import Knowledge

    for slug, case in Knowledge.load().cases.items():
        typer.echo(f"{slug}\t{case.title}")


@knowledge.command("build")
def knowledge_build() -> None:
    """Builds the index and the listener's vectors for every case."""
    settings = load()
    with opened(settings) as parts:
        for group, passages in parts.retriever.index.build():
            if group in parts.knowledge.cases:
                parts.interviewer().listener.ears(group)
            typer.echo(f"{group}: {passages} passages", err=True)


@knowledge.command("search")
def knowledge_search(
    query: str,
    case: Annotated[str | None, typer.Option(help="Also search this case's passages.")] = None,
    step: Annotated[Step | None, typer.Option()] = None,
    audience: Annotated[str, typer.Option(help="interviewer or grader: who would read it.")] = "grader",
    limit: Annotated[int, typer.Option(min=1, max=50)] = 5,
    as_json: Json = False,
) -> None:
    """What would be retrieved, and why."""
    if audience not in ("interviewer", "grader"):
        raise BadInput(f"--audience {audience}: must be interviewer or grader")
    settings = load()
    with only_ours(as_json), opened(settings) as parts:
        found = parts.retriever.search(query, audience=audience, case=case, step=step, limit=limit)  # type: ignore[arg-type]
        if parts.retriever.index.trouble:
            raise CannotRun(parts.retriever.index.trouble)
    if as_json:
        put(
            [
                {
                    "id": one.passage.id,
                    "kind": one.passage.kind,
                    "score": round(one.score, 3),
                    "similarity": round(one.similarity, 3),
                    "lexical": round(one.lexical, 3),
                    "text": one.passage.text,
                }
                for one in found
            ]
        )
        return
    for one in found:
        typer.echo(f"{one.score:.2f}  (meaning {one.similarity:.2f}, words {one.lexical:.1f})  {one.passage.id}")
        typer.echo(f"      {one.passage.text[:220]}")
    if not found:
        typer.echo("nothing relevant here")


@model.command("fetch")
def model_fetch() -> None:
    """Fetches the embedded model's weights, resumes, and verifies their SHA-256."""
    from interviewer.models.fetch import fetch_weights

    typer.echo(f"ready: {fetch_weights(load().home, lambda line: typer.echo(line, err=True))}")


@board.command("fetch")
def board_fetch(
    archives: Annotated[Path | None, typer.Option("--archives", help="A folder with the packages' archives.")] = None,
) -> None:
    """Fetches the whiteboard's published files by npm, and verifies their SHA-512."""
    from interviewer.web.board_files import fetch

    typer.echo(f"ready: {fetch(load().home, lambda line: typer.echo(line, err=True), archives)}")


@model.command("status")
def model_status(as_json: Json = False) -> None:
    """Which weights are there, and what this machine's memory could carry."""
    from interviewer.models.weights import status

    with only_ours(as_json):
        answer = status(load())
    if as_json:
        put(answer)
        return
    for key, value in answer.items():
        typer.echo(f"{key}: {value}")
