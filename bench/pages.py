"""Measurements as text, as a page of the documentation, and as a plot."""

# ruff: noqa: E501  # paragraphs of the page

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bench.applications import APPLICATIONS
from bench.measuring import Table
from bench.scale import Scale

_HEAD = ("case", *APPLICATIONS, "faster than by hand", "share of raw", "share of bare")
_WIDTHS = (18, 9, 9, 9, 9, 24, 24, 24)
_ABOUT = """\
# Benchmarks

Written by `make bench ARGS=--write` ({machine}). The same contract four times: *bound* by Handfast, *by hand* in idiomatic
FastAPI (models, `response_model` by annotation, a `Depends` session with `yield`), and twice as applications that send the same
bytes without looking at anything: *raw* ASGI, and *bare* routes of FastAPI, which show what a route costs before it does any work.
Rounds are interleaved, and ratios are taken within a round, so that a noisy machine blurs them less; in brackets are their
quartiles. Times are microseconds for a request: processor time in process, `wrk` with 16 connections over HTTP. The bound service
also judges what the one by hand does not: undeclared and repeated parameters, replies, their headers.

What limits the share of raw: of a request to the raw application nearly all is the server and the system, which a framework can
only add to. A bare route shows how much FastAPI adds before anything of a contract is looked at.

![How many times as fast as by hand](benchmark.svg)
"""
_SCALES = """\
## Size

Contracts of 10 to 10,000 operations, and GitHub's REST description. Loading is without openapi-spec-validator, whose verdict is
remembered; plans of operations are made at their first request.

| contract | operations | load | bind | generate | one request | memory for an operation |
|---|---|---|---|---|---|---|
"""
_BAR, _GAP, _LEFT, _SCALE = 16, 6, 300, 110


def as_text(table: Table) -> str:
    """A table for the terminal."""
    lines = [f"\n{table.title}: microseconds; ratios with their quartiles", _line(_HEAD)]
    return "\n".join([*lines, *(_line(row) for row in _rows(table))])


def scales_as_text(scales: Sequence[Scale]) -> str:
    """The sizes for the terminal."""
    return "\n".join(" | ".join(row) for row in map(_scale, scales))


def as_markdown(tables: Sequence[Table], scales: Sequence[Scale], machine: str) -> str:
    """The page."""
    parts = [_ABOUT.format(machine=machine)]
    for table in tables:
        rows = [_HEAD, ("---",) * len(_HEAD), *_rows(table)]
        parts.append("\n".join([f"## {table.title}", "", *(f"| {' | '.join(row)} |" for row in rows), ""]))
    if scales:
        parts.append(_SCALES + "\n".join(f"| {' | '.join(_scale(each))} |" for each in scales) + "\n")
    return "\n".join(parts)


def as_svg(tables: Sequence[Table]) -> str:
    """Bars: how many times as fast as the application by hand, with the quartiles as a line."""
    bars: list[str] = []
    top = 10
    for table in tables:
        top += 22
        bars.append(f'<text x="8" y="{top}" font-weight="bold">{escape(table.title)}</text>')
        top += 8
        for row in table.rows:
            width, low, high = (_SCALE * value for value in (row.faster.middle, row.faster.low, row.faster.high))
            middle = top + _BAR / 2
            bars += [
                f'<text x="{_LEFT - 8}" y="{top + 12}" text-anchor="end">{escape(row.case)}</text>',
                f'<rect x="{_LEFT}" y="{top}" width="{width:.1f}" height="{_BAR}" fill="#4c78a8"/>',
                f'<path d="M{_LEFT + low:.1f} {middle}H{_LEFT + high:.1f}" stroke="#111" stroke-width="2"/>',
                f'<text x="{_LEFT + max(width, high) + 6:.1f}" y="{top + 12}">{row.faster.middle:.2f} ×</text>',
            ]
            top += _BAR + _GAP
    line = f'<path d="M{_LEFT + _SCALE} 10V{top}" stroke="#888" stroke-dasharray="4 3"/>'
    style = (
        "<style>text{font:12px system-ui,sans-serif;fill:#222}</style><rect width='100%' height='100%' fill='#fff'/>"
    )
    size = f'width="860" height="{top + 10}" viewBox="0 0 860 {top + 10}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{style}{line}{"".join(bars)}</svg>\n'


def _rows(table: Table) -> list[tuple[str, ...]]:
    return [
        (
            row.case,
            *(f"{row.medians[name]:.1f}" for name in APPLICATIONS),
            *map(str, (row.faster, row.share, row.of_bare)),
        )
        for row in table.rows
    ]


def _line(cells: Sequence[str]) -> str:
    first, *others = zip(cells, _WIDTHS, strict=True)
    return first[0].ljust(first[1]) + "".join(cell.rjust(width) for cell, width in others)


def _scale(each: Scale) -> tuple[str, ...]:
    generate = "" if each.generate_seconds is None else f"{each.generate_seconds:.1f} s"
    request = f"{each.request_microseconds:.1f} µs" if each.request_microseconds else ""
    memory = f"{each.bytes_per_operation / 1024:.1f} KiB"
    return (
        each.name,
        f"{each.operations:,}",
        f"{each.load_seconds:.2f} s",
        f"{each.bind_seconds:.3f} s",
        generate,
        request,
        memory,
    )
