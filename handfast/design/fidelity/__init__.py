"""How far generated models go: whether each admits all that its schema does, and what only the judge holds.

    report(contract, folder)        for the package that is in a folder

The judge decides, and a model is a view that must take whatever the judge takes (docs/adr/0002). For each schema that
became a type the report says `proven` (see `proofs` for what a proof rests on), `fuzzed` where no proof was found and
values of the schema went through the type unchanged, `judged` where the type is Any, or holds files of a multipart
body, and says nothing that could be wrong, and `refuses` where a value that the schema admits is refused or changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from handfast.contract.engine import FORMATS
from handfast.contract.model import Contract, Direction, JSONValue
from handfast.design.fidelity.keywords import Judged, only_judged
from handfast.design.fidelity.proofs import Prover
from handfast.design.fidelity.subjects import Subject, imported, subjects
from handfast.design.fidelity.trials import Refusal, Trials
from handfast.design.fidelity.witnesses import witnesses
from handfast.errors import Location
from handfast.generate.package import code
from handfast.generate.references import References

__all__ = ["Entry", "Judged", "Refusal", "Report", "Verdict", "report"]


class Verdict(StrEnum):
    """How well it is known that a type admits all that its schema does."""

    PROVEN = "proven"
    FUZZED = "fuzzed"
    JUDGED = "judged"
    REFUSES = "refuses"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one schema in one direction; `tried` counts the values that went through its type."""

    title: str
    pointer: str
    location: Location
    direction: Direction
    verdict: Verdict
    tried: int
    refusal: Refusal | None
    judged: tuple[tuple[Judged, Location], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All schemas of a contract; the seed repeats the values."""

    seed: int
    entries: tuple[Entry, ...]

    @property
    def refusals(self) -> int:
        """How many types refuse, or change, what their schema admits."""
        return sum(entry.verdict is Verdict.REFUSES for entry in self.entries)


def report(contract: Contract, folder: Path, seed: int = 0) -> Report:
    """Report on the generated package in a folder, which is imported; nothing is written.

    Raises GenerationError when the package is not there, or lacks what the contract asks for.
    """
    _, emitter = code(contract)
    with imported(folder) as module:
        named = emitter.named()
        provers = {
            direction: Prover(contract, direction, module("models"), _in_direction(named, direction))
            for direction in Direction
        }
        reporter = _Reporter(contract, provers, Trials(contract, seed))
        return Report(seed, tuple(map(reporter.entry, subjects(contract, emitter, module))))


def _in_direction(named: Mapping[tuple[str, Direction], str], direction: Direction) -> dict[str, str]:
    """The JSON Pointer of each model that a direction uses: its own, or that of both."""
    found = {pointer: name for (pointer, _), name in named.items()}
    found.update({pointer: name for (pointer, each), name in named.items() if each is direction})
    return {name: pointer for pointer, name in found.items()}


class _Reporter:
    """Makes the entries of one report."""

    def __init__(self, contract: Contract, provers: Mapping[Direction, Prover], trials: Trials) -> None:
        self._contract = contract
        self._provers = provers
        self._trials = trials
        self._references = References(contract.document)

    def entry(self, subject: Subject) -> Entry:
        """What is known of a subject."""
        prover = self._provers[subject.direction]
        model = prover.admitted(subject)
        outcome, verdict = None, Verdict.JUDGED
        if not model.has_files:
            proven = prover.is_proven(subject)
            further = None if proven else self._witnesses(prover.difference(subject))
            outcome = self._trials.on(subject.pointer, subject.direction, subject.annotation, further)
            verdict = Verdict.PROVEN if proven else Verdict.FUZZED
            if outcome.refusal is not None:
                verdict = Verdict.REFUSES
            elif model.schema == {}:
                verdict = Verdict.JUDGED
        schema = self._references.schema(subject.pointer)
        formats = self._contract.document.get(FORMATS) != "annotate"
        found = only_judged(schema, subject.pointer, model.schema, prover, formats=formats)
        return Entry(
            title=subject.title,
            pointer=subject.pointer,
            location=self._contract.locate(subject.pointer),
            direction=subject.direction,
            verdict=verdict,
            tried=0 if outcome is None else outcome.tried,
            refusal=None if outcome is None else outcome.refusal,
            judged=tuple((each, self._contract.locate(each.pointer)) for each in found),
        )

    def _witnesses(self, difference: JSONValue) -> Iterator[JSONValue]:
        return witnesses(difference) if difference is not None else iter(())
