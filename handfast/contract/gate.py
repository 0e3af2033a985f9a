"""openapi-spec-validator as the gate: what it says after our own checks, once per content of a document.

Its first half, the metaschema, has been checked before (see `metaschema`: the same schema, by the same jsonschema-rs);
the second (see `walk`) takes seconds for a large document.

The verdict on a document is remembered in `.cache/handfast` of the project, by a digest of the content and the versions
of the validators. Outside a project, and where nothing can be written, the document is validated every time.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from importlib.metadata import version as version_of
from pathlib import Path
from typing import cast

from handfast.contract.cursor import JSONObject
from handfast.contract.findings import Finding
from handfast.errors import Severity

_CACHE = Path(".cache") / "handfast" / "documents"


def check(document: JSONObject, version: str, folder: Path | None) -> list[Finding]:
    """What openapi-spec-validator says of a document; `folder` is that of the project, for the memory of verdicts."""
    file = folder / _CACHE / f"{_digest(document)}.json" if folder else None
    remembered = _recall(file) if file else None
    if remembered is not None:
        return remembered
    from handfast.contract.walk import validate  # takes a second to import, and is needed once per content

    findings = list(validate(document, version))
    if file and not any(finding.severity is Severity.ERROR for finding in findings):
        _remember(file, findings)
    return findings


def _digest(document: JSONObject) -> str:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    validators = [version_of(name) for name in ("openapi-spec-validator", "openapi-schema-validator", "handfast")]
    return hashlib.sha256("\n".join([*validators, text]).encode()).hexdigest()


def _recall(file: Path) -> list[Finding] | None:
    try:
        saved = cast("list[dict[str, str]]", json.loads(file.read_text("utf-8")))
        return [
            Finding(entry["code"], entry["message"], entry["pointer"], severity=Severity.WARNING) for entry in saved
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remember(file: Path, findings: list[Finding]) -> None:
    entries = [{"code": each.code, "message": each.message, "pointer": each.pointer} for each in findings]
    temporary = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(entries), "utf-8")
        temporary.replace(file)  # so that a process beside this one never reads half of it
    except OSError:
        with suppress(OSError):
            temporary.unlink()
