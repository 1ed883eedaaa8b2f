"""Where there is speech: Silero's voice activity detector, as it lies in faster-whisper, fed piece by piece."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from interviewer.errors import CannotRun
from interviewer.paths import verified
from interviewer.speech.audio import RATE, Samples

WINDOW = 512
"""Samples per judgement: 32 ms."""
_CONTEXT = 64


def model_path() -> Path | None:
    """The detector's file, if the package that carries it is here."""
    spec = find_spec("faster_whisper")
    folder = Path(next(iter(spec.submodule_search_locations or ()))) if spec else None
    path = folder / "assets" / "silero_vad_v6.onnx" if folder else None
    return path if path and path.exists() else None


def open_session() -> Any:
    """The detector, loaded; it holds no state, so one serves everybody. Raises CannotRun."""
    path = model_path()
    if path is None:
        raise CannotRun("no voice activity detector: pip install 'ml-design-interviewer[voice]'")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(verified(path)), providers=["CPUExecutionProvider"], sess_options=options)


class Detector:
    """Says for each 32 ms how likely they hold speech."""

    def __init__(self, session: Any):
        self._session = session
        self._h = np.zeros((1, 1, 128), dtype=np.float32)
        self._c = np.zeros((1, 1, 128), dtype=np.float32)
        self._context = np.zeros(_CONTEXT, dtype=np.float32)
        self._rest = np.zeros(0, dtype=np.float32)

    def feed(self, samples: Samples) -> list[float]:
        """The probabilities of the windows that are complete now; what is left over waits for more."""
        whole = np.concatenate([self._rest, samples]).astype(np.float32)
        count = len(whole) // WINDOW
        self._rest = whole[count * WINDOW :]
        if not count:
            return []
        windows = whole[: count * WINDOW].reshape(count, WINDOW)
        before = np.concatenate([self._context[None], windows[:-1, -_CONTEXT:]])
        self._context = windows[-1, -_CONTEXT:]
        out, self._h, self._c = self._session.run(
            None, {"input": np.concatenate([before, windows], axis=1), "h": self._h, "c": self._c}
        )
        return [float(value) for value in np.asarray(out).reshape(-1)]


SECONDS = WINDOW / RATE
