"""The sound of spoken turns: kept only with consent, only until the interview is over, deleted when told."""

import re
import shutil
import time
from pathlib import Path

from interviewer.speech.audio import Samples, to_pcm, wav_of_pcm

_SAFE = re.compile(r"[A-Za-z0-9-]{1,64}\Z")
_STALE = 24 * 3600


class KeptSound:
    """A folder per interview, a file per turn."""

    def __init__(self, home: Path):
        self._root = home / "audio"

    def add(self, interview: str, recording: str, samples: Samples) -> None:
        """Appends sound to a turn's file."""
        path = self._folder(interview) / f"{_checked(recording)}.pcm"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("ab") as file:
            path.chmod(0o600)
            file.write(to_pcm(samples))

    def last(self, interview: str, rate: int = 16_000) -> bytes | None:
        """The newest turn as a WAV file."""
        files = sorted(self._folder(interview).glob("*.pcm"), key=lambda path: path.stat().st_mtime)
        return wav_of_pcm(files[-1].read_bytes(), rate) if files else None

    def forget(self, interview: str) -> int:
        """Deletes an interview's sound; how many turns that were."""
        folder = self._folder(interview)
        count = len(list(folder.glob("*.pcm")))
        shutil.rmtree(folder, ignore_errors=True)
        return count

    def sweep(self) -> None:
        """Deletes what a crash left behind: sound that is a day old."""
        if not self._root.is_dir():
            return
        for folder in self._root.iterdir():
            if folder.is_dir() and folder.stat().st_mtime < time.time() - _STALE:
                shutil.rmtree(folder, ignore_errors=True)

    def _folder(self, interview: str) -> Path:
        return self._root / _checked(interview)


def _checked(name: str) -> str:
    if not _SAFE.match(name):
        raise ValueError("not a name that we gave")
    return name
