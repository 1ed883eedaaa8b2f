"""``interviewer eval preference``: positions, options, sheets, scores. The how-to is evals/PREFERENCE.md."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from interviewer import BadInput

app = typer.Typer(help="Blind preference between interviewers' next turns.", no_args_is_help=True)
Work = Annotated[Path, typer.Option("--work", help="Folder for everything that is not committed.")]
Folders = Annotated[list[Path], typer.Option("--folder", help="Folder of recordings; give it for each folder.")]


@app.command("positions")
def positions_(
    real: Annotated[Path, typer.Option(help="Folder of real recordings.")],
    written: Annotated[Path, typer.Option(help="Folder of written interviews.")],
    work: Work,
    each_real: Annotated[int, typer.Option(min=1)] = 4,
    each_written: Annotated[int, typer.Option(min=1)] = 1,
    fresh: Annotated[
        Path | None, typer.Option(help="Positions of an earlier round, none of which is to be taken.")
    ] = None,
    keep: Annotated[bool, typer.Option(help="Also write evals/data/preference/positions.jsonl.")] = False,
) -> None:
    """Choose moments of recorded interviews by the fixed rule; places are written, never words."""
    from collections import Counter

    from evals.preference import positions
    from evals.recorded import read_folder

    used = positions.read(fresh) if fresh else []
    found = positions.choose("real", read_folder(real), each_real, used=used)
    found += positions.choose("written", read_folder(written), each_written, len(found), used)
    positions.write(work / "positions.jsonl", found)
    if keep:
        positions.write(positions.DATA / "positions.jsonl", found)
    print(f"{len(found)} positions in {work / 'positions.jsonl'}")
    spread: dict[str, list[str]] = {
        "groups": [str(one.group) for one in found],
        "problem": ["unknown" if one.unknown else "known" for one in found],
        "moments": [one.moment for one in found],
        "third of the time": [str(1 + min(2, int(one.at / 900))) for one in found],
    }
    for name, values in spread.items():
        print(f"{name}: {dict(sorted(Counter(values).items()))}")


@app.command("options")
def options_(
    source: Annotated[str, typer.Argument(help="'human', 'ours:<label>', or any name with --system.")],
    work: Work,
    folder: Folders,
    model: Annotated[
        str, typer.Option(help="Of a prompt: the endpoint's model. Of ours: scripted, local, openai:…")
    ] = "",
    base_url: Annotated[str | None, typer.Option(help="OpenAI-compatible endpoint (else OPENAI_BASE_URL).")] = None,
    system: Annotated[Path | None, typer.Option(help="A text file: the plain prompt.")] = None,
    notes: Annotated[bool, typer.Option(help="Give a plain prompt the case as private notes.")] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Requests side by side.")] = 1,
    match: Annotated[str, typer.Option(help="Only positions whose id contains it.")] = "",
    limit: Annotated[int | None, typer.Option(min=1)] = None,
) -> None:
    """What a source says at every position that it has not answered yet. Can be stopped and run again."""
    from evals.preference import options, positions

    found = [one for one in positions.read(work / "positions.jsonl") if match in one.id][:limit]
    moments = positions.moments(found, folder)
    if not moments:
        raise BadInput("no position's recording lies in the folders given")
    say = _source(source, model, base_url, system, notes)
    failed = 0
    for done in options.collect(say, moments, options.path_of(work, source), jobs):
        if isinstance(done, str):
            failed += 1
            print(f"failed  {done}", file=sys.stderr)
        else:
            print(f"{done.position}  {done.text[:110]}")
    print(f"{len(options.read(options.path_of(work, source)))} options of {source}; {failed} failed", file=sys.stderr)
    raise typer.Exit(3 if failed else 0)


def _source(source: str, model: str, base_url: str | None, system: Path | None, notes: bool) -> Any:
    from evals.preference import options

    if source == "human":
        return options.human
    if source.startswith("ours:"):
        return options.product(_world(source, model, base_url), source)
    from interviewer.knowledge import Knowledge

    return options.prompted(source, _prompt(source, system), _client(base_url), _named(model), Knowledge.load(), notes)


def _world(source: str, model: str, base_url: str | None) -> Any:
    from evals.world import open_world

    if base_url:
        os.environ["OPENAI_BASE_URL"] = base_url
    # Answers may be written by people or slow models: the default time-outs would hang up on them.
    os.environ.setdefault("INTERVIEWER_REQUEST_TIMEOUT", "600")
    os.environ.setdefault("INTERVIEWER_TOTAL_TIMEOUT", "1800")
    return open_world(model or source.partition(":")[2])


def _prompt(source: str, system: Path | None) -> str:
    if system is None or not system.is_file():
        raise BadInput(f"{source}: a plain prompt needs --system FILE")
    return system.read_text(encoding="utf-8")


def _named(model: str) -> str:
    if not model:
        raise BadInput("name the endpoint's model with --model")
    return model


def _client(base_url: str | None) -> Any:
    import openai

    key = os.environ.get("OPENAI_API_KEY", "none")
    return openai.OpenAI(base_url=base_url or None, api_key=key, timeout=1800, max_retries=0)


@app.command("sheets")
def sheets_(
    name: Annotated[str, typer.Argument(help="A name for this comparison.")],
    work: Work,
    folder: Folders,
    source: Annotated[list[str], typer.Option(help="Sources to compare; give it for each, in any order.")],
    judge: Annotated[list[str], typer.Option(help="A judge's name; two or more.")],
    batch: Annotated[int, typer.Option(min=1)] = 10,
) -> None:
    """Pages and answer forms for blind judges, in another order for each of them."""
    from evals.preference import options, positions, sheets
    from interviewer.knowledge import Knowledge

    moments = positions.moments(positions.read(work / "positions.jsonl"), folder)
    by_source = {one: options.read(options.path_of(work, one)) for one in source}
    for who in judge:
        pages = sheets.write(work, name, who, moments, by_source, Knowledge.load(), batch)
        print(f"{who}: {len(pages)} pages in {pages[0].parent}")


@app.command("score")
def score_(
    name: Annotated[str, typer.Argument(help="The comparison's name.")],
    work: Work,
    keep: Annotated[
        bool, typer.Option(help="Keep rankings and our turns at written interviews in evals/data.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Read the judges' forms: who is preferred to whom, what is usable, with intervals by interview."""
    from evals.preference import options, positions, rankings

    found, waiting = rankings.collect(work, name)
    places = positions.read(work / "positions.jsonl")
    body = rankings.summary(found, places)
    if keep:
        written = {one.id for one in places if one.group == "written"}
        ours = sorted({source for each in found for source in each.rank if source.startswith("ours:")})
        said = [one for source in ours for one in options.read(options.path_of(work, source)).values()]
        print(f"{rankings.keep(found)} rankings kept", file=sys.stderr)
        print(f"{options.keep(one for one in said if one.position in written)} of our turns kept", file=sys.stderr)
    if waiting:
        print(f"{len(waiting)} positions are not judged yet", file=sys.stderr)
    if as_json:
        print(json.dumps(body))
        return
    for group, figures in body.items():
        print(
            f"\n{group}: {figures['positions']} positions, {figures['rankings']} rankings by "
            f"{', '.join(figures['judges'])}; judges agree on {figures['agreement'] or 0:.2f} of pairs"
        )
        for source, of_source in figures["sources"].items():
            tags = ", ".join(f"{tag} {count}" for tag, count in list(of_source["tags"].items())[:6])
            print(
                f"  {source:18} mean rank {_shown(of_source['mean_rank'])}  "
                f"usable {_shown(of_source['usable'])}  {tags}"
            )
        for pair, share in figures["preferred"].items():
            print(f"  {pair:40} {_shown(share)}")


