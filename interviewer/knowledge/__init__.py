"""The knowledge base: reads cases and notes when they are first asked for, and cuts them into passages.

Every refusal names the file and the field.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from interviewer import BadInput, Step
from interviewer.config import SAFE_YAML, shipped
from interviewer.knowledge.schema import Case, Followup, FrameworkNote, RedFlag, Signal, SourcedFact, TopicNote

T = TypeVar("T")
Note = TypeVar("Note", bound=BaseModel)
_FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?\n?(.*)\Z", re.DOTALL)
_FOLLOWUPS = TypeAdapter(list[Followup])
GENERAL = "general"
"""The name of the follow-ups that serve every case."""
MAX_BYTES = 1_000_000


class _UniqueKeys(SAFE_YAML):  # type: ignore[misc]
    """YAML that refuses a key said twice instead of silently keeping the last."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"'{key}' stands twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)  # type: ignore[no-any-return]


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(f"{path}: larger than {MAX_BYTES:,} bytes")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 text (byte {error.start})") from error


def _parsed(text: str, path: Path, first_line: int) -> Any:
    """What YAML that begins on that line of the file holds. Raises BadInput naming the file and the line."""
    try:
        return yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, RecursionError, ValueError) as error:  # the last: a number of thousands of digits
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + first_line}: " if mark else ""
        raise BadInput(f"{path}: {where}{getattr(error, 'problem', None) or 'not valid YAML'}") from error


def front_matter(path: Path) -> tuple[dict[str, Any], str]:
    """The file's front matter and body. Raises BadInput naming the file and the line."""
    match = _FRONT_MATTER.match(_text(path))
    if not match:
        raise BadInput(f"{path}: must open with front matter between two lines '---'")
    data = _parsed(match[1], path, 2)
    if not isinstance(data, dict):
        raise BadInput(f"{path}: the front matter must be a mapping of field to value")
    return data, match[2]


