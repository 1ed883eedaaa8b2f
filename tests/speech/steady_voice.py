"""The voice's worker with a seed: what it says sounds the same in every run, so what is heard of it does, too."""

import runpy
from pathlib import Path

import onnxruntime

onnxruntime.set_seed(7)
runpy.run_path(str(Path(__file__).parents[2] / "interviewer" / "worker.py"), run_name="__main__")
