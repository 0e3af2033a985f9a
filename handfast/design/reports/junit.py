"""Diagnostics as a JUnit report, which most CI systems show as tests: a case for each diagnostic.

Errors and warnings are cases that fail; hints are cases that pass, and say something.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from handfast.errors import Diagnostic, Severity, visible


def as_junit(diagnostics: Sequence[Diagnostic], name: str) -> str:
    """One suite named after what was looked at; without any finding it has one case, which passes."""
    name = _clean(f"handfast/{name}")
    cases = [_case(diagnostic, name) for diagnostic in diagnostics]
    failed = sum(diagnostic.severity is not Severity.HINT for diagnostic in diagnostics)
    counts = {"tests": str(len(cases) or 1), "failures": str(failed), "errors": "0", "skipped": "0", "time": "0"}
    suite = _element("testsuite", name=name, **counts)
    suite.extend(cases or [_element("testcase", name="nothing to report", classname=name, time="0")])
    suites = _element("testsuites", **counts)
    suites.append(suite)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True)


def _case(diagnostic: Diagnostic, suite: str) -> ET.Element:
    place = diagnostic.location
    name = f"{diagnostic.code} {place}" if place else diagnostic.code
    case = _element("testcase", name=_clean(name), classname=suite, time="0")
    if place:
        case.set("file", _clean(place.file))
        case.set("line", str(place.line))
    if diagnostic.severity is Severity.HINT:
        detail = _element("system-out")
    else:
        detail = _element("failure", type=diagnostic.severity, message=_clean(diagnostic.message))
    detail.text = _clean(str(diagnostic))
    case.append(detail)
    return case


def _element(tag: str, /, **attributes: str) -> ET.Element:
    return ET.Element(tag, attributes)


def _clean(text: str) -> str:
    """A text in characters that XML 1.0 can write (section 2.2): those that can be printed."""
    return visible(text, lines=True)
