"""Grading ahead: what was read during the interview is not read again, and the report is the same."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from interviewer.background import DroppedError
from interviewer.grading.ahead import ahead
from interviewer.grading.grade import grade
from interviewer.grading.parameters import Floats
from interviewer.knowledge.load import Knowledge
from interviewer.models.base import ModelChain
from interviewer.models.cache import Remembered
from interviewer.transcript import Transcript
from tests.grading.interviews import REASONED, interview
from tests.grading.test_backends import KNOWN, WIDTH, FakeModel


@dataclass
class Remembering(FakeModel):
    """Its states come from the words alone; it remembers, as the embedded model does."""

    known: Remembered[Floats] = field(default_factory=lambda: Remembered(KNOWN))

    def embed(self, parts: Sequence[str]) -> Floats:
        return self.known.of(parts, lambda: super(Remembering, self).embed(parts) * _by_words("".join(parts)))


def _by_words(text: str) -> Floats:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])
    return np.random.default_rng(seed).normal(size=WIDTH // 2).astype(np.float32)


def _so_far(whole: Transcript) -> list[Transcript]:
    """The interview after each answer."""
    ends = [index + 1 for index, _ in whole.candidate_turns()]
    return [whole.model_copy(update={"turns": whole.turns[:end]}) for end in ends]


def test_at_the_end_most_is_known_and_the_report_is_the_same(knowledge: Knowledge, home: Path) -> None:
    whole = interview(REASONED)
    judge = partial(grade, vectors=home / "vectors")
    fresh, prepared = Remembering(), Remembering()
    alone = judge(whole, knowledge, ModelChain((fresh,)))
    for so_far in _so_far(whole)[:-1]:
        for job in ahead(judge, so_far, knowledge, ModelChain((prepared,))):
            job(lambda: None)
    before = len(prepared.asked)
    report = judge(whole, knowledge, ModelChain((prepared,)))
    assert report == alone
    assert len(prepared.asked) - before < len(fresh.asked) / 2
    assert alone.steps != judge(whole, knowledge, ModelChain()).steps  # what the model read did count


def test_it_can_be_left_between_any_two_passages(knowledge: Knowledge, home: Path) -> None:
    model, judge = Remembering(), partial(grade, vectors=home / "vectors")
    (job,) = ahead(judge, interview(REASONED), knowledge, ModelChain((model,)))

    def breathe() -> None:
        if len(model.asked) >= 3:
            raise DroppedError

    with pytest.raises(DroppedError):
        job(breathe)
    assert 3 <= len(model.asked) <= 4


def test_an_unknown_model_is_asked_nothing_ahead(knowledge: Knowledge, home: Path) -> None:
    model = Remembering(sha256="0" * 64)
    for job in ahead(partial(grade, vectors=home / "vectors"), interview(REASONED), knowledge, ModelChain((model,))):
        job(lambda: None)
    assert not model.asked
