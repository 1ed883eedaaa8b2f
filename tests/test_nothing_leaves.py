"""Nothing leaves this machine unless it is configured: every connect of a process is watched, native code's too."""

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from evals.trust.connects import parts, traced

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not shutil.which("strace"), reason="!!! NO STRACE HERE: connects were not watched (apt-get install strace)"
    ),
]


def test_what_is_watched_would_be_seen(tmp_path: Path) -> None:
    # Connecting a datagram socket sends nothing: it is the call that counts here.
    call = "import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 443))"
    seen = traced([sys.executable, "-c", call], tmp_path)
    assert (seen.code, seen.asked) == (0, ["192.0.2.1:443"]), seen.output


@pytest.mark.parametrize(
    "part", ["app: start, page, stop", "interview and its report", "voice: says and hears a sentence", "evals"]
)
def test_nothing_leaves(tmp_path: Path, part: str) -> None:
    if part.startswith("voice") and not find_spec("faster_whisper"):
        pytest.skip("the extra `voice` is not installed")
    seen = parts(tmp_path)[part]()
    assert seen.asked == [], f"it asked for {seen.asked}"
    assert seen.code in (0, -15), seen.output[-2000:]
    # What ONNX Runtime would send later on is written down here first.
    assert not list(tmp_path.glob(".cache/Microsoft/**/*"))
