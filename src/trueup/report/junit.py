"""`check --format junit`: a test suite whose cases are what was compared and what was found.

There is no standard; this keeps to what Jenkins, GitLab and pytest's own reader agree on
(https://github.com/testmoapp/junitxml).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as Xml

from trueup.ops.check import CheckResult
from trueup.report.check import verdict_text
from trueup.report.issues import Issue, issues
from trueup.report.style import Style

# https://www.w3.org/TR/xml/#charsets
_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def check_junit(result: CheckResult) -> str:
    """The XML. What could not be compared is an error, what differs a failure."""
    verdict = verdict_text(result, Style())
    found = issues(result)
    suite = Xml.Element("testsuite", {"name": "trueup"})
    for case in _cases(result, found):
        suite.append(case)
    output = [verdict, *(f"{issue.level}: {_sentence(issue)}" for issue in found if _passes(issue))]
    Xml.SubElement(suite, "system-out").text = _legal("\n".join(output))
    counts = {
        "tests": len(suite.findall("testcase")),
        "failures": len(suite.findall("testcase/failure")),
        "errors": len(suite.findall("testcase/error")),
        "skipped": 0,
    }
    told = {name: str(count) for name, count in counts.items()} | {"time": f"{result.seconds:.3f}"}
    suite.attrib.update(told)
    root = Xml.Element("testsuites", {"name": "trueup", **told})
    root.append(suite)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode")


def _cases(result: CheckResult, found: tuple[Issue, ...]) -> Iterator[Xml.Element]:
    """A case for each kind that was compared and is in sync, then one for each error."""
    wrong = {item.drift.key.kind for item in result.drift}
    for kind, count in result.compared.items():
        if kind not in wrong:
            yield _case("compared", f"{count} {kind}")
    kind_of_wrong = "error" if result.in_sync is None else "failure"
    for issue in found:
        if not _passes(issue):
            case = _case(issue.rule, issue.subject)
            told = {"message": _legal(issue.message.split("\n")[0]), "type": issue.rule}
            Xml.SubElement(case, kind_of_wrong, told).text = _legal(_sentence(issue))
            if issue.location:
                case.set("file", _legal(issue.location.file))
            yield case
    if not result.compared and not found:
        yield _case("compared", "nothing to compare")


def _passes(issue: Issue) -> bool:
    return issue.level != "error"


def _case(group: str, name: str) -> Xml.Element:
    return Xml.Element("testcase", {"classname": f"trueup.{group}", "name": _legal(name)})


def _sentence(issue: Issue) -> str:
    place = f"{issue.location}: " if issue.location else ""
    return f"{place}{issue.message}\n{issue.hint}" if issue.hint else f"{place}{issue.message}"


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
