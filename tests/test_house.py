"""The shape of the house: imports point one way, files stay short enough to read, tuned numbers lie in data files."""

import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import grimp
import pytest

from interviewer import Level
from tests.grading.judge_model import JudgeModel
from tests.interview.models import MockModel

ROOT = Path(__file__).resolve().parent.parent
LAYERS = (
    {"__main__"},
    {"cli"},
    {"doctor"},
    {"web", "practice"},
    {"context"},
    {"grading", "interview", "speech", "imports", "storage", "telemetry", "drawing"},
    {"listening"},
    {"models"},
    {"knowledge"},
    {"background", "config"},
    {"transcript"},
    {"text", "worker"},
)
"""What stands higher may import what stands lower or beside it, never the other way round."""
LONGEST_MODULE, LONGEST_FUNCTION = 400, 60
MOST_NUMBERS = 60
MOST_FILES, MOST_EVALS = 95, 60
PLAIN = {0, 1, 2, 3, -1, 0.5, 10, 60, 100}
"""Numbers that count, halve or convert."""
GEOMETRY = {"render.py"}
"""Files whose numbers are places in a drawing."""

OURS = {"interviewer", "evals"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*folders: str) -> Iterator[tuple[str, str, ast.Module]]:
    """Each module's path, text and tree."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "versions" not in path.parts:
                text = path.read_text(encoding="utf-8")
                yield path.relative_to(ROOT).as_posix(), text, ast.parse(text)


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("interviewer", "evals", exclude_type_checking_imports=True, cache_dir=None)


def test_no_import_points_upwards(graph: grimp.ImportGraph) -> None:
    layers = [grimp.Layer(*sorted(f"interviewer.{name}" for name in one), independent=False) for one in LAYERS]
    illegal = graph.find_illegal_dependencies_for_layers(layers)
    assert [(one.importer, one.imported) for one in illegal] == []


def test_the_words_of_the_domain_and_the_errors_import_nothing_of_ours(graph: grimp.ImportGraph) -> None:
    assert graph.find_modules_directly_imported_by("interviewer") == set()


def test_every_room_has_its_layer(graph: grimp.ImportGraph) -> None:
    assert graph.find_children("interviewer") == {f"interviewer.{name}" for name in set().union(*LAYERS)}


def test_the_product_knows_the_evals_only_as_a_command_and_a_page(graph: grimp.ImportGraph) -> None:
    users = {one for one in graph.modules if one.startswith("interviewer") and any(
        other.startswith("evals") for other in graph.find_modules_directly_imported_by(one)
    )}  # fmt: skip
    assert users <= {"interviewer.cli", "interviewer.web.pages.evals"}


def test_every_import_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    declared = {plain_name(requirement) for wanted in lists for requirement in wanted}
    brought_by = packages_distributions()
    undeclared = set()
    for name, _, tree in modules("interviewer", "evals"):
        for node in ast.walk(tree):
            found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            found += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for package in {module.partition(".")[0] for module in found} - sys.stdlib_module_names - OURS:
                if not declared & {plain_name(name_) for name_ in brought_by.get(package, [package])}:
                    undeclared.add((package, name))
    assert undeclared == set()


def plain_name(requirement: str) -> str:
    """A distribution's name without its versions, as packaging tools compare it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement)[0]).lower()


def test_nothing_imports_in_a_circle(graph: grimp.ImportGraph) -> None:
    circles = [
        (one, *sorted(graph.find_modules_directly_imported_by(one) & back))
        for one in sorted(graph.modules)
        if (back := graph.find_upstream_modules(one) & graph.find_downstream_modules(one))
    ]
    assert circles == []


def length(node: Function) -> int:
    """Lines; of a command without its options, which are a table."""
    command = any(ast.unparse(one).endswith(("command()", "')")) for one in node.decorator_list)
    return (node.end_lineno or 0) - (node.body[0] if command else node).lineno + 1


