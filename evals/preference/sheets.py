"""Pages for blind judges: the problem, the talk so far, the options without their sources, and a form to fill in.

Every judge gets another order of options and of positions. ``keys`` says which letter was whose; judges never see it.
"""

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from evals.preference.options import Option, problem_of
from evals.preference.positions import Moment
from evals.types import Json
from interviewer import BadInput
from interviewer.knowledge import Knowledge
from interviewer.transcript import Transcript

WORDS = 1500
"""Words of the talk that a judge reads before each position."""
BATCH = 10
FAULTS = {
    "jump": "a stock jump to another topic",
    "false_listening": "pretends to have listened: echoes a stray word",
    "already_answered": "asks what has been asked or answered",
    "opaque": "one cannot tell what is asked",
    "several": "more than one question",
    "names_answer": "names the solution, the trap or a technique not yet named",
    "teaches": "teaches, summarises or praises",
    "cuts_in": "cuts in on someone who is in the middle of a thought",
    "dodges": "does not answer what the candidate asked",
    "wrong": "states something false or contradicts what was said",
    "ends": "ends or rushes the interview for no reason",
    "narrow": "stays too long on a small point",
}
VIRTUES = {
    "weak_point": "presses the weakest point just shown",
    "their_words": "works with the candidate's own words or numbers",
    "concrete": "one short concrete question about a real situation",
    "lead": "respects the candidate's lead",
    "answers": "answers exactly what was asked",
    "moves_well": "moves on at the right time and says so plainly",
}
HEAD = """# Judging interviewers' next turns: {name}, part {part} of {parts}
You are an experienced interviewer for machine-learning system design. Below are {count} moments of real or written
interviews. At each one several interviewers say what they would say next; you do not know who is who. Captions of real
talk are raw: mishearings are the recogniser's, and a speaker's label is sometimes wrong. Judge each option as the very
next thing the interviewer says: does it follow from what was just said, does it bring out what this candidate can do,
would a good interviewer say it? Length and polish do not count. No ties.

For each position: `rank`, the letters from best to worst; `usable`, for each letter whether you would be content to
have said it yourself; `tags`, for each letter any that apply strongly (none is fine); `why`, one sentence.
Faults: {faults}.
Virtues: {virtues}.
Write your answers into {answers}, a JSON list whose form stands there already. Judge every position by itself.
"""


def write(
    work: Path,
    name: str,
    judge: str,
    moments: Sequence[Moment],
    options: Mapping[str, Mapping[str, Option]],
    knowledge: Knowledge,
    batch: int = BATCH,
) -> list[Path]:
    """Writes the judge's pages, answer forms and key; returns the pages.

    ``options``: by source, by position. Positions that lack an option of any source are left out. Raises BadInput.
    """
    complete = [moment for moment in moments if all(moment.position.id in of_source for of_source in options.values())]
    if not complete:
        raise BadInput(f"no position has an option of every source ({', '.join(options)})")
    random.Random(f"{name}/{judge}/positions").shuffle(complete)
    letters = {one.position.id: _letters(name, judge, one.position.id, list(options)) for one in complete}
    key = work / "keys" / f"{name}.{judge}.json"
    key.parent.mkdir(parents=True, exist_ok=True)
    key.write_text(json.dumps(letters, indent=1) + "\n", encoding="utf-8")
    folder = work / "sheets" / f"{name}.{judge}"
    folder.mkdir(parents=True, exist_ok=True)
    parts = [complete[start : start + batch] for start in range(0, len(complete), batch)]
    pages = []
    for number, part in enumerate(parts, 1):
        page, form = folder / f"{number:02}.md", folder / f"{number:02}.answers.json"
        head = HEAD.format(
            name=f"{name}, {judge}",
            part=number,
            parts=len(parts),
            count=len(part),
            faults=_listed(FAULTS),
            virtues=_listed(VIRTUES),
            answers=form.name,
        )
        bodies = [_page(one, letters[one.position.id], options, knowledge) for one in part]
        page.write_text("\n".join([head, *bodies]), encoding="utf-8")
        if not form.exists():
            blank = [_blank(one.position.id, letters[one.position.id]) for one in part]
            rows = ",\n ".join(json.dumps(row) for row in blank)
            form.write_text(f"[\n {rows}\n]\n", encoding="utf-8")
        pages.append(page)
    return pages


def _listed(tags: Mapping[str, str]) -> str:
    return "; ".join(f"`{tag}` {meaning}" for tag, meaning in tags.items())


def _letters(name: str, judge: str, position: str, sources: list[str]) -> dict[str, str]:
    """Source by letter."""
    random.Random(f"{name}/{judge}/{position}").shuffle(sources)
    return {chr(ord("A") + place): source for place, source in enumerate(sources)}


def _blank(position: str, letters: Mapping[str, str]) -> Json:
    return {
        "position": position,
        "rank": [],
        "usable": dict.fromkeys(letters),
        "tags": {letter: [] for letter in letters},
        "why": "",
    }


def _page(
    moment: Moment, letters: Mapping[str, str], options: Mapping[str, Mapping[str, Option]], knowledge: Knowledge
) -> str:
    place, talk = moment.position, moment.transcript
    problem = " ".join(problem_of(moment, knowledge).split()[:250])
    minutes = place.at / 60
    said = "\n\n".join(f"**{letter}.** {options[source][place.id].text.strip()}" for letter, source in letters.items())
    return (
        f"\n---\n## Position {place.id}\nLevel {talk.level}; minute {minutes:.0f} of {talk.minutes:.0f}.\n\n"
        f"**The problem:** {problem}\n\n### The talk so far{_cut(talk)}\n\n{conversation(talk)}\n\n"
        f"### What does the interviewer say next?\n\n{said}\n"
    )


def _cut(talk: Transcript) -> str:
    return f" (its last {WORDS} words)" if sum(turn.words for turn in talk.turns) > WORDS else ""


def conversation(talk: Transcript, words: int = WORDS) -> str:
    """The last words of a talk, by speaker."""
    kept: list[str] = []
    left = words
    for turn in reversed(talk.turns):
        if left <= 0:
            break
        said = turn.text.split()
        text = " ".join(said[-left:]) if len(said) > left else turn.text
        kept.append(f"**{turn.speaker.title()}:** {'… ' if len(said) > left else ''}{text or '(silence)'}")
        left -= len(said)
    return "\n\n".join(reversed(kept))
