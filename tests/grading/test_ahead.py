"""Grading ahead: what was read during the interview is not read again, and the report is the same."""

from functools import partial
from pathlib import Path

import pytest

from interviewer.background import DroppedError
from interviewer.grading.ahead import ahead
from interviewer.grading.grade import grade
from interviewer.knowledge.load import Knowledge
from interviewer.models.base import ModelChain
from interviewer.transcript import transcript_from
from tests.grading.interviews import REASONED, interview

pytestmark = pytest.mark.slow


def test_the_report_is_the_same_as_without_it(knowledge: Knowledge, home: Path) -> None:
    judge = partial(grade, vectors=home / "vectors")
    alone = judge(interview(REASONED), knowledge, ModelChain())
    for job in ahead(judge, interview(REASONED[:5]), knowledge, ModelChain()):
        job(lambda: None)
    assert judge(interview(REASONED), knowledge, ModelChain()) == alone


def test_it_can_be_left_in_the_middle(knowledge: Knowledge, home: Path) -> None:
    (job,) = ahead(partial(grade, vectors=home / "vectors"), interview(REASONED), knowledge, ModelChain())

    def breathe() -> None:
        raise DroppedError

    with pytest.raises(DroppedError):
        job(breathe)


def test_before_the_first_answer_there_is_nothing_to_prepare(knowledge: Knowledge) -> None:
    empty = transcript_from({"case": "video-recommendation", "level": "mid", "turns": []})
    assert ahead(grade, empty, knowledge, ModelChain()) == []
