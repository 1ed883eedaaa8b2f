"""The child process that holds native code: the embedded model or the embedded voice. It imports nothing of ours.

    worker.py model        one JSON line in (how to serve), one out (the address, or an error); serves until we are gone
    worker.py voice FILE   a JSON line ``{"text", "speed"}`` per sentence in; out a line ``{"rate", "bytes"}`` and that
                           many bytes of 16-bit mono PCM, or ``{"error"}``

A process of its own, so that what native code prints cannot reach our standard output, and a crash in it is not ours.
It leaves when its parent does: standard input closes, or the parent's process id changes. piper-tts is under the GPL:
nothing else of ours imports it.
"""

import json
import os
import sys
import threading
import time
from typing import Any, BinaryIO


def _watch(parent: int) -> None:
    """Leaves when the parent is gone, even if somebody else still holds our standard input open."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


def _silenced() -> BinaryIO:
    """What was standard output; what native code prints from now on goes nowhere."""
    out = os.fdopen(os.dup(1), "wb")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    return out


def _say(out: BinaryIO, line: dict[str, Any], body: bytes = b"") -> None:
    out.write(json.dumps(line).encode() + b"\n" + body)
    out.flush()


def _server(wanted: dict[str, Any]) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = wanted["path"]
    params.hostnames = ["127.0.0.1"]
    params.port = 0  # any free one
    params.api_keys = [wanted["api_key"]]
    params.cors_origins = ""
    params.cors_credentials = False
    params.ui = False
    params.endpoint_slots = False
    params.n_ctx = wanted["context"]
    params.n_parallel = 1
    params.cache_ram_mib = wanted["cache_mib"]
    # One thread writes: with two, one busy neighbour slows every word down several times. Two read.
    params.cpuparams.n_threads = wanted["threads"]
    params.cpuparams_batch.n_threads = min(wanted["threads"] + 1, _processors())
    params.verbosity = 0
    return xllamacpp.Server(params)


def _processors() -> int:
    """Those that this process may use: more threads than that only wait for each other."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def serve_model(out: BinaryIO) -> None:
    """Serves llama.cpp on a loopback port."""
    try:
        server = _server(json.loads(sys.stdin.buffer.readline()))
    except (ImportError, RuntimeError, OSError, ValueError) as error:
        _say(out, {"error": str(error)})
        os._exit(1)
    _say(out, {"address": server.listening_address})
    sys.stdin.buffer.read()  # returns when the parent closes the pipe or dies
    os._exit(0)


def _voice(path: str) -> Any:
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


def speak(out: BinaryIO, path: str) -> None:
    """Speaks until told to stop."""
    try:
        from piper import SynthesisConfig

        voice = _voice(path)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent is told
        _say(out, {"error": f"{type(error).__name__}: {error}"})
        return
    _say(out, {"ready": True})
    for line in sys.stdin.buffer:
        wanted = json.loads(line)
        try:
            pieces = voice.synthesize(wanted["text"], SynthesisConfig(length_scale=1 / wanted["speed"]))
            pcm = b"".join(piece.audio_int16_bytes for piece in pieces)
        except Exception as error:  # noqa: BLE001
            _say(out, {"error": f"{type(error).__name__}: {error}"})
            continue
        _say(out, {"rate": voice.config.sample_rate, "bytes": len(pcm)}, pcm)


if __name__ == "__main__":
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
    if sys.argv[1] == "model":
        serve_model(_silenced())
    else:
        speak(_silenced(), sys.argv[2])
