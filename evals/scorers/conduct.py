"""Conduct, turn by turn: the form of what the interviewer says. Gates, not evidence of quality.

A turn can satisfy every one of these and still not follow from what was said; that is measured by ``preference``.
"""

import re
from collections.abc import Callable, Container, Iterator
from functools import cache
from pathlib import Path

from evals.scorers import scorer
from evals.statistics import mean, median
from evals.types import Json, Point, Record, verdict
from interviewer.knowledge.validate import has_term

MOST_WORDS = 60
ECHO = 16
"""Words of the candidate in a row that make a summary."""
EARLY = 0.9
"""Share of the time before which an interview may not end unasked."""


_MARKUP = re.compile(r"(?m)^\s*(?:[-*+•]\s|\d+[.)]\s|#{1,6}\s|\|)|\*\*|__|`|\[[^\]]+\]\(|(?:\b\d\)\s.*){2}")
_QUOTED = re.compile(r"[\"“][^\"”]{1,200}[\"”]")
Check = Callable[[Json, list[Json]], str | None]
"""What is wrong with a turn, given the turns before it: nothing (""), or None where the measure does not apply."""


def faults(record: Record, check: Check, kinds: Container[str] | None = None) -> list[Point]:
    """1 for every turn at fault, 0 for the others; a position at which the product failed is unscored."""
    found = []
    for ours, before in positions(record):
        if "error" in ours:
            found.append(unscored(ours))
        elif (kinds is None or ours.get("kind") in kinds) and (note := check(ours, before)) is not None:
            found.append(Point(float(bool(note)), ours["turn"], note, not note))
    return found


def passes(record: Record, check: Check) -> list[Point]:
    """The same with 1 for the turns that are right."""
    return [one if one.value is None else verdict(bool(one.ok), one.turn, one.note) for one in faults(record, check)]


@scorer(mean)
def one_question(record: Record) -> list[Point]:
    """One question at a time.

    interviewer turns with at most one question mark (doubled marks count once) ÷ interviewer turns
    """
    return passes(
        record, lambda ours, _: f"asks twice: {ours['text'][:160]}" * (len(re.findall(r"\?+", ours["text"])) > 1)
    )


@scorer(mean)
def short(record: Record) -> list[Point]:
    """At most 60 words.

    interviewer turns of at most 60 words ÷ interviewer turns
    """
    return passes(
        record, lambda ours, _: f"{len(ours['text'].split())} words" * (len(ours["text"].split()) > MOST_WORDS)
    )


@scorer(mean)
def no_list(record: Record) -> list[Point]:
    """No list and no Markdown.

    interviewer turns without bullets, numbered items, headings, bold, code, tables or links ÷ interviewer turns
    """
    return passes(record, lambda ours, _: f"markup: {ours['text'][:120]}" * bool(_MARKUP.search(ours["text"])))


@scorer(mean, "lower")
def restraint(record: Record) -> list[Point]:
    """Praise, summary or teaching.

    interviewer turns that match a pattern of data/praise.txt, data/summary.txt or data/teaching.txt, or that repeat 16
    or more words of the candidate in a row ÷ interviewer turns; a neutral nod of up to four words and one recalling
    clause are fine, and so are words quoted from the candidate; a question does not teach, and a turn of kind hint may
    """
    return faults(record, unrestrained)


def unrestrained(ours: Json, before: list[Json]) -> str:
    """Which praise, summary or teaching a turn holds, or nothing."""
    text = _QUOTED.sub("", ours["text"])
    told = " ".join(sentence for sentence in sentences(text) if not sentence.endswith("?"))
    for name in ("praise", "summary", "teaching"):
        if name == "teaching" and ours.get("kind") == "hint":
            continue
        if match := pattern(f"{name}.txt").search(told if name == "teaching" else text):
            return f"{name}: “{match[0]}” in: {text[:160]}"
    said = " ".join(" ".join(turn["text"] for turn in before if turn["speaker"] == "candidate").lower().split())
    words = text.lower().split()
    for start in range(len(words) - ECHO + 1):
        if " ".join(words[start : start + ECHO]) in said:
            return f"summary: repeats {ECHO} words or more: {text[:160]}"
    return ""


def _given(record: Record) -> str:
    """What the case says openly or when asked."""
    known = (record.output or {}).get("known", {})
    return " ".join([known.get("brief", ""), *known.get("glossary", []), *known.get("facts", {}).values()])


