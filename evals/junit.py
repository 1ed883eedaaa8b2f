"""JUnit XML of finished runs: a test suite a run, a test case a gate and one a figure that has no gate."""

from collections.abc import Sequence
from xml.etree import ElementTree

from evals.runner import Finished


def to_junit(finished: Sequence[Finished]) -> str:
    """XML that CI systems show."""
    root = ElementTree.Element("testsuites")
    for done in finished:
        name = f"{done.suite.name}-{done.log.run['backend']}"
        failed = sum(not outcome.passed for outcome in done.outcomes)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=name,
            tests=str(len(done.outcomes)),
            failures=str(failed),
            errors=str(len(done.scores["failed"])),
            time=str(done.scores["seconds"]),
        )
        for outcome in done.outcomes:
            case = ElementTree.SubElement(suite, "testcase", classname=f"evals.{name}", name=outcome.gate)
            if not outcome.passed:
                ElementTree.SubElement(case, "failure", message=outcome.text)
        for lost in done.scores["failed"]:
            case = ElementTree.SubElement(suite, "testcase", classname=f"evals.{name}", name=_clean(lost["record"]))
            ElementTree.SubElement(case, "error", message=_clean(lost["error"]))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _clean(text: str) -> str:
    """Without characters that XML forbids."""
    return "".join(char if char in "\t\n\r" or ord(char) >= 32 else "\ufffd" for char in text)
