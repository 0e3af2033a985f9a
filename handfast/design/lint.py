"""The linter: every rule over a loaded contract, at the levels and with the waivers of `lint.yaml` beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from handfast.contract.model import Contract
from handfast.design import waivers
from handfast.design.reading import Reading
from handfast.design.rule import Rule
from handfast.design.rules import RULES
from handfast.design.waivers import Settings
from handfast.errors import Diagnostic, Location

LOADER_CODES = frozenset(
    (
        *(
            "header-ignored",
            "link-operation-unknown",
            "media-type-invalid",
            "parameter-ignored",
            "parameter-path-optional",
        ),
        *("path-duplicate", "path-unusual", "reference-siblings-ignored", "security-scope-unknown"),
        *("server-variable-default", "server-variable-unknown", "server-variable-unused", "validator-failed"),
        "yaml-ambiguous",
    )
)
"""What the loader may find without refusing the contract; levels and waivers work for these as for rules."""


def lint(contract: Contract, settings: Settings | None = None, rules: Sequence[Rule] = RULES) -> list[Diagnostic]:
    """What the loader noticed and what the rules find, in the order of the document.

    Without `settings`, `lint.yaml` in the folder of the contract is read, if there is one. Raises ContractError if it
    is not in order.
    """
    if settings is None:
        settings = waivers.read(settings_path(contract), LOADER_CODES | {rule.code for rule in rules})
    reading = Reading(contract)
    codes = {rule.code for rule in rules}
    found = [
        replace(warning, severity=level)
        for warning in contract.warnings
        if warning.code not in codes and (level := settings.levels.get(warning.code, warning.severity)) is not None
    ]
    for rule in rules:
        level = settings.levels.get(rule.code, rule.level)
        if level is None:
            continue
        found += [
            contract.positions.diagnostic(
                rule.code, finding.message, finding.pointer, hint=finding.hint, severity=level
            )
            for finding in rule.check(reading)
        ]
    return sorted(waivers.apply(settings, found), key=_order)


def settings_path(contract: Contract) -> Path:
    """Where the settings of a contract are: beside its main file."""
    return Path(contract.locate("").file).parent / waivers.FILE


def _order(diagnostic: Diagnostic) -> tuple[Location, str, str]:
    return diagnostic.location or Location("", 0, 0), diagnostic.code, diagnostic.message
