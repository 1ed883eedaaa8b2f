"""docs/field.md names a test for every circumstance, and the tests are there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.imports.recorders import exports

ROOT = Path(__file__).parent.parent
TABLE = (ROOT / "docs" / "field.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (?!kind|---)(.+?) \| (.+?) \| (.+?) \| `(.+?)` \|$", TABLE, re.MULTILINE)
NAMED = sorted({test.partition("[")[0] for *_, test in ROWS})


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def test_the_table_is_whole() -> None:
    assert len(ROWS) == TABLE.count("\n| ") - 1
    assert len(ROWS) >= 80
    assert len({row[:2] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("named", NAMED)
def test_every_test_that_is_named_exists(named: str) -> None:
    path, _, name = named.partition("::")
    assert name in functions_of(path)


def test_no_recorders_format_is_missing() -> None:
    shown = {test.partition("[")[2].rstrip("]") for *_, test in ROWS if "[" in test}
    assert shown == {f"{number}-{one.name}" for number, one in enumerate(exports())}
