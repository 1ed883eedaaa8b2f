"""The benchmark of voice: ``python -m evals.voice_bench [--full] [--only hearing,pauses,latency,…] [--out FILE]``.

Speech is synthesised from sentences that are in no prompt and no correction list, in two voices, clear, with noise,
and through a narrow band. Synthetic speech is easier to hear than people: read the figures as upper bounds of quality.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evals import speech
from evals.recorded import Recorded, labelled
from evals.types import Data
from evals.voice_words import errors, words
from interviewer.config import Settings, quieten
from interviewer.speech.audio import RATE, Samples, open_session, read_upload, resampled
from interviewer.speech.recording import Recording
from interviewer.speech.stt import Embedded, Recognised, Vocabulary, vocabulary_of
from interviewer.speech.tts import Espeak, Piper, Speaking, Voice, speakable

_DATA = Path(__file__).with_name("data")
_PACKET = int(0.4 * RATE)
CONDITIONS = ("clear", "noise", "narrow")
Json = dict[str, Any]


def noisy(samples: Samples) -> Samples:
    """With pink noise 15 dB below the speech."""
    white = np.fft.rfft(np.random.default_rng(3).normal(size=len(samples)))
    pink = np.fft.irfft(white / np.sqrt(np.arange(len(white)) + 1.0), len(samples))
    level = np.sqrt(np.mean(samples**2) / np.mean(pink**2)) * 10 ** (-15 / 20)
    mixed: Samples = (samples + pink * level).astype(np.float32)
    return mixed


def narrow(samples: Samples) -> Samples:
    """As through a telephone: 8 kHz, 300 to 3,400 Hz."""
    low = resampled(samples, RATE, 8_000)
    spectrum = np.fft.rfft(low)
    hertz = np.fft.rfftfreq(len(low), 1 / 8_000)
    spectrum[(hertz < 300) | (hertz > 3_400)] = 0
    filtered: Samples = np.fft.irfft(spectrum, len(low)).astype(np.float32)
    return resampled(filtered, 8_000, RATE)


CHANGE: dict[str, Callable[[Samples], Samples]] = {"clear": lambda samples: samples, "noise": noisy, "narrow": narrow}


def room(seconds: float) -> Samples:
    """The sound of nobody speaking."""
    return np.random.default_rng(5).normal(0, 0.0006, int(seconds * RATE)).astype(np.float32)


def hearing(sentences: list[str], voices: dict[str, Voice], ears: Embedded, vocabulary: Vocabulary) -> Json:
    """Word error rates with and without vocabulary. Voices and conditions take turns from sentence to sentence."""
    tally: dict[str, list[float]] = {}
    sound = spent = 0.0
    worst: list[tuple[float, str, str]] = []
    for number, sentence in enumerate(sentences):
        for name, voice in list(voices.items())[number % len(voices) :][:1]:
            condition = CONDITIONS[number // len(voices) % len(CONDITIONS)]
            samples = CHANGE[condition](read_upload(voice.say(speakable(sentence))))
            plain = ears.hear(samples).text
            began = time.perf_counter()
            helped = vocabulary.correct(prompted := ears.hear(samples, vocabulary.prompt).text)
            spent += time.perf_counter() - began
            sound += len(samples) / RATE
            for how, text in (("plain", plain), ("prompt", prompted), ("vocabulary", helped)):
                wrong = errors(words(sentence), words(text))
                for key in (f"{how} all", f"{how} {condition}", f"{how} {name}"):
                    tally.setdefault(key, [0, 0])
                    tally[key][0] += wrong
                    tally[key][1] += len(words(sentence))
            worst.append((errors(words(sentence), words(helped)), sentence, helped))
    rates = {key: round(100 * wrong / count, 1) for key, (wrong, count) in sorted(tally.items())}
    worst.sort(key=lambda row: -row[0])
    return {
        "clips": len(sentences),
        "word_error_percent": rates,
        "real_time_factor": round(spent / sound, 3),
        "worst": worst[:12],
    }


def packets(samples: Samples) -> Iterator[Samples]:
    """As the page sends them."""
    for start in range(0, len(samples), _PACKET):
        yield samples[start : start + _PACKET]


def pauses(rows: list[Json], voice: Voice, ears: Embedded, vad: Any, factor: float = 1.0) -> Json:
    """Utterances with thinking pauses, hands-free: how many are cut off, and how long the true end takes."""
    cut: list[str] = []
    ends: list[float] = []
    for row in rows:
        pieces = [room(0.3)]
        for part in row["parts"]:
            pieces.append(read_upload(voice.say(part)) if isinstance(part, str) else room(part))
        speech = np.concatenate(pieces)
        recording = Recording(ears, vad, None, factor, hands_free=True, peeks=False)
        fed, over = 0.0, False
        for packet in packets(np.concatenate([speech, room(12.0)])):
            fed += len(packet) / RATE
            if recording.feed(packet).over:
                over = True
                break
        if over and fed < len(speech) / RATE:
            cut.append(row["id"])
        else:
            ends.append(fed - len(speech) / RATE)
    return {
        "utterances": len(rows),
        "pauses": sum(isinstance(part, float | int) for row in rows for part in row["parts"]),
        "false_cut_offs": cut,
        "false_cut_off_percent": round(100 * len(cut) / len(rows), 1),
        "seconds_from_end_of_speech_to_end_of_turn": _quantiles(ends),
        "patience": factor,
    }


def latency(sentences: list[str], voice: Piper, ears: Embedded, vad: Any, settings: Settings) -> Json:
    """End of speech (Done is pressed) to the first sound of the reply, on the server's side.

    Sound is fed at the pace it would come in, so work that fits into the speech costs nothing, as in life.
    """
    from interviewer.context import open_context
    from interviewer.transcript import Transcript, Turn

    parts = open_context(settings)
    interviewer = parts.interviewer
    interviewer.warm()
    vocabulary = vocabulary_of(parts.knowledge, "video-recommendation")
    transcript = Transcript.model_validate({"case": "video-recommendation", "level": "senior", "turns": []})
    transcript = list(interviewer.reply(transcript, 0.0))[-1].transcript  # type: ignore[union-attr]
    whole, hear, reply, say = [], [], [], []
    backends: dict[str, int] = {}
    for number, sentence in enumerate(sentences):
        speech = np.concatenate([room(0.3), read_upload(voice.say(sentence)), room(0.25)])
        recording = Recording(ears, vad, vocabulary)
        late = 0.0
        for packet in packets(speech):
            began = time.perf_counter()
            recording.feed(packet)
            late = max(0.0, late + time.perf_counter() - began - len(packet) / RATE)
        began = time.perf_counter()
        text = recording.finish().text
        heard = time.perf_counter()
        at = 30.0 * (number + 1)
        transcript = transcript.with_turn(Turn(speaker="candidate", text=text or sentence, at=at, mode="spoken"))
        speaking, said = Speaking(lambda one: voice.say(speakable(one))), ""
        for piece in interviewer.reply(transcript, at):
            if isinstance(piece, str):
                said += piece
                speaking.feed(said)
            else:
                transcript = piece.transcript
                backends[str(piece.backend)] = backends.get(str(piece.backend), 0) + 1
        speaking.feed(said, whole=True)
        worded = time.perf_counter()
        while not speaking.clips and not speaking.wait(0.005):
            pass
        first = speaking.began or time.perf_counter()  # a first sentence is said while the model finds the next
        speaking.wait(20)
        whole.append(late + first - began)
        hear.append(late + heard - began)
        reply.append(worded - heard)
        say.append(first - worded)
    stages = {"hearing": hear, "wording": reply, "voice": say}
    parts.chain.close()
    return {
        "turns": len(whole),
        "worded_by": backends,
        "seconds_to_first_audio": _quantiles(whole),
        **{f"seconds_{name}": _quantiles(values) for name, values in stages.items()},
    }


class Later:
    """A recogniser that puts off the work: a recording has each window heard again while it grows, and keeps the last.

    Nothing in a recording that is ended by hand depends on the words, so hearing only the last gives the same text.
    """

    name, remote = "later", ""

    def __init__(self) -> None:
        self.given: list[Samples] = []

    def hear(self, samples: Samples, prompt: str = "", quick: bool = False) -> Recognised:
        """A sign that stands for the sound, which is heard later in one go."""
        self.given.append(samples)
        return Recognised(f"#{len(self.given) - 1}")

    def heard(self, signs: str, ears: Embedded, vocabulary: Vocabulary) -> str:
        """The words for the signs."""
        windows = [self.given[int(sign[1:])] for sign in signs.split()]
        texts = [vocabulary.correct(ears.hear(window, vocabulary.prompt).text) for window in windows]
        return " ".join(text for text in texts if text)


def graded(interviews: list[Recorded], voices: dict[str, Voice], ears: Embedded, vad: Any, knowledge: Any) -> Json:
    """Recorded interviews whose candidate is said and heard again, as the room would hear it; kept for ``speech``."""
    rows: list[Json] = []
    for interview in interviews:
        vocabulary = vocabulary_of(knowledge, interview.body["case"])
        made_by = {"recogniser": ears.name, "vocabulary": True, "made": "voice_bench --only graded"}
        for name, voice in voices.items():

            def say(text: str, voice: Voice = voice) -> Samples:
                return read_upload(voice.say(speakable(text)))

            def hear(pieces: Sequence[Any], vocabulary: Vocabulary = vocabulary) -> str:
                sound = [room(piece) if isinstance(piece, float) else piece for piece in pieces]
                later = Later()
                recording = Recording(later, vad, peeks=False)
                for packet in packets(np.concatenate([room(0.3), *sound])):
                    recording.feed(packet)
                return later.heard(recording.finish().text, ears, vocabulary)

            began = time.perf_counter()
            heard = speech.pass_through(interview, name, made_by, say, hear)
            wrong, said = heard.wrong(interview.body)
            row = {"id": interview.id, "voice": name, "words": said, "word_error_percent": round(100 * wrong / said, 1)}
            rows.append({**row, "took_seconds": round(time.perf_counter() - began)})
            sys.stderr.write(f"{rows[-1]}\n")
    return {"interviews": rows}


def _quantiles(values: list[float]) -> Json:
    if not values:
        return {}
    return {f"p{share}": round(float(np.percentile(values, share)), 2) for share in (50, 95)}


def main() -> None:
    """Runs what was asked for and prints one JSON value."""
    quieten()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="all sentences and utterances, not a sixth of them")
    parser.add_argument("--only", default="hearing,pauses,latency", help="which parts, with commas between them")
    parser.add_argument("--voices", default="joe,espeak", help="of joe, espeak, british")
    parser.add_argument("--model", default="scripted", help="with --only latency: who finds the words of the reply")
    parser.add_argument("--patience", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--interviews", default="", help="with --only graded: ids of our own; all if empty")
    parser.add_argument("--out", type=Path)
    wanted = parser.parse_args()
    from interviewer.knowledge import Knowledge

    step = 1 if wanted.full else 6
    sentences = (_DATA / "speech_sentences.txt").read_text(encoding="utf-8").splitlines()[::step]
    rows = [json.loads(line) for line in (_DATA / "speech_pauses.jsonl").read_text(encoding="utf-8").splitlines()][
        ::step
    ]
    piper, ears, vad = Piper(), Embedded(wanted.threads), open_session()
    piper.warm()
    known: dict[str, Voice] = {"joe": piper}
    for name, voice in (("espeak", "en-us"), ("british", "en-gb-x-rp")):
        if name in wanted.voices:
            known[name] = Espeak(voice)
    voices = {name: known[name] for name in wanted.voices.split(",")}
    knowledge = Knowledge.load()
    vocabulary = vocabulary_of(knowledge, "video-recommendation")
    found: Json = {}
    for part in wanted.only.split(","):
        began = time.perf_counter()
        if part == "hearing":
            found[part] = hearing(sentences, voices, ears, vocabulary)
        elif part == "pauses":
            found[part] = pauses(rows, piper, ears, vad, wanted.patience)
        elif part == "latency":
            found[part] = latency(sentences[: 30 if wanted.full else 8], piper, ears, vad, Settings(model=wanted.model))
        elif part == "graded":
            named = [name for name in wanted.interviews.split(",") if name]
            every = {one.id: one for one in labelled(Data()) if not one.twin_of}
            found[part] = graded([every[name] for name in named or every], voices, ears, vad, knowledge)
        found[part]["took_seconds"] = round(time.perf_counter() - began)
        found[part]["machine_load"] = [round(value, 1) for value in os.getloadavg()]  # a busy machine is a slow one
    text = json.dumps(found, indent=1, ensure_ascii=False)
    if wanted.out:
        wanted.out.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n")
    piper.close()


if __name__ == "__main__":
    main()
