"""Contract coverage as people and programs read it: lines for the terminal, JSON, and one page of HTML."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path

from handfast.testing.coverage import Coverage, Kind, Observation

SCHEMA = 1
"""The version of the JSON form; it changes when a member changes its meaning or goes."""


def as_lines(coverage: Coverage) -> Iterator[str]:
    """A line that counts, then a line for each thing that was never seen or is excepted for no reason any more."""
    yield f"{summary(coverage)}, {len(coverage.excepted)} excepted"
    for entry in coverage.missing:
        yield f"never seen: {entry}"
    for entry in coverage.stale:
        yield f"exception no longer needed: {entry}"


def summary(coverage: Coverage) -> str:
    """`144 of 145 responses, 9 of 9 request bodies, 31 of 31 parameters seen (99.5 %)`."""
    counts = ((kind, *coverage.counted(kind)) for kind in Kind)
    told = ", ".join(f"{seen} of {declared} {_plural(kind)}" for kind, seen, declared in counts if declared)
    return f"{told or 'nothing is declared'}{' seen' if told else ''} ({coverage.percent:.1f} %)"


def as_json(coverage: Coverage) -> str:
    """An object: `percent`, counts of each kind, and a list of entries with their state."""
    counts = {str(kind): dict(zip(("seen", "declared"), coverage.counted(kind), strict=True)) for kind in Kind}
    entries = [{**entry._asdict(), "kind": entry.kind, "state": _state(entry, coverage)} for entry in coverage.declared]
    stale = [str(entry) for entry in coverage.stale]
    told = {"schema": SCHEMA, "percent": round(coverage.percent, 2), "counts": counts}
    return json.dumps({**told, "entries": entries, "staleExceptions": stale}, ensure_ascii=False, indent=2) + "\n"


def as_html(coverage: Coverage, title: str) -> str:
    """A page that needs nothing else: a row for each operation, what was never seen first in its eye."""
    rows = "\n".join(
        _row(operation_id, list(entries), coverage)
        for operation_id, entries in groupby(coverage.declared, key=lambda entry: entry.operation_id)
    )
    stale = "".join(f"<li><code>{escape(str(entry))}</code></li>" for entry in coverage.stale)
    return _PAGE.format(
        title=escape(title),
        summary=escape(summary(coverage)),
        rows=rows,
        stale=f"<h2>Exceptions that are no longer needed</h2><ul>{stale}</ul>" if stale else "",
    )


def write(coverage: Coverage, path: Path, title: str) -> None:
    """Write a report in the form that the name of the file asks for: `.json`, else HTML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = as_json(coverage) if path.suffix == ".json" else as_html(coverage, title)
    path.write_text(text, encoding="utf-8")


def _state(entry: Observation, coverage: Coverage) -> str:
    if entry in coverage.seen:
        return "seen"
    return "excepted" if entry in coverage.excepted else "missing"


def _row(operation_id: str, entries: list[Observation], coverage: Coverage) -> str:
    cells = [
        "".join(_mark(entry, _state(entry, coverage)) for entry in entries if entry.kind is kind)
        for kind in (Kind.PARAMETER, Kind.BODY, Kind.RESPONSE)
    ]
    is_whole = all(_state(entry, coverage) != "missing" for entry in entries)
    name = f'<th scope="row" class="{"seen" if is_whole else "missing"}">{escape(operation_id)}</th>'
    return f"<tr>{name}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _mark(entry: Observation, state: str) -> str:
    text = entry.detail if entry.kind is Kind.BODY else f"{entry.part} {entry.detail}"
    return f'<span class="{state}" title="{state}">{escape(text)}</span> '


def _plural(kind: Kind) -> str:
    return {Kind.RESPONSE: "responses", Kind.BODY: "request bodies", Kind.PARAMETER: "parameters"}[kind]


_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Contract coverage: {title}</title>
<style>
:root {{ color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }}
body {{ max-width: 80rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ border-bottom: 1px solid #8884; padding: .4rem .6rem; text-align: left; vertical-align: top; }}
span {{ display: inline-block; margin: .1rem .2rem .1rem 0; padding: 0 .5rem; border-radius: .6rem; font-size: .85rem;
        border: 1px solid #8886; }}
span.missing {{ background: #c62828; color: #fff; border-color: #c62828; }}
span.excepted {{ opacity: .6; font-style: italic; }}
th.missing::before {{ content: "\\2717  "; color: #c62828; }}
th.seen::before {{ content: "\\2713  "; color: #2e7d32; }}
@media (max-width: 45rem) {{  /* an operation above its parts, where there is no room beside it */
  thead {{ display: none; }}
  th, td {{ display: block; border: 0; padding: .2rem 0; }}
  tr {{ display: block; border-bottom: 1px solid #8884; padding: .4rem 0; }}
  span {{ overflow-wrap: anywhere; }}
}}
</style>
<h1>Contract coverage: {title}</h1>
<p>{summary}. Red was declared and never seen; slanted is excepted.</p>
<table>
<thead><tr><th>operation</th><th>parameters</th><th>request bodies</th><th>responses</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
{stale}
</html>
"""
