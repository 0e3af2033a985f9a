"""docs/DIAGNOSTICS.md has an entry for every code, and none for codes that do not exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from handfast.design.lint import LOADER_CODES
from handfast.design.rules import RULES

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
OWN = {"waiver-unused", "lint-settings"}


def entries() -> list[str]:
    text = (ROOT / "docs" / "DIAGNOSTICS.md").read_text(encoding="utf-8")
    return re.findall(r"^### (\S+)$", text, re.MULTILINE)


def texts_of(folder: str) -> set[str]:
    """Every text in a folder of the toolkit that looks like a code."""
    return {
        node.value
        for path in sorted((ROOT / "handfast" / folder).glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value)
    }


def codes_of_the_loader() -> set[str]:
    """Every code with which the loader makes a diagnostic, wherever the call can be seen."""
    return {
        argument.value
        for path in sorted((ROOT / "handfast" / "contract").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in MAKERS
        for argument in [*node.args[:1], *(each.value for each in node.keywords if each.arg == "code")]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and CODE.fullmatch(argument.value)
    }


MAKERS = {"Diagnostic", "diagnostic", "_diagnostic", "Finding", "SourceFault", "Surprise"}


def test_every_code_has_one_entry() -> None:
    found = entries()
    assert len(found) == len(set(found))
    assert {rule.code for rule in RULES} | LOADER_CODES | OWN <= set(found)
    assert codes_of_the_loader() - set(found) == set()


def test_every_entry_is_of_a_code() -> None:
    changes = texts_of("design/diff") | {"pattern-changed", "format-changed"}
    assert set(entries()) - {rule.code for rule in RULES} - OWN - texts_of("contract") - changes == set()


def test_codes_are_unique_and_in_kebab_case() -> None:
    codes = [rule.code for rule in RULES]
    assert len(codes) == len(set(codes))
    assert all(CODE.fullmatch(code) for code in codes)
    assert all(rule.why.endswith(".") and len(rule.why) < 100 for rule in RULES)