@app.command("interview")
def interview_(
    source: Annotated[str, typer.Argument(help="'ours:<label>', or any name with --system.")],
    persona: Annotated[str, typer.Option(help="Who is interviewed: a name in evals/personas/played.yaml.")],
    candidate: Annotated[str, typer.Option(help="The endpoint's model that plays the candidate.")],
    work: Work,
    case: Annotated[str, typer.Option(help="A case's slug, or any other name together with --problem.")],
    problem: Annotated[str, typer.Option(help="The problem of a case that the knowledge base does not have.")] = "",
    level: Annotated[str, typer.Option()] = "senior",
    minutes: Annotated[float, typer.Option(min=5)] = 45,
    model: Annotated[str, typer.Option(help="Of a prompt: the endpoint's model. Of ours: what is set up.")] = "",
    base_url: Annotated[str | None, typer.Option(help="OpenAI-compatible endpoint (else OPENAI_BASE_URL).")] = None,
    system: Annotated[Path | None, typer.Option(help="A text file: the plain prompt.")] = None,
    notes: Annotated[bool, typer.Option(help="Give a plain prompt the case as private notes.")] = False,
) -> None:
    """Hold a whole interview with a candidate played by a model; it goes on where it was stopped."""
    from evals.preference import interviews
    from interviewer.knowledge import Knowledge
    from interviewer.transcript import Transcript

    knowledge = Knowledge.load()
    known = knowledge.case(case)
    if known is None and not problem:
        raise BadInput(f"--case {case}: not in the knowledge base; say the --problem")
    client = _client(base_url)
    if source.startswith("ours:"):
        ask = interviews.by_product(_world(source, model, base_url))
    else:
        posed = known.brief if known else problem
        ask = interviews.by_prompt(_prompt(source, system), client, _named(model), knowledge, posed, notes)
    body = {"case": case, "level": level, "minutes": minutes, "turns": []} | ({"problem": problem} if problem else {})
    save = work / "interviews" / f"{source.replace(':', '-')}--{persona}--{case}.json"
    talk = interviews.hold(ask, persona, client, candidate, Transcript.model_validate(body), save)
    print(json.dumps({save.stem: interviews.figures(talk)}))


@app.command("compare")
def compare_(
    name: Annotated[str, typer.Argument(help="A name for this pair.")],
    one: Annotated[Path, typer.Argument(help="A held interview.")],
    other: Annotated[Path, typer.Argument(help="Another with the same candidate.")],
    work: Work,
    reader: Annotated[list[str], typer.Option(help="A reader's name; three.")],
) -> None:
    """Pages on which blind readers compare two whole interviews."""
    from evals.preference import interviews

    for who in reader:
        print(interviews.compare(work, name, who, one, other))


@app.command("interviews")
def interviews_(work: Work) -> None:
    """What was held, by counting, and what the readers preferred."""
    from evals.preference import interviews

    for name, figures in interviews.summary(sorted((work / "interviews").glob("*.json"))).items():
        print(f"{name}: {json.dumps(figures)}")
    for question, counted in interviews.read_comparisons(work).items():
        print(f"{question}: {dict(counted)}")


def _shown(figure: dict[str, Any]) -> str:
    if figure["value"] is None:
        return "–"
    interval = f" [{figure['low']:.2f}, {figure['high']:.2f}]" if figure["low"] is not None else ""
    return f"{figure['value']:.2f}{interval}"
