"""The same talk in every recorder's format comes out as the same turns, at the same times."""

import pytest

from interviewer.imports import read_any
from tests.imports.recorders import STARTS, Export, exports

EVERY = exports()


@pytest.mark.parametrize("export", EVERY, ids=[f"{number}-{one.name}" for number, one in enumerate(EVERY)])
def test_the_same_talk_comes_out_of_every_format(export: Export) -> None:
    found = read_any(export.data, export.name, case="fraud-detection", level="senior", **export.options)
    assert [(turn.speaker, turn.text) for turn in found.transcript.turns] == export.turns
    if export.clock is not None:
        times = [turn.at for turn in found.transcript.turns]
        assert times == pytest.approx(STARTS, abs=export.clock)
