"""The child process that holds the embedded voice: run as a script by ``tts.py``; it imports nothing of ours.

piper-tts is under the GPL, so it lives here and nowhere else; we talk to it through a pipe. In: one JSON line
``{"text", "speed"}`` per sentence. Out: a line ``{"rate", "bytes"}`` and that many bytes of 16-bit mono PCM, or
``{"error"}``. It leaves when its standard input closes or its parent is gone.
"""

import json
import os
import sys
import threading
import time
from typing import Any


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


def _load(path: str) -> Any:
    import onnxruntime

    # The voice's network is small: one thread keeps it from taking the recogniser's core.
    make, threads = onnxruntime.SessionOptions, int(os.environ.get("OMP_NUM_THREADS") or 2)

    def options() -> Any:
        made = make()
        made.intra_op_num_threads, made.inter_op_num_threads = threads, 1
        return made

    onnxruntime.SessionOptions = options
    from piper import PiperVoice

    return PiperVoice.load(path)


def main() -> None:
    """Speaks until told to stop."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def say(line: dict[str, Any], body: bytes = b"") -> None:
        out.write(json.dumps(line).encode() + b"\n" + body)
        out.flush()

    try:
        from piper import SynthesisConfig

        voice = _load(sys.argv[1])
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent is told
        say({"error": f"{type(error).__name__}: {error}"})
        return
    say({"ready": True})
    for line in sys.stdin.buffer:
        wanted = json.loads(line)
        try:
            pieces = voice.synthesize(wanted["text"], SynthesisConfig(length_scale=1 / wanted["speed"]))
            pcm = b"".join(piece.audio_int16_bytes for piece in pieces)
        except Exception as error:  # noqa: BLE001
            say({"error": f"{type(error).__name__}: {error}"})
            continue
        say({"rate": voice.config.sample_rate, "bytes": len(pcm)}, pcm)


if __name__ == "__main__":
    main()
