"""What a task works in: the product's own functions, opened once per process.

    world = open_world("scripted")
    world.reply(transcript)  ->  the interviewer's next turn, as JSON
    world.grade(transcript)  ->  the report, as JSON

Suites and tests see only this class, so a fake world needs no patching.
"""

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any, Protocol

from evals.types import Json
from interviewer import BadInput, CannotRun, Level
from interviewer.transcript import Transcript

ROOT = Path(__file__).resolve().parent


class World(Protocol):
    """The product as the evals see it."""

    def reply(self, transcript: Transcript, at: float | None = None) -> Json:
        """The next turn: ``{turn, transcript, backend, policy, rejected, usage, warnings}``."""
        ...

    def grade(self, transcript: Transcript, level: Level | None = None) -> Json:
        """The report."""
        ...

    def knows(self, case: str) -> Json:
        """What scorers need of a case: ``{brief, terms, facts, budgets}``; general terms for an unknown one."""
        ...

    def hears(self, case: str, text: str) -> list[Json]:
        """What the fast listener hears in a candidate's turn of these words alone: ``[{kind, id}…]``."""
        ...

    def search(self, query: str) -> Json:
        """``{found: [note slug…], relevant: bool}``: the notes for a query, best first, and whether any is relevant."""
        ...

    @property
    def knowledge(self) -> Any: ...

    @property
    def identity(self) -> Json:
        """What this world is: backend, model, hashes of weights, prompts and knowledge."""
        ...

    def close(self) -> None: ...


class ProductWorld:
    """The real product behind the interface."""

    def __init__(self, model: str = "scripted", prompts: str | None = None):
        from interviewer.config import load
        from interviewer.context import open_context

        if prompts:
            os.environ["INTERVIEWER_PROMPTS"] = prompts
        self._prompts = prompts
        self._parts = open_context(load().model_copy(update={"model": model}))

    @property
    def knowledge(self) -> Any:
        return self._parts.knowledge

    def reply(self, transcript: Transcript, at: float | None = None) -> Json:
        reply = self._parts.interviewer.next_turn(transcript, at=at)
        return {
            "turn": reply.turn.model_dump(mode="json", exclude_none=True),
            "transcript": reply.transcript,
            "backend": reply.backend,
            "warnings": list(reply.warnings),
            "policy": reply.policy,
            "rejected": [one.model_dump(mode="json") for one in reply.rejected],
            "usage": reply.usage,
        }

    def grade(self, transcript: Transcript, level: Level | None = None) -> Json:
        from interviewer.grading.grade import grade

        parts = self._parts
        report = grade(
            transcript, parts.knowledge, parts.chain, level, retrieve=parts.retriever.search, vectors=parts.vectors
        )
        body: Json = report.model_dump(mode="json")
        return body

    def knows(self, case: str) -> Json:
        known = self.knowledge.case(case)
        signals = self.knowledge.signals(case)
        return {
            "brief": known.brief if known else "",
            "terms": sorted({term for of_step in signals.values() for signal in of_step for term in signal.terms}),
            "facts": {fact.id: fact.answer for fact in known.facts} if known else {},
            "glossary": [term.text for term in known.glossary] if known else [],
            "budgets": {str(step): seconds for step, seconds in self.knowledge.budgets().items()},
        }

    def hears(self, case: str, text: str) -> list[Json]:
        turn = {"speaker": "candidate", "text": text}
        alone = Transcript.model_validate({"case": case, "level": "senior", "turns": [turn]})
        heard = self._parts.interviewer.listener.annotate(alone).turns[0].heard or []
        return [{"kind": one.kind, "id": one.id} for one in heard]

    def search(self, query: str) -> Json:
        from interviewer.knowledge.retrieval import NOTHING_BELOW

        found = self._parts.retriever.search(query, audience="grader", kind="note", limit=5)
        if self._parts.retriever.index.trouble:  # nothing found would be a measurement of nothing
            raise CannotRun(self._parts.retriever.index.trouble)
        best = max((one.similarity for one in found), default=0.0)
        return {"found": [one.passage.ref for one in found], "relevant": best >= NOTHING_BELOW, "best": round(best, 3)}

    @property
    def identity(self) -> Json:
        chain = self._parts.chain
        first = chain.models[0] if chain.models else None
        return {
            "backend": chain.backend,
            "model": getattr(first, "name", None),
            "model_sha256": getattr(first, "sha256", None),
            "prompts": prompt_hashes(self._prompts),
            "knowledge": self.knowledge.version,
        }

    def close(self) -> None:
        self._parts.close()


def open_world(model: str = "scripted", prompts: str | None = None) -> World:
    """The product's world. Raises CannotRun when the named backend cannot serve."""
    return ProductWorld(model, prompts)


def open_by_name(opener: str, **options: Any) -> World:
    """The world of a dotted name such as ``evals.world:open_world``; how worker processes find theirs."""
    import importlib

    module, _, name = opener.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise BadInput(f"no world '{opener}': {error}") from error
    world: World = found(**options)
    return world


def prompt_hashes(folder: str | None = None) -> dict[str, str]:
    """The first 12 digits of the SHA-256 of every prompt file, by name."""
    from interviewer.config import shipped

    root = Path(folder) if folder else shipped("prompts")
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in sorted(root.glob("*.md"))}


def code_hash() -> str:
    """A hash of the product's and the evals' code and data: a resumed run must be of the same code."""
    import interviewer

    package = Path(interviewer.__file__).resolve().parent
    digest = hashlib.sha256()
    for root in (package, ROOT):
        for path in sorted(root.rglob("*")):
            if path.suffix in {".py", ".json", ".yaml", ".txt", ".jsonl"} and "references" not in path.parts:
                digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def revision() -> str:
    """The git revision, with ``+`` when the work tree differs from it; ``unknown`` outside a checkout."""
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        return commit + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=10, check=True)
    return done.stdout.strip()
