"""The child process that holds llama.cpp: started by ``llama_cpp.py``; it imports nothing of ours.

A process of its own, so that what native code prints cannot reach our standard output, and a crash in it is
not ours. It reads one JSON line (how to serve) from standard input, answers one JSON line (the address or an
error) on what was standard output, and leaves when its parent does: standard input closes, or the parent's
process id changes.
"""

import json
import os
import sys
import threading
import time
from typing import Any


def _watch(parent: int) -> None:
    """Leaves when the parent is gone, even if somebody else still holds our standard input open."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


def _serve(wanted: dict[str, Any]) -> Any:
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


def main() -> None:
    """Serves until the parent is gone."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    wanted = json.loads(sys.stdin.buffer.readline())
    try:
        server = _serve(wanted)
        said = {"address": server.listening_address}
    except (ImportError, RuntimeError, OSError, ValueError) as error:
        server, said = None, {"error": str(error)}
    answer.write(json.dumps(said) + "\n")
    answer.close()
    if server is not None:
        sys.stdin.buffer.read()  # returns when the parent closes the pipe or dies
    os._exit(0 if server else 1)


if __name__ == "__main__":
    main()
