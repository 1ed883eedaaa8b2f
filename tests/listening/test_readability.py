"""Badly heard talk is known by its words: clean talk and raw captions are clear, garbled talk less so the worse it is."""

import json
import random
from pathlib import Path

import pytest

from interviewer.grading.grade import grade
from interviewer.grading.report import Report
from interviewer.knowledge import Knowledge
from interviewer.listening.utterance import hearing, numbers, readability
from interviewer.models.base import ModelChain
from interviewer.transcript import Transcript, read_transcript

OURS = sorted((Path(__file__).parents[2] / "evals" / "transcripts").glob("*.json"))
NOISE = ["kitchen", "battalion", "sandwich", "carpet", "yellow", "trumpet", "harbour", "lettuce", "velvet", "pigeon"]
NOTES = """users? scale? 10M dau, p95 200ms. goal: watch time + retention. labels: clicks noisy, use >30s watch. features: user
hist emb, video emb, context. model: two tower retrieval, faiss, then gbdt ranker. loss: sampled softmax w/ logq. eval:
recall@k, ndcg, then a/b. serve: cache, batch embeddings nightly, fallback popular. monitor: drift psi, label delay, alert on
ctr drop. neg sampling: in batch + hard negs. cold start: content emb, explore 5%. features from user, item, context; ranking
by predicted click and watch; calibrate scores; retrain daily; shadow then canary; threshold by cost of a false positive."""


def garbled(transcript: Transcript, share: float) -> Transcript:
    """Half of the share of the candidate's words is lost, the other half becomes other words."""
    rnd = random.Random(7)

    def bad(text: str) -> str:
        chances = [(word.lower().strip(".,?!"), rnd.random()) for word in text.split()]
        kept = [(word, chance) for word, chance in chances if chance >= share / 2]
        return " ".join(rnd.choice(NOISE) if chance < share else word for word, chance in kept)

    turns = [t.model_copy(update={"text": bad(t.text)}) if t.speaker == "candidate" else t for t in transcript.turns]
    return transcript.model_copy(update={"turns": turns})


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.stem)
def test_interviews_as_they_are_are_clear_and_fall_with_what_is_lost(file: Path) -> None:
    whole = read_transcript(file)
    shares = [hearing(garbled(whole, share)).share for share in (0.1, 0.3, 0.5, 0.7)]
    assert hearing(whole).level == "clear"
    assert shares == sorted(shares, reverse=True)
    assert hearing(garbled(whole, 0.7)).level == "unreadable"


def test_terse_notes_and_a_few_words_are_not_taken_for_bad_hearing() -> None:
    assert readability(NOTES) > numbers()["doubtful_below"]
    assert readability("kitchen banana yellow") == 1.0
    assert readability("") == 1.0


def test_typed_turns_were_not_heard() -> None:
    bad = garbled(read_transcript(OURS[0]), 0.7)
    typed = [turn.model_copy(update={"mode": "typed"}) for turn in bad.turns]
    assert hearing(bad.model_copy(update={"turns": typed})).level == "clear"


def test_words_that_the_interview_is_about_are_known() -> None:
    strange = " ".join(["so we rank the quokkas by how the wombats like them and then the quokkas wait"] * 12)
    assert readability(strange, {"quokkas", "wombats"}) > readability(strange)


def test_unreadable_talk_has_no_verdict_and_says_why(home: Path, knowledge: Knowledge) -> None:
    bad = garbled(read_transcript(OURS[0]), 0.7)
    report = grade(bad, knowledge, ModelChain(), vectors=home / "vectors")
    assert (report.status, report.verdict, report.score, report.confidence) == ("not_judged", None, None, 0.0)
    assert "arrived as they were said" in report.warnings[0]


def test_doubtful_talk_lowers_the_confidence_and_no_mark_is_changed(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    import interviewer.grading.grade as module

    judged = Report.model_validate(
        {"case": "x", "level": "mid", "status": "assessed", "verdict": "hire", "confidence": 0.8, "score": 3.1, "steps": {}, "graded_by": {"backend": "openai"}}
    )  # fmt: skip

    class Judge:
        def assess(self, *_: object) -> Report:
            return judged

    monkeypatch.setattr(module, "CoverageAssessor", lambda *_, **__: Judge())
    clean = read_transcript(OURS[0])
    assert grade(clean, knowledge, ModelChain()) == judged
    for share in (0.2, 0.25, 0.3):
        heard = hearing(garbled(clean, share), json.dumps(clean.to_json()).lower().split())
        found = grade(garbled(clean, share), knowledge, ModelChain())
        if heard.level == "doubtful":
            assert (found.score, found.verdict) == (judged.score, judged.verdict)
            assert found.confidence < judged.confidence
            assert any("arrived as they were said" in warning for warning in found.warnings)
            break
    else:
        pytest.fail("no share was doubtful")
