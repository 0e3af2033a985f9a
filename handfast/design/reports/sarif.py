"""Diagnostics as SARIF 2.1.0, which code hosts show in their security and quality views.

Source: Static Analysis Results Interchange Format (SARIF) Version 2.1.0, OASIS Standard.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from handfast import __version__
from handfast.errors import Diagnostic, Location, Severity

LEVELS: Mapping[Severity, str] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "note"}
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_sarif(diagnostics: Sequence[Diagnostic], name: str) -> str:
    """A log with one run, for what was looked at: code hosts compare runs of the same name (section 3.17.3).

    Columns are counted in code points. A fingerprint is made of code, file, pointer and message, so that a finding is
    the same one when lines above it are added.
    """
    codes = sorted({diagnostic.code for diagnostic in diagnostics})
    run = {
        "tool": {
            "driver": {
                "name": "handfast",
                "semanticVersion": __version__,
                "rules": [_rule(code) for code in codes],
            }
        },
        "automationDetails": {"id": f"handfast/{name}/"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, codes.index(diagnostic.code)) for diagnostic in diagnostics],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _rule(code: str) -> dict[str, object]:
    return {"id": code, "help": {"text": f"handfast explain {code}"}}


def _result(diagnostic: Diagnostic, index: int) -> dict[str, object]:
    message = diagnostic.message if diagnostic.hint is None else f"{diagnostic.message}\nhint: {diagnostic.hint}"
    result: dict[str, object] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": LEVELS[diagnostic.severity],
        "message": {"text": message},
        "partialFingerprints": {"handfast/v1": _fingerprint(diagnostic)},
    }
    place: dict[str, object] = _place(diagnostic.location) if diagnostic.location else {}
    if diagnostic.pointer:
        place["logicalLocations"] = [{"fullyQualifiedName": diagnostic.pointer, "kind": "member"}]
    if place:
        result["locations"] = [place]
    if diagnostic.related:
        result["relatedLocations"] = [
            {"id": number, **_place(each.location), "message": {"text": each.message}}
            for number, each in enumerate(diagnostic.related, 1)
        ]
    if diagnostic.details:
        result["properties"] = dict(diagnostic.details)
    return result


def _place(location: Location) -> dict[str, object]:
    region = {"startLine": location.line, "startColumn": location.column}
    return {"physicalLocation": {"artifactLocation": {"uri": quote(location.file)}, "region": region}}


def _fingerprint(diagnostic: Diagnostic) -> str:
    file = diagnostic.location.file if diagnostic.location else ""
    parts = (diagnostic.code, file, diagnostic.pointer, diagnostic.message)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
