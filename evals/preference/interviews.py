"""Whole interviews between an interviewer and a candidate played by a model, and pages on which readers compare two.

Time is simulated: both speak at the pace of talk. A transcript is saved after every turn, so that a run that was
stopped goes on where it was.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from evals.preference.options import complete, prompt_messages
from evals.preference.positions import Moment, Position
from evals.preference.sheets import conversation
from evals.types import Json
from interviewer import BadInput
from interviewer.knowledge import Knowledge
from interviewer.transcript import Transcript, Turn, read_transcript

PERSONAS = Path(__file__).resolve().parent.parent / "personas" / "played.yaml"
RULES = """You play the candidate in a mock machine-learning system design interview held aloud, {minutes:.0f} minutes
long, for the level {level}. {persona}
Say only what the candidate says next, as speech: no headings, lists or stage directions. Usually 80 to 220 words, less
where the question is small, unless you were told otherwise above. Never speak for the interviewer, never step out of
the part, and do not finish the whole design in one turn: there is time. The clock stands at minute {now:.0f}."""
PACES = {"interviewer": 150, "candidate": 140}
THINKING = 6.0
"""Seconds before the candidate answers."""
LATE = 1.15
"""Share of the time at which an interview that nobody closed is broken off."""
Ask = Callable[[Transcript, float], Turn]
"""The interviewer: the turn after a transcript at a time in seconds."""
QUESTIONS = {
    "interview": "Which was the better interview: heard the candidate, asked what mattered, let them lead, kept time?",
    "decision": "Which gives you more to decide on: after which would you rather write the hiring feedback?",
}


@cache
def personas() -> dict[str, str]:
    """What the candidates are told, by name."""
    found: dict[str, str] = yaml.safe_load(PERSONAS.read_text(encoding="utf-8"))
    return found


def by_product(world: Any) -> Ask:
    """The product as interviewer."""

    def ask(transcript: Transcript, at: float) -> Turn:
        reply = world.reply(transcript, at)
        return Turn.model_validate({**reply["turn"], "at": at, "rejected": reply.get("rejected", [])})

    return ask


def by_prompt(system: str, client: Any, model: str, knowledge: Knowledge, problem: str, notes: bool = False) -> Ask:
    """A plain prompt as interviewer: it opens with the problem, knows no clock and ends nothing."""

    def ask(transcript: Transcript, at: float) -> Turn:
        if not transcript.turns:
            return Turn.model_validate({"speaker": "interviewer", "text": problem, "at": at})
        place = Position("held", "written", "held", len(transcript.turns), "", transcript.case, False, "", at)
        messages = prompt_messages(system, Moment(place, transcript, ""), knowledge, notes)
        return Turn.model_validate({"speaker": "interviewer", "text": complete(client, model, messages), "at": at})

    return ask


def hold(ask: Ask, persona: str, client: Any, model: str, begun: Transcript, save: Path) -> Transcript:
    """The interview from where the file stands to its close. Raises BadInput for an unknown persona, ModelError."""
    if persona not in personas():
        raise BadInput(f"no persona '{persona}'; there are: {', '.join(personas())}")
    talk = read_transcript(save) if save.exists() else begun
    limit = talk.minutes * 60
    while not _over(talk, limit):
        now = _ends(talk)
        if not talk.turns or talk.turns[-1].speaker == "candidate":
            turn = ask(talk, now)
        else:
            said = complete(client, model, candidate_messages(persona, talk, now))
            turn = Turn.model_validate({"speaker": "candidate", "text": said, "at": now + THINKING, "mode": "spoken"})
        talk = talk.with_turn(turn)
        save.parent.mkdir(parents=True, exist_ok=True)
        save.write_text(talk.to_json() + "\n", encoding="utf-8")
    return talk


def candidate_messages(persona: str, talk: Transcript, now: float) -> list[Json]:
    """The part to play, then the talk with the interviewer as the user."""
    part = RULES.format(persona=personas()[persona], level=talk.level, minutes=talk.minutes, now=now / 60)
    roles = {"interviewer": "user", "candidate": "assistant"}
    return [
        {"role": "system", "content": part},
        *({"role": roles[turn.speaker], "content": turn.text or "(silence)"} for turn in talk.turns),
    ]


def _ends(talk: Transcript) -> float:
    """When the last turn has been said."""
    if not talk.turns:
        return 0.0
    last = talk.turns[-1]
    return round((last.at or 0.0) + last.words * 60 / PACES[last.speaker], 1)


def _over(talk: Transcript, limit: float) -> bool:
    if not talk.turns:
        return False
    last = talk.turns[-1]
    if last.speaker == "interviewer" and last.move and last.move.kind == "close":
        return True
    # A plain prompt closes nothing: it is broken off after an answer once the time is up.
    closes = any(turn.move for turn in talk.turns)
    return last.speaker == "candidate" and _ends(talk) > limit * (LATE if closes else 1.0)


def compare(work: Path, name: str, reader: str, one: Path, other: Path) -> Path:
    """A page with two interviews in a chance order and a form; the key stands apart."""
    files = [one, other]
    random.Random(f"{name}/{reader}").shuffle(files)
    folder = work / "interviews" / "sheets"
    folder.mkdir(parents=True, exist_ok=True)
    page, form = folder / f"{name}.{reader}.md", folder / f"{name}.{reader}.answers.json"
    parts = [
        f"# Two interviews, {name}, read by {reader}",
        "The same candidate, two interviewers; you do not know who they are. Read both whole, then fill in "
        f"{form.name}: for each question A or B and one sentence why.",
        *(f"- `{key}`: {question}" for key, question in QUESTIONS.items()),
    ]
    for letter, file in zip("AB", files, strict=True):
        talk = read_transcript(file)
        minutes = _ends(talk) / 60
        parts += [f"\n---\n## Interview {letter}\n{talk.minutes:.0f} minutes planned; ended at {minutes:.0f}.\n"]
        parts += [conversation(talk, 10**6)]
    page.write_text("\n".join(parts) + "\n", encoding="utf-8")
    key = work / "interviews" / "keys" / f"{name}.{reader}.json"
    key.parent.mkdir(parents=True, exist_ok=True)
    key.write_text(json.dumps({letter: file.stem for letter, file in zip("AB", files, strict=True)}) + "\n", "utf-8")
    if not form.exists():
        blank = {question: {"better": "", "why": ""} for question in QUESTIONS}
        form.write_text(json.dumps(blank, indent=1) + "\n", encoding="utf-8")
    return page


def read_comparisons(work: Path) -> dict[str, Counter[str]]:
    """Per question how often an interview's source was preferred; sources are the part of a file's name before ``--``.

    Raises BadInput for a form that says neither A nor B.
    """
    found: dict[str, Counter[str]] = {question: Counter() for question in QUESTIONS}
    for form in sorted((work / "interviews" / "sheets").glob("*.answers.json")):
        name = form.name.removesuffix(".answers.json")
        key = json.loads((work / "interviews" / "keys" / f"{name}.json").read_text(encoding="utf-8"))
        answers = json.loads(form.read_text(encoding="utf-8"))
        for question, counted in found.items():
            better = answers[question]["better"]
            if better and better not in key:
                raise BadInput(f"{form}: {question}: better must be A or B")
            if better:
                counted[key[better].partition("--")[0]] += 1
    return found


def figures(talk: Transcript) -> Json:
    """What one interview was like by counting: minutes, turns, the interviewer's share of the words, endings."""
    words = Counter({"interviewer": 0, "candidate": 0})
    for turn in talk.turns:
        words[turn.speaker] += turn.words
    moves = Counter(str(turn.move.kind) for turn in talk.turns if turn.move)
    steps = sorted({str(turn.move.step) for turn in talk.turns if turn.move and turn.move.step})
    return {
        "minutes": round(_ends(talk) / 60, 1),
        "turns": len(talk.turns),
        "talk_share": round(words["interviewer"] / max(1, sum(words.values())), 3),
        "moves": dict(moves),
        "steps": steps,
        "backends": dict(Counter(turn.backend for turn in talk.turns if turn.backend)),
    }


def summary(files: Sequence[Path]) -> dict[str, Json]:
    """``figures`` by file."""
    return {file.stem: figures(read_transcript(file)) for file in files}
