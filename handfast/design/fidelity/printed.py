"""A report as text, and as JSON for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from handfast.design.fidelity import Entry, Report, Verdict
from handfast.errors import Location, visible

_LONGEST = 400
"""Characters of a value that are printed; JSON has all of it."""


def as_text(report: Report) -> str:
    """A paragraph for each schema, and one line that counts them."""
    counts = Counter(entry.verdict for entry in report.entries)
    counted = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict]) or "none"
    lines = [line for entry in report.entries for line in _paragraph(entry)]
    return "\n".join([*lines, f"schemas: {counted} (seed {report.seed})"])


def as_json(report: Report) -> str:
    """An object with `seed`, `counts` by verdict, and `schemas`: an object for each, in the order of the report."""
    counts = Counter(entry.verdict for entry in report.entries)
    document = {
        "seed": report.seed,
        "counts": {str(verdict): counts[verdict] for verdict in Verdict},
        "schemas": [_record(entry) for entry in report.entries],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _paragraph(entry: Entry) -> Iterator[str]:
    tried = f", {entry.tried} values tried" if entry.verdict in (Verdict.PROVEN, Verdict.FUZZED) else ""
    yield f"{visible(str(entry.location))}: {visible(entry.title)}: {entry.verdict}{tried}"
    if entry.refusal is not None:
        value = json.dumps(entry.refusal.value, ensure_ascii=False)
        yield f"    the schema admits: {value if len(value) <= _LONGEST else f'{value[:_LONGEST]}...'}"
        yield f"    Pydantic: {visible(entry.refusal.said)}"
    if entry.judged:
        listed = ", ".join(
            f"{judged.keyword}{visible(_inside(entry, judged.pointer))} (line {location.line})"
            for judged, location in entry.judged
        )
        yield f"    the judge alone holds: {listed}"


def _inside(entry: Entry, pointer: str) -> str:
    """Where a keyword stands, as seen from its schema; nothing for one that stands at its top."""
    place = pointer.removeprefix(entry.pointer).rpartition("/")[0].removeprefix("/")
    return f" of {place}" if place else ""


def _record(entry: Entry) -> dict[str, object]:
    refusal = entry.refusal
    return {
        "title": entry.title,
        "pointer": entry.pointer,
        **_place(entry.location),
        "direction": str(entry.direction),
        "verdict": str(entry.verdict),
        "tried": entry.tried,
        "refusal": None if refusal is None else {"value": refusal.value, "said": refusal.said},
        "judged": [
            {"keyword": judged.keyword, "pointer": judged.pointer, **_place(location)}
            for judged, location in entry.judged
        ],
    }


def _place(location: Location) -> dict[str, object]:
    return {"file": location.file, "line": location.line, "column": location.column}
