"""What ``interviewer knowledge check`` finds beyond the schema: links, leaks, missing parts.

Runnable on single files: ``python -m interviewer.knowledge.validate knowledge/cases/*.md``.
"""

import ast
import operator
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from interviewer import BadInput, Step
from interviewer.knowledge import GENERAL, read_case, read_followups, read_note
from interviewer.knowledge.schema import (
    Arithmetic,
    Case,
    Followup,
    FrameworkNote,
    RedFlag,
    Signal,
    Source,
    SourcedFact,
    TopicNote,
)

_ASK = 26
"""Words of a follow-up at most."""
_SITUATION = 28
"""Words of a situation at most."""
_OPERATORS: dict[type[ast.AST], Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}


def evaluate(expression: str) -> float:
    """The value of an arithmetic expression of numbers, + - * / ** and parentheses."""

    def value(node: ast.AST) -> float:
        match node:
            case ast.Expression(body=body):
                return value(body)
            case ast.Constant(value=int() | float() as number):
                return float(number)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return float(_OPERATORS[type(op)](value(left), value(right)))
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
                return float(_OPERATORS[type(op)](value(operand)))
        raise ValueError(f"not arithmetic: {expression}")

    return value(ast.parse(expression, mode="eval"))


def has_term(term: str, text: str) -> bool:
    """Whether the text says the term as whole words, plural or not, whatever the case and hyphens."""
    first, pattern = _term(term)
    return first in _lower(text) and pattern.search(text) is not None


@lru_cache(maxsize=20_000)
def _term(term: str) -> tuple[str, re.Pattern[str]]:
    """The term's first word and the pattern of the whole: a turn looks for hundreds of terms."""
    words = [word for word in re.split(r"[\s\-]+", term.strip()) if word]
    pattern = r"[\s-]+".join(map(re.escape, words))
    return (words[0].lower() if words else ""), re.compile(rf"(?i)(?<!\w){pattern}(?:s|es)?(?!\w)")


@lru_cache(maxsize=256)
def _lower(text: str) -> str:
    return text.lower()


def _words(text: str) -> int:
    return len(text.split())


def _spoken(where: str, text: str, limit: int, terms: Iterable[str]) -> Iterator[str]:
    """Problems of words that the interviewer will say."""
    if _words(text) > limit:
        yield f"{where}: {_words(text)} words; at most {limit}"
    if text.count("?") > 1:
        yield f"{where}: asks {text.count('?')} questions; at most one"
    for term in terms:
        if has_term(term, text):
            yield f"{where}: says '{term}', which gives a signal away"


def _signals(prefix: str, signals: list[Signal], topics: set[str] | None) -> Iterator[str]:
    for signal in signals:
        where = f"{prefix}.{signal.id}"
        for index, probe in enumerate(signal.probes):
            yield from _spoken(f"{where}.probes.{index}", probe, 30, signal.terms)
            if "?" not in probe:
                yield f"{where}.probes.{index}: asks nothing (no question mark)"
        yield from _spoken(f"{where}.topic", signal.topic, 10, signal.terms)
        yield from _spoken(f"{where}.hint", signal.hint, 35, ())
        for slug in signal.study:
            if topics is not None and slug not in topics:
                yield f"{where}.study: no topic note '{slug}'"


def _red_flags(flags: list[RedFlag]) -> Iterator[str]:
    for flag in flags:
        yield from _spoken(f"red_flags.{flag.id}.challenge", flag.challenge, 35, ())


def _sourced(facts: list[SourcedFact], sources: list[Source], arithmetic: list[Arithmetic]) -> Iterator[str]:
    known = {source.id: source for source in sources}
    for fact in facts:
        if fact.source and fact.source not in known:
            yield f"sourced_facts.{fact.id}.source: no source '{fact.source}'"
        if fact.tag in ("P", "S") and not fact.source:
            yield f"sourced_facts.{fact.id}.source: a fact tagged {fact.tag} needs its source"
        if fact.tag == "S" and fact.source in known and not known[fact.source].second_hand:
            yield f"sources.{fact.source}.second_hand: true, since '{fact.id}' is tagged S"
    for index, sum_ in enumerate(arithmetic):
        try:
            value = evaluate(sum_.expression)
        except (ValueError, SyntaxError, ArithmeticError) as error:
            yield f"arithmetic.{index}.expression: {error}"
            continue
        if abs(value - sum_.equals) > sum_.tolerance * abs(sum_.equals):
            yield f"arithmetic.{index}: {sum_.expression} is {value:.6g}, not {sum_.equals:g}"


