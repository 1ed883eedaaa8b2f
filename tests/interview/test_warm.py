"""What the first answers on a case need is made while the candidate reads the problem."""

import threading
from pathlib import Path
from typing import Any

from interviewer.domain import Level
from interviewer.interview.interviewer import Interviewer
from interviewer.knowledge.embeddings import Embedder, shared_embedder
from interviewer.knowledge.index import Index
from interviewer.knowledge.retrieval import Retriever
from interviewer.transcript import Transcript, Turn


def test_the_opening_and_its_state_need_no_ears(knowledge: Any, tmp_path: Path) -> None:
    class Deaf(Embedder):
        def encode(self, texts: Any) -> Any:
            raise AssertionError(f"listened: {texts[:1]}")

    interviewer = Interviewer(knowledge, embedder=Deaf(), vectors=tmp_path)
    opening = interviewer.next_turn(Transcript(case="eta-prediction", level=Level.SENIOR, minutes=45, turns=[]), 0.0)
    assert interviewer.state(opening.transcript, 5.0).elapsed == 5.0


def test_warming_makes_the_ears_and_the_index_once(knowledge: Any, home: Path, tmp_path: Path) -> None:
    embedder = shared_embedder()
    index = Index(knowledge, embedder, tmp_path / "index")
    interviewer = Interviewer(knowledge, retriever=Retriever(index), embedder=embedder, vectors=home / "vectors")
    interviewer.warm("eta-prediction")
    interviewer.listener.ears("eta-prediction")  # asked for at the same time: waits, or is waited for
    for thread in threading.enumerate():
        if thread.name == "waking":
            thread.join(60)
    assert index.built()[0] == 2, "the case and the framework"
    ears = interviewer.listener.ears("eta-prediction")
    turns = [Turn(speaker="interviewer", text="Go on."), Turn(speaker="candidate", text="Labels arrive late.")]
    interviewer.next_turn(Transcript(case="eta-prediction", level=Level.SENIOR, minutes=45, turns=turns))
    assert interviewer.listener.ears("eta-prediction") is ears