@scorer(mean, "lower")
def leakage(record: Record) -> list[Point]:
    """Leakage: a signal's phrase said before the candidate said it.

    interviewer turns that say a term of the case's or the framework's signals which stands in no earlier turn, nor in
    the brief, glossary or a requirement fact ÷ interviewer turns; turns of kind hint are left out
    """
    given, terms = _given(record), (record.output or {}).get("known", {}).get("terms", [])

    def leaks(ours: Json, before: list[Json]) -> str | None:
        if ours.get("kind") == "hint":
            return None
        earlier = " ".join([given, *(turn["text"] for turn in before)])
        leaked = [term for term in terms if has_term(term, ours["text"]) and not has_term(term, earlier)]
        return f"says {', '.join(leaked)}: {ours['text'][:160]}" if leaked else ""

    return faults(record, leaks)


@scorer(mean, "lower")
def repeats(record: Record) -> list[Point]:
    """Repeats of an earlier question.

    interviewer turns with a question that equals one of an earlier interviewer turn (same letters, or content words
    with a Jaccard index of 0.8 or more) ÷ interviewer turns with a question
    """

    def repeated(ours: Json, before: list[Json]) -> str | None:
        asked = _questions(ours["text"])
        earlier = [one for turn in before if turn["speaker"] == "interviewer" for one in _questions(turn["text"])]
        again = [one for one in asked if any(alike(one, old) for old in earlier)]
        return (f"asked before: {again[0][:140]}" if again else "") if asked else None

    return faults(record, repeated)


def _questions(text: str) -> list[str]:
    return [sentence for sentence in sentences(text) if sentence.endswith("?")]


_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
_AMOUNT = re.compile(r"(\d[\d,.]*\d|\d)\s*(?:million|billion|thousand|percent|%|k\b|m\b)?\s+([a-z]{3,})", re.IGNORECASE)
_NO_UNIT = {"and", "the", "for", "per", "with", "that", "are", "from", "but", "more", "new"}


@scorer(mean, "lower")
def facts_kept(record: Record) -> list[Point]:
    """Contradictions of given facts.

    opening and answering turns that say a number (other than minutes) which stands neither in the brief, glossary or
    facts of the case nor in an earlier turn, or that give another number for a noun for which an earlier interviewer
    turn gave one ÷ opening and answering turns
    """
    given = _given(record)
    return faults(record, lambda ours, before: contradiction(ours["text"], given, before), ("open", "answer"))


def contradiction(text: str, given: str, before: list[Json]) -> str:
    """What in a turn contradicts what was given before, in a sentence; empty when nothing does."""
    earlier = " ".join(turn["text"] for turn in before)
    backed = set(_NUMBER.findall(f"{given} {earlier}"))
    timeless = re.sub(r"\d+[\s-]minutes?", "", text)
    invented = [number for number in _NUMBER.findall(timeless) if number not in backed]
    if invented:
        return f"{invented[0]} stands nowhere: {text[:160]}"
    ours = _amounts(text)
    theirs = _amounts(" ".join(turn["text"] for turn in before if turn["speaker"] == "interviewer"))
    for noun, numbers in ours.items():
        if noun in theirs and not numbers & theirs[noun]:
            return f"{noun}: {min(numbers)} now, {min(theirs[noun])} before: {text[:160]}"
    return ""