def test_modules_and_functions_fit_a_reader() -> None:
    long = []
    for name, text, tree in modules("interviewer", "evals", "training"):
        if (lines := len(text.splitlines())) > LONGEST_MODULE:
            long.append(f"{name}: {lines} lines")
        for node in ast.walk(tree):
            if isinstance(node, Function) and length(node) > LONGEST_FUNCTION:
                long.append(f"{name}:{node.lineno} {node.name}: {length(node)} lines")
    assert long == []


def test_files_are_few_and_deep() -> None:
    """``python app.py`` among the product's; a migration is a file by nature."""
    assert len([*modules("interviewer")]) + 1 <= MOST_FILES
    assert len([*modules("evals")]) <= MOST_EVALS


def is_public(node: ast.stmt) -> bool:
    """Whether others use it and its name alone does not say what it gives: one statement needs no more words."""
    if isinstance(node, Function):
        return not node.name.startswith("_") and len(node.body) > 1
    return isinstance(node, ast.ClassDef) and not node.name.startswith("_")


def test_what_is_public_says_what_it_is() -> None:
    silent = []
    for name, _, tree in modules("interviewer", "evals"):
        if tree.body and not ast.get_docstring(tree):
            silent.append(name)
        for node in filter(is_public, tree.body):
            methods = node.body if isinstance(node, ast.ClassDef) and name.startswith("interviewer") else []
            for one in (node, *filter(is_public, methods)):
                assert isinstance(one, Function | ast.ClassDef)
                if not ast.get_docstring(one):
                    silent.append(f"{name}:{one.lineno} {one.name}")
    assert silent == []


def tuned(tree: ast.AST) -> Iterator[int | float]:
    """The numbers of a module that somebody may have tuned: not those of indices, roundings and limits of caches."""
    for node in ast.iter_child_nodes(tree):
        rounds = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "round"
        if rounds and isinstance(node, ast.Call):
            yield from tuned(node.args[0])
        elif isinstance(node, ast.keyword) and node.arg in ("maxsize", "ge", "le", "max_length"):
            continue
        elif isinstance(node, ast.Subscript):
            yield from tuned(node.value)
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            if node.value not in PLAIN:
                yield node.value  # type: ignore[misc]
        else:
            yield from tuned(node)


def test_tuned_numbers_lie_in_data_files() -> None:
    found = [
        f"{name}: {number}"
        for name, _, tree in modules("interviewer/interview", "interviewer/grading", "interviewer/listening")
        if Path(name).name not in GEOMETRY
        for number in tuned(tree)
    ]
    assert len(found) <= MOST_NUMBERS, "\n".join([str(len(found)), *found])


SEVERAL = {"thresholds", "open_model"}
"""Of each room its own tuned numbers, and of each backend what opens it."""


def test_no_public_name_has_two_homes() -> None:
    homes: dict[str, list[str]] = {}
    for name, _, tree in modules("interviewer"):
        for node in tree.body:
            command = name == "interviewer/cli.py" and isinstance(node, Function)
            if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_") and not command:
                homes.setdefault(node.name, []).append(name)
    assert {name: paths for name, paths in homes.items() if len(paths) > 1 and name not in SEVERAL} == {}


SPEAKING = ("interviewer/models/", "interviewer/config.py", "interviewer/doctor.py", "interviewer/speech/")
"""Where backends are made, named in settings and examined; voices have backends of their own."""


def test_only_models_policies_and_assessors_ask_which_backend_runs() -> None:
    names = {"openai", "local", "scripted"}
    asks = [
        f"{name}:{one.lineno}"
        for name, _, tree in modules("interviewer")
        if not name.endswith(("_policy.py", "_assessor.py")) and not name.startswith(SPEAKING)
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare | ast.match_case)
        for one in ast.walk(node.pattern if isinstance(node, ast.match_case) else node)
        if isinstance(one, ast.Constant) and one.value in names
    ]  # fmt: skip
    assert asks == []


