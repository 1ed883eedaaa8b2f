"""Every red flag can be heard: its own examples hold its cues; and a new case file is enough to interview on."""

import re
import shutil
from pathlib import Path

from interviewer.config import shipped
from interviewer.interview.interviewer import Interviewer
from interviewer.knowledge import Knowledge
from interviewer.knowledge.embeddings import shared_embedder
from interviewer.listening.annotate import Listener
from interviewer.transcript import Transcript


def test_the_cues_of_every_red_flag_are_in_its_examples(knowledge: Knowledge) -> None:
    flags = [flag for slug in knowledge.cases for flag in knowledge.red_flags(slug)]
    without = [flag.id for flag in flags if not flag.cues]
    unheard = [(f.id, one) for f in flags for one in f.says if not any(re.search(c, one, re.I) for c in f.cues)]
    assert (without, unheard) == ([], [])


def heard(knowledge: Knowledge, home: Path, case: str, text: str) -> set[str]:
    body = {"case": case, "level": "senior", "turns": [{"speaker": "candidate", "text": text}]}
    turns = Listener(knowledge, shared_embedder(), home / "vectors").annotate(Transcript.model_validate(body)).turns
    return {one.id for one in turns[0].heard or [] if one.kind == "red_flag"}


def test_a_mistake_is_heard_and_its_correction_in_the_same_turn_unsays_it(knowledge: Knowledge, home: Path) -> None:
    wrong = "I'd shuffle all the views and keep twenty percent for the test."
    case = "video-recommendation"
    assert "random-split-of-views" in heard(knowledge, home, case, wrong)
    assert not heard(knowledge, home, case, f"{wrong} No wait, scratch that, I'd split by time.")


def test_a_decomposition_into_click_probability_is_no_mistake(knowledge: Knowledge, home: Path) -> None:
    text = "I'd decompose it: the probability of a click, and the minutes watched given the click."
    assert not heard(knowledge, home, "video-recommendation", text)


def test_a_place_that_is_fixed_at_serving_is_no_plain_input(knowledge: Knowledge, home: Path) -> None:
    wrong = "The position goes in as a feature, like all the others."
    assert "position-as-plain-feature" in heard(knowledge, home, "ad-click-prediction", wrong)
    for right in (
        "The position goes in as a feature, and at serving it has one fixed value.",
        "The position goes in as a feature. When serving, I set the position to the same constant for all ads.",
    ):
        assert not heard(knowledge, home, "ad-click-prediction", right)


def test_one_more_case_file_is_enough_for_an_interview_on_it(tmp_path: Path, home: Path) -> None:
    root = tmp_path / "knowledge"
    shutil.copytree(shipped("knowledge") / "framework", root / "framework")
    (root / "cases").mkdir()
    text = (shipped("knowledge") / "cases" / "eta-prediction.md").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^slug: .*$", "slug: parcel-times", text, count=1)
    (root / "cases" / "parcel-times.md").write_text(text, encoding="utf-8")
    interviewer = Interviewer(Knowledge.load(root), vectors=home / "vectors")
    body = {"case": "parcel-times", "level": "senior", "turns": []}
    opened = interviewer.next_turn(Transcript.model_validate(body))
    turns = [opened.turn.model_dump(), {"speaker": "candidate", "text": "How fast must an estimate be?", "at": 30}]
    reply = interviewer.next_turn(Transcript.model_validate({**body, "turns": turns}))
    assert (reply.turn.move.kind, reply.turn.facts) == ("answer", ["latency"])
