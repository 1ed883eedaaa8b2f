"""Says which tools of the tests are there: ``python -m tests.tools``. A missing one skips its tests, loudly."""

import glob
import os
import shutil
import sys
from pathlib import Path


def chromium() -> str | None:
    """A Chromium to drive: the machine's, or one that Playwright has fetched."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    fetched = sorted(glob.glob(str(Path.home() / ".cache/ms-playwright/chromium*/chrome-linux*/*chrom*")))
    return next((path for path in fetched if Path(path).name in ("chrome", "headless_shell")), None)


def windowless() -> str | None:
    """Chromium without windows, where it is there: a window has pages of its own, which take as much of the processors
    as ours. It asks nobody for leave, so what is about a microphone takes the other."""
    return shutil.which("chromium-headless-shell") or chromium()


def initdb() -> str | None:
    """PostgreSQL's ``initdb``."""
    return shutil.which("initdb") or next(
        iter(sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), reverse=True)), None
    )


def nginx() -> str | None:
    """nginx, which lies where only root looks."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def main() -> None:
    """One line for each tool that is missing."""
    for name, found, cure in (
        ("Chromium", chromium(), "apt-get install chromium, or playwright install chromium"),
        ("PostgreSQL", initdb(), "apt-get install postgresql"),
        ("npm", shutil.which("npm"), "apt-get install npm"),
        ("strace", shutil.which("strace"), "apt-get install strace"),
        ("nginx", nginx(), "apt-get install nginx-light"),
        ("espeak-ng", shutil.which("espeak-ng"), "apt-get install espeak-ng"),
    ):
        if not found:
            sys.stderr.write(f"!!! {name} is not there: its tests are SKIPPED. To run them: {cure}\n")


if __name__ == "__main__":
    main()
