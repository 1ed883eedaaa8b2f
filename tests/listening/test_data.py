"""The data of listening and the code that reads it belong together: nothing dead, nothing missing."""

from pathlib import Path

import pytest
import yaml

from interviewer import listening
from interviewer.knowledge.embeddings import shared_embedder
from interviewer.listening.intents import Intent, requests
from interviewer.text import spans

DATA = Path(listening.__file__).parent / "data"


def names(file: str) -> set[str]:
    return set(yaml.safe_load((DATA / file).read_text(encoding="utf-8")))


def test_every_intent_has_words_or_exemplars_and_all_of_these_are_intents() -> None:
    heard = names("intents.yaml") | names("requests.yaml") - {"nothing"}
    assert heard | {Intent.GOES_TO} == {intent.value for intent in Intent}


def test_every_file_of_data_is_read_by_a_module() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in DATA.parent.glob("*.py"))
    assert [path.name for path in DATA.iterdir() if path.is_file() and path.name not in code] == []


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("wait what was the question", Intent.REPEAT),
        ("are we good on time?", Intent.TIME_LEFT),
        ("no idea tbh", Intent.DONT_KNOW),
        ("that wasn't my question", Intent.NOT_ANSWERED),
        ("anything else you want to know?", Intent.HAND_OVER),
        ("let me share my screen", Intent.DRAW),
    ],
)
def test_requests_are_known_in_words_that_no_file_has(said: str, intent: Intent) -> None:
    pieces = spans(said)
    embedder = shared_embedder()
    assert [one for one, _ in requests(pieces, embedder.encode([said]), [], embedder)] == [intent]


@pytest.mark.parametrize(
    "said",
    [
        "We could ask users in a survey how they like it",
        "I'm not sure the clicks mean anything",
        "the user may draw a bounding box",
        "How fast must it be?",
        "What does a false decline cost us, and how long do we have to decide?",
        "How long do we have per request?",
        "because they told us that already in the survey",
    ],
)
def test_talk_about_the_problem_asks_nothing_of_the_interviewer(said: str) -> None:
    embedder = shared_embedder()
    assert requests(spans(said), embedder.encode([said]), [], embedder) == []
