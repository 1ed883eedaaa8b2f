"""The same suite on a local two-worker Ray: the same records, the same figures."""

import json
from pathlib import Path

import pytest

from evals.runner import Order, run_suite
from evals.types import Data

pytestmark = pytest.mark.slow

pytest.importorskip("ray", reason="the extra 'ray' is not installed")


@pytest.mark.timeout(120)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.enable_socket
def test_ray_gives_the_same_log_and_the_same_numbers(folder: Path, tmp_path: Path) -> None:
    def run(where: str, ray: str | None) -> tuple[list[object], object]:
        order = Order(
            "levels",
            data=Data((str(folder),)),
            runs=tmp_path / where,
            world="tests.evals.fake_world:open_fake",
            ray=ray,
            jobs=2,
        )
        done = run_suite(order)
        kept = sorted((one.id, one.epoch, json.dumps(one.output)) for one in done.log.records)
        return [*kept], done.scores["figures"]

    assert run("ray", "local") == run("processes", None)
