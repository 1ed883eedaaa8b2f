"""Readings are data: verbatim, judged, never drawn twice; the suite counts the newest draw only."""

from collections import Counter

from evals.readings import claims, drawn, last_draw, quotes, readings
from evals.recorded import OWN, read_folder
from evals.suites import find_suite
from evals.types import Data, Record

REPORT = {
    "steps": {
        "evaluation": {
            "evidence": [{"turn": 3, "signal": "split", "sign": "+", "quote": "by time", "help": "probed"}],
            "missing": [{"signal": "guardrails", "text": "…"}],
        }
    }
}


def test_what_is_drawn_was_not_read_before() -> None:
    every = [line | {"turn": turn} for turn in range(9) for line in quotes("one", REPORT)]
    read = drawn(every, [], 5, seed=1)
    rest = drawn(every, read, 9, seed=1)
    assert len(read) == 5
    assert len(rest) == 4
    assert not [line for line in rest if line in read]
    assert claims("one", REPORT) == [{"transcript": "one", "step": "evaluation", "signal": "guardrails"}]


def test_every_reading_is_judged_and_of_our_own_transcripts_verbatim() -> None:
    turns = {one.id: one.body["turns"] for one in read_folder(OWN)}
    for line in readings("quotes"):
        assert isinstance(line["supports"], bool)
        assert line["by"]
        assert line["transcript"] not in turns or line["quote"] in turns[line["transcript"]][line["turn"]]["text"]
    assert all(isinstance(line["missing"], bool) and line["by"] for line in readings("claims"))


def test_no_quote_is_read_twice_in_a_draw() -> None:
    newest = last_draw(readings("quotes"))
    assert len(newest) >= 100
    assert max(Counter((one["transcript"], one["turn"], one["signal"]) for one in newest).values()) == 1


def test_the_suite_scores_each_reading_once_under_its_own_measure() -> None:
    suite = find_suite("readings")
    scored: Counter[str] = Counter()
    for sample in suite.samples(Data(())):
        output = suite.task(sample, None)
        record = Record(sample.id, sample.case, 0, sample.inputs, sample.target, output)
        for scorer in suite.scorers:
            scored[scorer.name] += len(scorer.points(record))
    assert scored == {
        "quotes_support": len(last_draw(readings("quotes"))),
        "truly_missing": len(last_draw(readings("claims"))),
    }