def _duplicates(where: str, ids: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(ids).items():
        if count > 1:
            yield f"{where}: '{name}' stands {count} times"


def check_case(case: Case, topics: set[str] | None = None) -> list[str]:
    """The problems of one case, each as 'field: what is wrong'; ``topics`` are the known topic slugs."""
    problems: list[str] = []
    every = [signal for signals in case.signals.values() for signal in signals]
    terms = [term for signal in every for term in signal.terms]
    for step in Step:
        if len(case.signals.get(step, [])) < 5:
            problems.append(f"signals.{step}: {len(case.signals.get(step, []))} signals; at least 5")
        if not case.reference.get(step):
            problems.append(f"Reference: '### {step}' is missing")
        problems += _signals(f"signals.{step}", case.signals.get(step, []), topics)
    problems += _spoken("brief", case.brief, 45, terms)
    for term in case.glossary:
        problems += _spoken(f"glossary.{term.term}", term.text, 40, terms)
    for fact in case.facts:
        problems += _spoken(f"facts.{fact.id}.answer", fact.answer, 30, ())
    for step, questions in case.situations.items():
        for subject, one in questions.items():
            problems += _spoken(f"situations.{step}.{subject}.ask", one.ask, _SITUATION, terms)
    for trade_off in case.trade_offs:
        problems += _spoken(f"trade_offs.{trade_off.id}.question", trade_off.question, 35, ())
    for pushback in case.pushbacks:
        problems += _spoken(f"pushbacks.{pushback.id}.say", pushback.say, 40, ())
    problems += _red_flags(case.red_flags)
    problems += _sourced(case.sourced_facts, case.sources, case.arithmetic)
    problems += _duplicates("signals", (signal.id for signal in every))
    for name in ("facts", "red_flags", "trade_offs", "pushbacks"):
        problems += _duplicates(name, (one.id for one in getattr(case, name)))
    for signal in every:
        foreign = [term for other in every if other is not signal for term in other.terms]
        for index, probe in enumerate(signal.probes):
            problems += _spoken(f"signals.{signal.id}.probes.{index}", probe, 30, foreign)
        problems += _spoken(f"signals.{signal.id}.topic", signal.topic, 10, foreign)
    for heading in ("Data flow", "Serving"):
        if heading not in case.diagrams:
            problems.append(f"{heading}: no Mermaid diagram")
    return problems


def check_framework_note(note: FrameworkNote, topics: set[str] | None = None) -> list[str]:
    """The problems of one framework note."""
    return [
        *_signals("signals", note.signals, topics),
        *_red_flags(note.red_flags),
        *_duplicates("signals", (signal.id for signal in note.signals)),
    ]


def check_topic_note(note: TopicNote) -> list[str]:
    """The problems of one topic note."""
    problems = list(_sourced(note.sourced_facts, note.sources, note.arithmetic))
    if not note.sections:
        problems.append("body: no '## ' sections")
    return problems


def check_followups(followups: Sequence[Followup]) -> list[str]:
    """The problems of one list of follow-ups, by their places in it."""
    problems: list[str] = []
    for index, one in enumerate(followups):
        problems += _spoken(f"{index}.ask", one.ask, _ASK, ())
    problems += _duplicates("ask", (one.ask for one in followups))
    problems += _duplicates("said", (text for one in followups for text in one.said))
    return problems


def check_file(path: Path, topics: set[str] | None = None) -> list[str]:
    """The problems of one file of ``knowledge/``, each as 'file: field: what is wrong'."""
    try:
        match path.parent.name:
            case "cases":
                problems = check_case(read_case(path), topics)
            case "followups":
                problems = check_followups(read_followups(path))
            case "framework":
                problems = check_framework_note(read_note(FrameworkNote, path), topics)
            case _:
                problems = check_topic_note(read_note(TopicNote, path))
    except BadInput as error:
        return [str(error)]
    return [f"{path}: {problem}" for problem in problems]


def check_tree(root: Path) -> tuple[int, list[str]]:
    """The number of files under a knowledge folder, and the problems of all of them. Raises BadInput for no folder."""
    if not (root / "framework").is_dir():
        raise BadInput(f"{root}: no knowledge base there (a folder 'framework' is missing)")
    files = sorted(path for name in ("framework", "topics", "cases") for path in (root / name).glob("*.md"))
    topics = {path.stem for path in (root / "topics").glob("*.md")}
    lists = sorted((root / "followups").glob("*.yaml"))
    known = {GENERAL, *(path.stem for path in files if path.parent.name == "cases")}
    problems = [f"{path}: no case '{path.stem}'" for path in lists if path.stem not in known]
    problems += [problem for path in [*files, *lists] for problem in check_file(path, topics)]
    return len(files) + len(lists), problems


if __name__ == "__main__":
    found = [problem for name in sys.argv[1:] for problem in check_file(Path(name))]
    print("\n".join(found) or "no problems")
    sys.exit(2 if found else 0)