def walks() -> list[list[str]]:
    """The files of each walk in CONTRIBUTING, in order."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    block = text.partition("```\n")[2].partition("\n```")[0]
    return [re.findall(r"[\w/]+\.py\b", walk) for walk in block.split("\n\n")]


def test_the_walk_names_files_that_are_there_and_none_twice() -> None:
    for named in walks():
        found = [[*(ROOT / "interviewer").glob(f"**/{name}")] for name in named]
        assert [name for name, paths in zip(named, found, strict=True) if not paths] == []
        assert len(set(named)) == len(named)


@contextmanager
def walking() -> Iterator[list[str]]:
    """The files of the product in which something is called meanwhile, in the order of the first call."""
    files: dict[str, None] = {}
    entered: list[str] = []
    sys.setprofile(lambda frame, _event, _what: files.setdefault(frame.f_code.co_filename))
    try:
        yield entered
    finally:
        sys.setprofile(None)
        ours = f"{ROOT / 'interviewer'}/"
        entered += [name.removeprefix(ours) for name in files if name.startswith(ours)]


OF_THE_OTHER = {
    True: {"rules_policy.py", "grading/coverage_assessor.py"},
    False: {"llm_policy.py", "briefing.py", "guardrails.py", "grading/llm_assessor.py", "grading/judgement.py"},
}
"""By whether the model is capable: the files in which nothing is called then."""
TALK = ("How many payments a second are there?", "The labels come from chargebacks, after weeks, so I split by time.")


@pytest.mark.xdist_group("listening")
def test_where_several_processes_test_the_tests_that_share_a_browser_or_a_model_share_a_process(
    request: pytest.FixtureRequest,
) -> None:
    asked = getattr(request.config.option, "loadgroup", False)
    assert request.node.nodeid.endswith("@listening") == asked, "pytest and pytest-xdist do not go together"


@pytest.mark.xdist_group("listening")
@pytest.mark.parametrize("capable", [False, True], ids=["scripted", "openai"])
def test_a_turn_and_a_report_walk_as_contributing_says(
    capable: bool, knowledge: Any, home: Path, tmp_path: Path
) -> None:
    from interviewer.grading.grade import grade
    from interviewer.grading.page import to_html
    from interviewer.grading.render import to_markdown
    from interviewer.imports import read_any
    from interviewer.interview.interviewer import Interviewer
    from interviewer.models.base import ModelChain
    from interviewer.storage.store import Store
    from interviewer.transcript import Turn
    from interviewer.web import Engine
    from interviewer.web.service import Choice, Service

    store = Store.open(f"sqlite:///{tmp_path}/walk.sqlite")
    says = [f'{{"move": "probe", "step": "data"}}\nWhat is the {word} thing about that?' for word in ("one", "worst")]
    conducts = Interviewer(knowledge, ModelChain((MockModel(*says),) if capable else ()), vectors=home / "vectors")
    judges = ModelChain((JudgeModel(),)) if capable else ModelChain()
    engine = Engine(conducts, judges, grade, lambda *_, **__: [], lambda: None)
    service = Service(store, knowledge, lambda: engine)
    id_ = service.begin("ann", Choice(case="fraud-detection", level=Level.SENIOR, minutes=45, manner="neutral"))
    list(service.answer("ann", id_))
    for text in TALK:
        with walking() as turn:
            service.say("ann", id_, Turn(speaker="candidate", text=text, mode="typed"))
            list(service.answer("ann", id_))
    service.close()
    store.close()
    recorded = json.loads((ROOT / "evals/transcripts/fraud-detection-01.json").read_text(encoding="utf-8"))
    recorded["turns"] = recorded["turns"][:8]
    with walking() as report:
        found = read_any(json.dumps(recorded).encode(), "talk.json").transcript
        graded = grade(found, knowledge, judges, vectors=home / "vectors")
        to_markdown(graded, found)
        to_html(graded, found)
    left_out = {"web/pages/room.py", "cli.py", "knowledge/retrieval.py"}  # faces, and an index that is not there
    left_out |= OF_THE_OTHER[capable]
    for entered, named, begun in zip((turn, report), walks(), ("web/service.py", "transcript.py"), strict=True):
        expected = [one for one in named[named.index(begun) :] if one.removeprefix("interview/") not in left_out]
        passed = [one for path in entered for one in expected if f"/{path}".endswith(f"/{one}")]
        assert passed == expected, entered