def sections(body: str, mark: str = "## ") -> dict[str, str]:
    """The body's text by heading of one depth (``mark`` is '## ' or '### ')."""
    parts = re.split(rf"(?m)^{re.escape(mark)}(.+?)\s*$", body)
    return {heading.strip(): text.strip() for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def _refused(path: Path, error: ValidationError) -> BadInput:
    """The first thing that the schema refused, by file and field."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return BadInput(f"{path}: {field}: {first['msg']}{more}")


def _build(kind: type[Note], data: dict[str, Any], path: Path) -> Note:
    try:
        note = kind.model_validate(data)
    except ValidationError as error:
        raise _refused(path, error) from error
    if getattr(note, "slug", path.stem) != path.stem:
        raise BadInput(f"{path}: slug: must be the file's name, '{path.stem}'")
    return note


def read_case(path: Path) -> Case:
    """One case file. Raises BadInput."""
    data, body = front_matter(path)
    by_heading = sections(body)
    reference = sections(by_heading.get("Reference", ""), "### ")
    unknown = set(reference) - set(Step)
    if unknown:
        raise BadInput(f"{path}: Reference: '{sorted(unknown)[0]}' is not one of the seven steps")
    diagrams = {
        heading: match[1].strip()
        for heading, text in by_heading.items()
        if (match := re.search(r"```mermaid\s*\n(.*?)```", text, re.DOTALL))
    }
    if "reference" in data or "diagrams" in data:
        raise BadInput(f"{path}: reference and diagrams belong in the body, not in the front matter")
    return _build(Case, {**data, "reference": reference, "diagrams": diagrams}, path)


def read_note(kind: type[Note], path: Path) -> Note:
    """One note of that kind. Raises BadInput."""
    data, body = front_matter(path)
    return _build(kind, {**data, "sections": sections(body)}, path)


def read_followups(path: Path) -> tuple[Followup, ...]:
    """One list of follow-ups. Raises BadInput."""
    try:
        return tuple(_FOLLOWUPS.validate_python(_parsed(_text(path), path, 1)))
    except ValidationError as error:
        raise _refused(path, error) from error


class _Shelf(Mapping[str, T], Generic[T]):
    """Files by slug, each read when first asked for."""

    def __init__(self, paths: Iterable[Path], read: Callable[[Path], T]):
        self._paths = {path.stem: path for path in sorted(paths)}
        self._read = read
        self._known: dict[str, T] = {}

    def __getitem__(self, slug: str) -> T:
        if slug not in self._known:
            self._known[slug] = self._read(self._paths[slug])
        return self._known[slug]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


class Knowledge:
    """Everything under ``knowledge/``."""

    def __init__(self, root: Path):
        if not (root / "framework").is_dir():
            raise BadInput(f"{root}: no knowledge base there (a folder 'framework' is missing)")
        self.root = root
        self.cases: Mapping[str, Case] = _Shelf(root.glob("cases/*.md"), read_case)
        self.topics: Mapping[str, TopicNote] = _Shelf(root.glob("topics/*.md"), partial(read_note, TopicNote))
        self.followups: Mapping[str, tuple[Followup, ...]] = _Shelf(root.glob("followups/*.yaml"), read_followups)
        """By case, and under ``GENERAL`` those that serve every case. A case may have none of its own."""

    @classmethod
    def load(cls, root: Path | None = None) -> "Knowledge":
        """The knowledge under ``root``, by default the one that travels with the product. Raises BadInput."""
        return cls(root or shipped("knowledge"))

    @cached_property
    def framework(self) -> dict[Step, FrameworkNote]:
        """The note of each of the seven steps."""
        notes = [read_note(FrameworkNote, path) for path in sorted((self.root / "framework").glob("*.md"))]
        by_step = {note.step: note for note in notes}
        missing = [step for step in Step if step not in by_step]
        if missing:
            raise BadInput(f"{self.root / 'framework'}: no note for the step {missing[0]}")
        return {step: by_step[step] for step in Step}

    def case(self, slug: str) -> Case | None:
        """The case, or None when the knowledge base does not have it."""
        return self.cases.get(slug)

    def no_case(self, slug: str) -> str:
        """The sentence for a slug that is no case: the nearest ones, or all of them where none is near."""
        words = slug.lower().replace("_", "-").replace(" ", "-")
        inside = [name for name in self.cases if words and words in name]
        near = list(dict.fromkeys([*inside, *get_close_matches(words, self.cases, n=3, cutoff=0.5)]))[:3]
        if near:
            return f"no such case; the nearest: {', '.join(near)} (all of them: interviewer knowledge cases)"
        return f"no such case; there are {', '.join(self.cases)}"

    def signals(self, slug: str) -> dict[Step, list[Signal]]:
        """Per step the case's own signals, then the framework's general ones."""
        case = self.case(slug)
        return {step: [*(case.signals.get(step, []) if case else []), *self.framework[step].signals] for step in Step}

    def every_signal(self, slug: str) -> dict[str, Signal]:
        """The same by id, in the same order."""
        return {one.id: one for own in self.signals(slug).values() for one in own}

    def red_flags(self, slug: str) -> list[RedFlag]:
        """The case's own red flags, then the framework's general ones."""
        case = self.case(slug)
        own = list(case.red_flags) if case else []
        return [*own, *(flag for note in self.framework.values() for flag in note.red_flags)]

    def budgets(self, minutes: float = 45) -> dict[Step, float]:
        """Seconds per step in an interview of that many minutes."""
        whole = sum(note.minutes for note in self.framework.values())
        return {step: note.minutes / whole * minutes * 60 for step, note in self.framework.items()}

    @cached_property
    def version(self) -> str:
        """A hash of all files: indexes and logs name it."""
        digest = hashlib.sha256()
        for path in sorted([*self.root.rglob("*.md"), *self.root.rglob("*.yaml")]):
            digest.update(path.relative_to(self.root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()[:16]


# -- passages --------------------------------------------------------------------------------------------
# Cuts the knowledge base into passages for the index, each marked with who may read it. Pure.


Audience = Literal["interviewer", "grader"]
FRAMEWORK = "framework"
TOPICS = "topics"
_LONGEST = 160
"""Words; the embedding reads about 200."""


@dataclass(frozen=True)
class Passage:
    """A piece of text that can be retrieved; ``kind`` is topic, term, brief, reference, strong, fact or note."""

    id: str
    text: str
    audience: Audience
    kind: str
    case: str = ""
    step: str = ""
    ref: str = ""
    """The id of the signal, term or fact, or the slug of the note."""
    title: str = ""


def _pieces(text: str) -> Iterator[str]:
    """Paragraphs, joined or cut to at most about 160 words; diagrams and tables stay out."""
    text = re.sub(r"```.*?```", " ", text, flags=re.DOTALL)
    held: list[str] = []
    for sentence in re.split(r"(?<=[.!?])\s+|\n{2,}", text):
        words = sentence.split()
        if held and len(held) + len(words) > _LONGEST:
            yield " ".join(held)
            held = []
        held += words
    if held:
        yield " ".join(held)


def _facts(facts: list[SourcedFact], prefix: str, case: str) -> Iterator[Passage]:
    for fact in facts:
        if fact.tag != "M":
            yield Passage(f"{prefix}/fact/{fact.id}", fact.text, "grader", "fact", case, fact.step, fact.id)


def _signals(signals: list[Signal], prefix: str, case: str, step: Step) -> Iterator[Passage]:
    for signal in signals:
        topic, strong = f"{signal.topic}. {' '.join(signal.probes)}", f"{signal.text} {signal.strong}"
        yield Passage(f"{prefix}/topic/{signal.id}", topic, "interviewer", "topic", case, step, signal.id)
        yield Passage(f"{prefix}/strong/{signal.id}", strong, "grader", "strong", case, step, signal.id)


def _case(case: Case) -> Iterator[Passage]:
    slug = case.slug
    yield Passage(f"{slug}/brief", f"{case.title}. {case.summary}", "interviewer", "brief", slug)
    for term in case.glossary:
        yield Passage(
            f"{slug}/term/{term.term}", f"{term.term}: {term.text}", "interviewer", "term", slug, "", term.term
        )
    for step, signals in case.signals.items():
        yield from _signals(signals, slug, slug, step)
    for step, text in case.reference.items():
        for number, piece in enumerate(_pieces(text)):
            yield Passage(f"{slug}/reference/{step}/{number}", piece, "grader", "reference", slug, step)
    yield from _facts(case.sourced_facts, slug, slug)


def _framework(note: FrameworkNote) -> Iterator[Passage]:
    yield from _signals(note.signals, FRAMEWORK, "", note.step)
    for heading, text in note.sections.items():
        for number, piece in enumerate(_pieces(text)):
            name = f"framework/{note.slug}/{heading}/{number}"
            yield Passage(name, piece, "grader", "note", "", note.step, note.slug, f"{note.title}: {heading}")


def _topic(note: TopicNote) -> Iterator[Passage]:
    step = note.steps[0]
    for heading, text in {"": note.summary, **note.sections}.items():
        for number, piece in enumerate(_pieces(text)):
            title = f"{note.title}: {heading}" if heading else note.title
            lead = f"{note.title}. {piece}"
            yield Passage(f"topics/{note.slug}/{heading}/{number}", lead, "grader", "note", "", step, note.slug, title)
    yield from _facts(note.sourced_facts, f"topics/{note.slug}", "")


def groups(knowledge: Knowledge) -> list[str]:
    """The groups that are indexed apart: the framework, the topics, and each case by its slug."""
    return [FRAMEWORK, TOPICS, *knowledge.cases]


def passages(knowledge: Knowledge, group: str) -> list[Passage]:
    """The passages of one group."""
    match group:
        case "framework":
            return [passage for note in knowledge.framework.values() for passage in _framework(note)]
        case "topics":
            return [passage for note in knowledge.topics.values() for passage in _topic(note)]
        case slug:
            return list(_case(knowledge.cases[slug]))
