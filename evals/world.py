"""What a task works in: the product's own functions, opened once per process.

    world = open_world("scripted")
    world.reply(transcript)  ->  the interviewer's next turn, as JSON
    world.grade(transcript)  ->  the report, as JSON

Suites and tests see only this class, so a fake world needs no patching.
"""

import hashlib
import subprocess
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from evals import places
from evals.types import Json
from interviewer.domain import Level
from interviewer.errors import BadInput
from interviewer.transcript import Transcript

ROOT = Path(__file__).resolve().parent


class World(Protocol):
    """The product as the evals see it."""

    def reply(self, transcript: Transcript, at: float | None = None) -> Json:
        """The next turn: ``{turn, transcript, state, backend, warnings}``; raises the product's errors."""
        ...

    def grade(
        self, transcript: Transcript, level: Level | None = None, withhold: bool = False, unseen: bool = False
    ) -> Json:
        """The report. ``withhold`` takes the transcript's own case file away first; ``unseen`` grades with numbers
        that were fitted without any transcript of the case."""
        ...

    def ask_for_mark(self, transcript: Transcript) -> float | None:
        """A model asked directly for a mark from 1 to 4; None without a model."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Sentence embeddings."""
        ...

    def knows(self, case: str) -> Json:
        """What scorers need of a case: ``{brief, terms, facts, budgets}``; general terms for an unknown one."""
        ...

    def fact_for(self, case: str, question: str) -> str | None:
        """The requirement fact that a question asks for; None where the case is silent."""
        ...

    def search(self, query: str) -> Json:
        """``{found: [note slug…], relevant: bool}``: the notes for a query, best first, and whether any is relevant."""
        ...

    def take_usage(self) -> dict[str, int]:
        """Tokens by role since the last call."""
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

    def __init__(
        self,
        model: str = "scripted",
        prompts: str | None = None,
        replay_only: bool = False,
        fit_on: Sequence[str] = (),
    ):
        from evals.cache import open_recorded_chain
        from interviewer.knowledge.load import Knowledge

        self._knowledge = Knowledge.load()
        self._chain, self._usage = open_recorded_chain(model, prompts, replay_only)
        self._prompts = prompts
        self._interviewers: dict[str, Any] = {}
        self._withheld: dict[str, Any] = {}
        self._retriever: Any = None
        self._fit_on = [Path(folder) for folder in fit_on]
        self._unseen: Any = None

    @property
    def knowledge(self) -> Any:
        return self._knowledge

    def reply(self, transcript: Transcript, at: float | None = None) -> Json:
        from interviewer.interview.interviewer import Interviewer

        if "it" not in self._interviewers:
            self._interviewers["it"] = Interviewer(
                self._knowledge, self._chain, retriever=self._lookup(), vectors=places.vectors()
            )
        reply = self._interviewers["it"].next_turn(transcript, at=at)
        state = reply.state
        return {
            "turn": reply.turn.model_dump(mode="json", exclude_none=True),
            "transcript": reply.transcript,
            "state": {
                "step": _plain(getattr(state, "step", None)),
                "covered": {str(step): list(found) for step, found in dict(getattr(state, "covered", {})).items()},
                "hints": getattr(state, "hints", 0),
                "elapsed": getattr(state, "elapsed", None),
            },
            "backend": reply.backend,
            "warnings": list(reply.warnings),
        }

    def grade(
        self, transcript: Transcript, level: Level | None = None, withhold: bool = False, unseen: bool = False
    ) -> Json:
        from interviewer.grading.grade import grade

        knowledge = self._knowledge
        if withhold and transcript.case in knowledge.cases:
            if transcript.case not in self._withheld:
                self._withheld[transcript.case] = knowledge.without_case(transcript.case)
            knowledge = self._withheld[transcript.case]
        numbers = self._numbers(transcript.case) if unseen else None
        readout = self._readouts.get(transcript.case) if unseen else None
        report = grade(
            transcript, knowledge, self._chain, level, vectors=places.vectors(), numbers=numbers, readout=readout
        )
        body: Json = report.model_dump(mode="json")
        return body

    def _numbers(self, case: str) -> Any:
        if self._unseen is None:
            from evals.unseen import Unseen

            self._unseen = Unseen(self._fit_on)
        return self._unseen.without(case)

    @cached_property
    def _readouts(self) -> dict[str, Any]:
        from evals.unseen import readouts

        return readouts(self.identity["model_sha256"])

    def ask_for_mark(self, transcript: Transcript) -> float | None:
        from evals.rivals import ask

        return ask(self._chain, transcript) if self._chain.models else None

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        from interviewer.knowledge.embeddings import shared_embedder

        return shared_embedder().encode(texts)

    def knows(self, case: str) -> Json:
        known = self._knowledge.case(case)
        signals = self._knowledge.signals(case)
        return {
            "brief": known.brief if known else "",
            "terms": sorted({term for of_step in signals.values() for signal in of_step for term in signal.terms}),
            "facts": {fact.id: fact.answer for fact in known.facts} if known else {},
            "glossary": [term.text for term in known.glossary] if known else [],
            "budgets": {str(step): seconds for step, seconds in self._knowledge.budgets().items()},
        }

    def fact_for(self, case: str, question: str) -> str | None:
        from interviewer.knowledge.embeddings import shared_embedder
        from interviewer.listening.examples import exemplars
        from interviewer.listening.facts import match_facts
        from interviewer.listening.intents import clauses
        from interviewer.text import without_fillers

        sounds = exemplars(self._knowledge, case, shared_embedder(), places.vectors())
        matches = match_facts(clauses(without_fillers(question)), sounds, shared_embedder())
        return matches[0].fact if matches else None

    def search(self, query: str) -> Json:
        from interviewer.knowledge.retrieval import NOTHING_BELOW

        found = self._lookup().search(query, audience="grader", kind="note", limit=5)
        best = max((one.similarity for one in found), default=0.0)
        return {"found": [one.passage.ref for one in found], "relevant": best >= NOTHING_BELOW, "best": round(best, 3)}

    def _lookup(self) -> Any:
        """The retriever, over an index of its own."""
        from interviewer.knowledge.embeddings import shared_embedder
        from interviewer.knowledge.index import Index
        from interviewer.knowledge.retrieval import Retriever

        if self._retriever is None:
            self._retriever = Retriever(Index(self._knowledge, shared_embedder(), places.index()))
        return self._retriever

    def take_usage(self) -> dict[str, int]:
        return self._usage.take()

    @property
    def identity(self) -> Json:
        first = self._chain.models[0] if self._chain.models else None
        return {
            "backend": self._chain.backend,
            "model": getattr(first, "name", None),
            "model_sha256": getattr(first, "sha256", None),
            "prompts": prompt_hashes(self._prompts),
            "knowledge": self._knowledge.version,
        }

    def close(self) -> None:
        self._chain.close()


def _plain(value: Any) -> Any:
    return None if value is None else str(value)


def open_world(
    model: str = "scripted", prompts: str | None = None, replay_only: bool = False, fit_on: Sequence[str] = ()
) -> World:
    """The product's world; ``fit_on``: folders for ``unseen``. Raises CannotRun when the named backend cannot serve."""
    return ProductWorld(model, prompts, replay_only, fit_on)


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
    from interviewer.paths import shipped

    root = Path(folder) if folder else shipped("prompts")
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in sorted(root.glob("*.md"))}


def code_hash() -> str:
    """A hash of the product's and the evals' code and fitted data: a resumed run must be of the same code."""
    import interviewer

    package = Path(interviewer.__file__).resolve().parent
    digest = hashlib.sha256()
    for root in (package, ROOT):
        for path in sorted(root.rglob("*")):
            if path.suffix in {".py", ".json", ".yaml", ".npz", ".txt", ".jsonl"} and "baselines" not in path.parts:
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
    done = subprocess.run(
        ["git", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=10,
        check=True,
    )
    return done.stdout.strip()
