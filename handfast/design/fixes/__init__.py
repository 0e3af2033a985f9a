"""`handfast lint --fix`: what is wrong in a way whose cure is certain is cured in the text; the rest stays as it is."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

import yaml

from handfast.contract import load_contract_text
from handfast.contract.model import Contract
from handfast.contract.sources import display_name
from handfast.design.fixes.edits import Edit, Page, applied
from handfast.design.fixes.mechanical import FIXES
from handfast.design.fixes.refusals import declare_refusals
from handfast.design.lint import lint
from handfast.errors import ContractError, Diagnostic, HandfastError, Severity

CODES = ("refusal-undeclared", *FIXES)
"""The codes of what can be fixed, in the order in which they are."""

_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Fixed:
    """A contract's text before and after, how often each code was fixed, and what lint still finds."""

    path: Path
    before: str
    after: str
    counts: Counter[str]
    left: Sequence[Diagnostic]

    def difference(self) -> str:
        """A unified diff; empty if nothing changed."""
        name = display_name(self.path).lstrip("/")
        lines = unified_diff(
            self.before.splitlines(keepends=True), self.after.splitlines(keepends=True), f"a/{name}", f"b/{name}"
        )
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def fix(path: Path) -> Fixed:
    """The text of a contract with what can be fixed; nothing is written.

    Only the main file is edited, and only as YAML. A code whose fix would make lint find anything else is left alone.
    Raises ContractError when the contract does not load.
    """
    if path.suffix.lower() == ".json":
        raise HandfastError(f"{path}: --fix edits YAML; convert the contract first: handfast bundle {path} -o api.yaml")
    text = before = path.read_bytes().decode("utf-8-sig")
    contract, found = _linted(text, path)
    counts: Counter[str] = Counter()
    for _ in range(_ROUNDS):
        changed = False
        for code in CODES:
            edited = applied(text, list(_edits(code, contract, text, found)))
            if edited == text:
                continue
            try:
                then, left = _linted(edited, path)
            except ContractError:
                continue
            if _is_better(found, left, code):
                counts[code] += _count(found)[code] - _count(left)[code]
                text, contract, found, changed = edited, then, left, True
        if not changed:
            break
    return Fixed(path, before, text, counts, found)


def write(fixed: Fixed) -> None:
    """Put the text in the place of the file, at once or not at all; its mode and a byte order mark stay."""
    path = fixed.path.resolve()
    mark = "\ufeff" if path.read_bytes().startswith(b"\xef\xbb\xbf") else ""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(f"{mark}{fixed.after}".encode())
        Path(name).chmod(path.stat().st_mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _linted(text: str, path: Path) -> tuple[Contract, list[Diagnostic]]:
    contract = load_contract_text(text, path)
    return contract, list(lint(contract))


def _edits(code: str, contract: Contract, text: str, found: Sequence[Diagnostic]) -> Iterable[Edit]:
    main = contract.positions.main.name
    ours = [each for each in found if each.code == code and each.location is not None and each.location.file == main]
    if not ours:
        return
    try:
        page = Page(text)
    except yaml.YAMLError:  # YAML 1.2 that libyaml does not read
        return
    if code == "refusal-undeclared":
        yield from declare_refusals(contract, page, frozenset(each.pointer for each in ours))
    else:
        for diagnostic in ours:
            yield from FIXES[code](contract, page, diagnostic)


def _is_better(before: Sequence[Diagnostic], after: Sequence[Diagnostic], code: str) -> bool:
    """Whether something of the code is gone, and nothing else came; a hint more is a fair price."""
    old, new = _count(before), _count(after)
    hints = {each.code for each in after if each.severity is Severity.HINT}
    return new[code] < old[code] and all(new[each] <= old[each] for each in new if each not in hints)


def _count(found: Iterable[Diagnostic]) -> Counter[str]:
    return Counter(each.code for each in found)
