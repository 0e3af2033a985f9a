"""What `lint.yaml` beside the contract says: other levels for rules, and places where a rule is waived for a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from handfast.contract import sources
from handfast.contract.model import JSONValue
from handfast.contract.sources import Positions
from handfast.errors import ContractError, Diagnostic, Severity
from handfast.project import LINT_SETTINGS

FILE = LINT_SETTINGS
LEVELS: Mapping[str, Severity | None] = {**{str(each): each for each in Severity}, "off": None}


@dataclass(frozen=True, slots=True)
class Waiver:
    """A rule is not applied to a pointer and what is below it; `at` is where the waiver itself is written."""

    code: str
    pointer: str
    reason: str
    at: str

    def covers(self, diagnostic: Diagnostic) -> bool:
        """Whether a diagnostic is waived."""
        inside = diagnostic.pointer == self.pointer or diagnostic.pointer.startswith(f"{self.pointer}/")
        return diagnostic.code == self.code and inside


@dataclass(frozen=True, slots=True)
class Settings:
    """Levels by code (None: off), waivers, and where they are written."""

    levels: Mapping[str, Severity | None] = field(default_factory=dict[str, Severity | None])
    waivers: tuple[Waiver, ...] = ()
    positions: Positions | None = None


def read(path: Path, codes: frozenset[str]) -> Settings:
    """The settings in a file, or none if there is no such file; raises ContractError with all that is wrong in it."""
    if not path.is_file():
        return Settings()
    source = sources.read(path)
    positions = Positions(source)
    reader = _Reader(positions, codes)
    settings = reader.settings(source.value)
    if reader.wrong:
        raise ContractError(reader.wrong)
    return settings


def apply(settings: Settings, diagnostics: list[Diagnostic]) -> Iterator[Diagnostic]:
    """The diagnostics that no waiver covers, and one for each waiver that covers nothing."""
    used: set[str] = set()
    for diagnostic in diagnostics:
        covering = [waiver.at for waiver in settings.waivers if waiver.covers(diagnostic)]
        used.update(covering)
        if not covering:
            yield diagnostic
    for waiver in settings.waivers:
        if waiver.at not in used and settings.positions is not None:
            message = f"nothing at {waiver.pointer} breaks {waiver.code}"
            yield settings.positions.diagnostic(
                "waiver-unused", message, waiver.at, hint="take the waiver out", severity=Severity.WARNING
            )


class _Reader:
    """Reads settings strictly, and collects what is wrong with them."""

    def __init__(self, positions: Positions, codes: frozenset[str]) -> None:
        self.wrong: list[Diagnostic] = []
        self._positions = positions
        self._codes = codes

    def settings(self, value: JSONValue) -> Settings:
        if not isinstance(value, dict):
            self._complain("", "the settings of lint are a mapping with levels and waivers")
            return Settings()
        for name in value.keys() - {"levels", "waivers"}:
            self._complain(f"/{name}", f'there is no setting "{name}"; there are levels and waivers')
        levels, waivers = value.get("levels") or {}, value.get("waivers") or []
        return Settings(
            levels=dict(self._levels(levels)), waivers=tuple(self._waivers(waivers)), positions=self._positions
        )

    def _levels(self, value: JSONValue) -> Iterator[tuple[str, Severity | None]]:
        if not isinstance(value, dict):
            self._complain("/levels", "levels map the code of a rule to error, warning, hint or off")
            return
        for code, level in value.items():
            name = "off" if level is False else str(level)  # YAML 1.1 reads off as false
            if self._is_rule(code, f"/levels/{code}"):
                if name in LEVELS:
                    yield code, LEVELS[name]
                else:
                    self._complain(f"/levels/{code}", "a level is error, warning, hint or off")

    def _waivers(self, value: JSONValue) -> Iterator[Waiver]:
        if not isinstance(value, list):
            self._complain("/waivers", "waivers are a list of code, pointer and reason")
            return
        for index, item in enumerate(value):
            at = f"/waivers/{index}"
            fields = (
                {name: text for name, text in item.items() if isinstance(text, str)} if isinstance(item, dict) else {}
            )
            if fields.keys() != {"code", "pointer", "reason"} or not fields["reason"].strip():
                self._complain(at, "a waiver has a code, a pointer (into the contract) and a reason, all texts")
            elif self._is_rule(fields["code"], f"{at}/code"):
                yield Waiver(fields["code"], fields["pointer"].removeprefix("#"), fields["reason"], at)

    def _is_rule(self, code: str, pointer: str) -> bool:
        if code not in self._codes:
            self._complain(pointer, f'there is no rule "{code}"')
        return code in self._codes

    def _complain(self, pointer: str, message: str) -> None:
        self.wrong.append(self._positions.diagnostic("lint-settings", message, pointer))