def _amounts(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for number, noun in _AMOUNT.findall(text):
        if noun.lower() not in _NO_UNIT:
            found.setdefault(noun.lower().rstrip("s"), set()).add(number)
    return found


@scorer(mean)
def move_accepted(record: Record) -> list[Point]:
    """Moves that a good interviewer could have made.

    labelled positions at which our kind is in the acceptable set ÷ labelled positions
    """
    accept = record.target.get("accept")
    if not accept:
        return []
    good = ", ".join(accept)
    return passes(record, lambda ours, _: f"{ours['kind']}; good: {good}" * (ours["kind"] not in accept))


@scorer(mean)
def labellers_agree(record: Record) -> list[Point]:
    """Agreement of the two labellings of a position (of the data, not of the product).

    positions labelled twice where each labeller's primary move is in the other's acceptable set ÷ positions labelled
    twice
    """
    first, second = record.target.get("accept"), record.target.get("second")
    if not first or not second:
        return []
    agree = first[0] in second and second[0] in first
    return [verdict(agree, note=f"{', '.join(first)} against {', '.join(second)}")]


@scorer(mean)
def challenged(record: Record) -> list[Point]:
    """Planted errors are challenged.

    wrong statements of data/planted.jsonl after which our turn is of kind challenge ÷ wrong statements
    """
    if record.target.get("planted") != "wrong":
        return []
    return passes(record, lambda ours, _: f"{ours['kind']}: {ours['text'][:140]}" * (ours["kind"] != "challenge"))


@scorer(mean, "lower")
def false_challenges(record: Record) -> list[Point]:
    """Right statements that are challenged.

    sound statements of data/planted.jsonl after which our turn is of kind challenge ÷ sound statements
    """
    if record.target.get("planted") != "sound":
        return []
    return faults(record, lambda ours, _: ours["text"][:140] * (ours["kind"] == "challenge"))


@scorer(median, "lower")
def reply_seconds(record: Record) -> list[Point]:
    """Seconds to the interviewer's turn (median).

    median wall time of a reply; of a shared machine: read it as a ratio
    """
    return [Point(float(ours["seconds"]), ours["turn"]) for ours, _ in positions(record) if "seconds" in ours]


@scorer(mean)
def backend_kept(record: Record) -> list[Point]:
    """Turns spoken by the backend that was asked for.

    interviewer turns whose backend is the run's own ÷ interviewer turns; on local the others were worded by scripted
    """
    backend = record.output and record.output.get("backend")
    return [Point(float(ours.get("backend") == backend), ours["turn"]) for ours, _ in positions(record) if backend]


@scorer(mean, "lower")
def ended_unasked(record: Record) -> list[Point]:
    """Interviews ended unasked.

    turns of kind close before nine tenths of the time, without the candidate's ``end`` button ÷ interviewer turns
    """
    minutes = (record.inputs.get("transcript") or {}).get("minutes") or 45

    def ends(ours: Json, before: list[Json]) -> str:
        early = (ours.get("at") or 0.0) < EARLY * minutes * 60
        asked = any(turn.get("event") == "end" for turn in before)
        return str(ours["text"][:140]) if ours.get("kind") == "close" and early and not asked else ""

    return faults(record, ends)


# -- wording ---------------------------------------------------------------------------------------------
# Reads an interviewer's turn: sentences, questions, content words, numbers; the scorers of conduct share it.


DATA = Path(__file__).resolve().parent.parent / "data"
_WORD = re.compile(r"[a-z][a-z'-]{3,}|\d[\d.,]*")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_STEM = 6


@cache
def lines(name: str) -> tuple[str, ...]:
    """The lines of a data file that are not empty and no comment."""
    text = (DATA / name).read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


@cache
def pattern(name: str) -> re.Pattern[str]:
    """A data file of regular expressions, one a line, as one pattern that ignores case."""
    return re.compile("|".join(f"(?:{line})" for line in lines(name)), re.IGNORECASE)


def sentences(text: str) -> list[str]:
    """Sentences of a turn."""
    return [piece.strip() for piece in _SENTENCE.split(text) if piece.strip()]


def stems(text: str) -> set[str]:
    """Content words, cut to six letters: longer than three letters and not in ``data/stop_words.txt``."""
    stop = set(lines("stop_words.txt"))
    return {word[:_STEM] for word in _WORD.findall(text.lower()) if word not in stop}


def alike(one: str, other: str) -> bool:
    """Whether two questions are the same: equal letters, or content words with a Jaccard index of 0.8 or more."""
    plain = [re.sub(r"[^a-z0-9]+", " ", text.lower()).strip() for text in (one, other)]
    if plain[0] == plain[1]:
        return bool(plain[0])
    left, right = stems(one), stems(other)
    return min(len(left), len(right)) >= 3 and len(left & right) / len(left | right) >= 0.8


def positions(record: Record) -> Iterator[tuple[Json, list[Json]]]:
    """Every position of a record with the turns before it; a failed position has the key ``error``."""
    output = record.output or {}
    turns = output["turns"] if "turns" in output else record.inputs["transcript"]["turns"]
    for position in output.get("positions", []):
        yield position, turns[: position["turn"]]


def unscored(position: Json) -> Point:
    """A position at which the product failed."""
    return Point(None, position["turn"], position["error"])
