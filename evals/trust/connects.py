"""Which addresses the product asks for: every connect of a process and its children, native code included.

    python -m evals.trust connects      one row per part of the product

Seen by ``strace``, so that a library's own sockets and name look-ups are seen too; only loopback is allowed.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from interviewer import CannotRun

_ROOT = Path(__file__).resolve().parents[2]
_ADDRESS = re.compile(r'sin6?_port=htons\((\d+)\).*?inet_(?:addr|pton)\((?:AF_INET6, )?"([^"]+)"')
_LOOPBACK = ("127.", "::1", "::ffff:127.")
_PATIENCE = 180


@dataclass(frozen=True)
class Traced:
    """A process that was watched."""

    code: int
    asked: list[str]
    """The addresses beyond this machine, each as ``address:port`` (port 53 is a look-up of a name)."""
    connects: int
    """All connects, those to this machine too: none at all may mean that nothing was watched."""
    output: str


def traced(command: list[str], home: Path, until: Callable[[], bool] | None = None, **extra: str) -> Traced:
    """Runs a command with nothing configured and notes where it connects to.

    ``until`` is asked every half second; once it is true the command is told to stop.
    """
    strace = shutil.which("strace")
    if not strace:
        raise CannotRun("strace is not there (apt-get install strace)")
    log = home / "connects.log"
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment |= {"PYTHONPATH": str(_ROOT), "HOME": str(home), "INTERVIEWER_HOME": str(home), **extra}
    environment.setdefault("INTERVIEWER_MODEL", "scripted")
    watched = [
        strace,
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-e",
        "trace=connect,sendto,sendmsg,sendmmsg",
        "-o",
        str(log),
        *command,
    ]
    with (home / "output.log").open("wb") as output:
        process = subprocess.Popen(
            watched, env=environment, cwd=home, stdout=output, stderr=output, start_new_session=True
        )
        end = time.monotonic() + _PATIENCE
        while process.poll() is None and time.monotonic() < end and not (until and until()):
            time.sleep(0.5)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        try:
            code = process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
    lines = log.read_text(errors="replace").splitlines()
    found = [match for line in lines if (match := _ADDRESS.search(line))]
    asked = sorted({f"{match[2]}:{match[1]}" for match in found if not match[2].startswith(_LOOPBACK)})
    connects = sum("connect(" in line for line in lines)
    return Traced(code, asked, connects, (home / "output.log").read_text(errors="replace"))


_INTERVIEW = """
from interviewer.config import load, quieten
quieten()
from interviewer import Level, Manner
from interviewer.knowledge import Knowledge
from interviewer.storage.store import Store
from interviewer.storage import owner_of_user
from interviewer.transcript import Turn
from interviewer.web.server import open_engine
from interviewer.web.service import Choice, Service
settings = load()
store, engine = Store.open(settings.database), open_engine(settings)
service, ann = Service(store, Knowledge.load(), lambda: engine), owner_of_user("ann")
id_ = service.begin(ann, Choice("fraud-detection", Level.SENIOR, 45, Manner.NEUTRAL))
list(service.answer(ann, id_))
for text in ("How many payments a second are there?", "Labels arrive weeks late, so I wait sixty days before I train."):
    service.say(ann, id_, Turn(speaker="candidate", text=text, mode="typed"))
    list(service.answer(ann, id_))
assert len(store.transcript(ann, id_).turns) == 5
print(list(service.grade(ann, id_, Level.SENIOR))[-1].status)
service.close(); engine.close(); engine.chain.close(); store.close()
print("done")
"""
_VOICE = """
from interviewer.config import load, quieten
quieten()
from interviewer.speech.audio import RATE, read_upload
from interviewer.speech.stt import Embedded
from interviewer.speech.tts import open_saying
from interviewer.speech.audio import open_session
voice = open_saying(load())
sound = read_upload(voice.say("Labels arrive weeks late, so I wait before I train."))
open_session()
print(Embedded(threads=1).hear(sound).text)
voice.close()
print("done")
"""
_TRANSCRIPT = (
    '{"case": "fraud-detection", "level": "senior", "turns": [{"speaker": "candidate", "text": "Labels are late."}]}'
)


def parts(home: Path) -> dict[str, Callable[[], Traced]]:
    """The parts of the product, each as something that runs it once in that folder and is watched."""
    python, port = sys.executable, "17860"
    app = [python, str(_ROOT / "app.py")]
    transcript = home / "transcript.json"
    transcript.write_text(_TRANSCRIPT, encoding="utf-8")

    def cli(*arguments: str) -> Callable[[], Traced]:
        return lambda: traced([python, "-m", "interviewer", *arguments], home)

    def serves() -> bool:
        try:
            for path in ("", "config"):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=2).read()
        except OSError:
            return False
        return True

    return {
        "app: start, page, stop": lambda: traced(app, home, serves, GRADIO_SERVER_PORT=port),
        "interview and its report": lambda: traced([python, "-c", _INTERVIEW], home),
        "voice: says and hears a sentence": lambda: traced([python, "-c", _VOICE], home),
        "reply": cli("reply", str(transcript), "--json"),
        "grade": cli("grade", str(transcript), "--json"),
        "knowledge search": cli("knowledge", "search", "late labels", "--json"),
        "doctor": cli("doctor", "--json"),
        "evals": cli("eval", "run", "facts", "--limit", "20", "--jobs", "1"),
    }


def rows() -> Iterator[tuple[str, str]]:
    """Part, and what it connected to."""
    with tempfile.TemporaryDirectory() as folder:
        for name, run in parts(Path(folder)).items():
            seen = run()
            ended = f"ended with {seen.code}" if seen.code not in (0, -signal.SIGTERM) else "ran"
            yield name, f"{ended}; {seen.connects} connects, beyond this machine: {', '.join(seen.asked) or 'none'}"
