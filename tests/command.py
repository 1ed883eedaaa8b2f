"""The command ``interviewer`` in this process: what is warm (embeddings, imports) is not paid for again.

Exit codes, both streams and the environment are as in a process of its own; tests/test_cli.py holds the two together.
"""

import io
import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

from interviewer.cli import main


def run_here(*words: str, stdin: bytes | None = b"", settings: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:  # fmt: skip
    """What the command answers to these words, with these settings in its environment."""
    streams = {name: io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for name in ("stdout", "stderr")}  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"INTERVIEWER_MODEL": "scripted", **(settings or {})}.items():
            patch.setitem(os.environ, name, value)
        patch.setattr(sys, "argv", ["interviewer", *words])
        given = None if stdin is None else io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
        patch.setattr(sys, "stdin", given)
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    out, error = (stream.buffer.getvalue() for stream in streams.values())  # type: ignore[attr-defined]
    return subprocess.CompletedProcess([*words], code, out, error)
