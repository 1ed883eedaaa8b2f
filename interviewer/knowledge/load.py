"""The knowledge base in memory: cases, framework notes and topic notes, read when first asked for."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

from interviewer.domain import Step
from interviewer.errors import BadInput
from interviewer.knowledge.read import read_case, read_framework_note, read_topic_note
from interviewer.knowledge.schema import Case, FrameworkNote, RedFlag, Signal, TopicNote
from interviewer.paths import shipped

T = TypeVar("T")


class _Shelf(Mapping[str, T], Generic[T]):
    """Files by slug, each read when first asked for."""

    def __init__(self, paths: Mapping[str, Path], read: Callable[[Path], T]):
        self._paths = dict(paths)
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

    def without(self, slug: str) -> "_Shelf[T]":
        return _Shelf({name: path for name, path in self._paths.items() if name != slug}, self._read)


class Knowledge:
    """Everything under ``knowledge/``."""

    def __init__(self, root: Path, cases: _Shelf[Case], topics: _Shelf[TopicNote]):
        self.root = root
        self._cases = cases
        self._topics = topics
        self.cases: Mapping[str, Case] = cases
        self.topics: Mapping[str, TopicNote] = topics

    @classmethod
    def load(cls, root: Path | None = None) -> "Knowledge":
        """The knowledge under ``root``, by default the one that travels with the product. Raises BadInput."""
        root = root or shipped("knowledge")
        if not (root / "framework").is_dir():
            raise BadInput(f"{root}: no knowledge base there (a folder 'framework' is missing)")

        def files(name: str) -> dict[str, Path]:
            return {path.stem: path for path in sorted((root / name).glob("*.md"))}

        return cls(root, _Shelf(files("cases"), read_case), _Shelf(files("topics"), read_topic_note))

    @cached_property
    def framework(self) -> dict[Step, FrameworkNote]:
        """The note of each of the seven steps."""
        notes = [read_framework_note(path) for path in sorted((self.root / "framework").glob("*.md"))]
        by_step = {note.step: note for note in notes}
        missing = [step for step in Step if step not in by_step]
        if missing:
            raise BadInput(f"{self.root / 'framework'}: no note for the step {missing[0]}")
        return {step: by_step[step] for step in Step}

    def case(self, slug: str) -> Case | None:
        """The case, or None when the knowledge base does not have it."""
        return self.cases.get(slug)

    def signals(self, slug: str) -> dict[Step, list[Signal]]:
        """Per step the case's own signals, then the framework's general ones."""
        case = self.case(slug)
        return {step: [*(case.signals.get(step, []) if case else []), *self.framework[step].signals] for step in Step}

    def red_flags(self, slug: str) -> list[RedFlag]:
        """The case's own red flags, then the framework's general ones."""
        case = self.case(slug)
        own = list(case.red_flags) if case else []
        return [*own, *(flag for note in self.framework.values() for flag in note.red_flags)]

    def budgets(self, minutes: float = 45) -> dict[Step, float]:
        """Seconds per step in an interview of that many minutes."""
        whole = sum(note.minutes for note in self.framework.values())
        return {step: note.minutes / whole * minutes * 60 for step, note in self.framework.items()}

    def without_case(self, slug: str) -> "Knowledge":
        """This knowledge with one case withheld, for telling knowledge of the case from judgement."""
        knowledge = Knowledge(self.root, self._cases.without(slug), self._topics)
        knowledge.framework = self.framework
        return knowledge

    @cached_property
    def version(self) -> str:
        """A hash of all files: indexes and logs name it."""
        digest = hashlib.sha256()
        for path in sorted(self.root.rglob("*.md")):
            digest.update(path.relative_to(self.root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()[:16]
