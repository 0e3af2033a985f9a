"""A document as text, in JSON and in YAML: the same value for every reader, whichever YAML version it speaks."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import yaml

from handfast.contract.model import JSONValue

if TYPE_CHECKING:
    from yaml import SafeDumper as _Dumper
else:
    from yaml import CSafeDumper as _Dumper

_NUMBER_IN_YAML_1_2 = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+")
_LINE_BREAK_IN_YAML_1_1 = re.compile("[\x85\u2028\u2029]")
_WIDTH = 120


def as_json(document: Mapping[str, JSONValue]) -> str:
    """JSON with two spaces of indent, the order of the document, and a newline at the end."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def as_yaml(document: Mapping[str, JSONValue]) -> str:
    """YAML in the order of the document, without anchors; a text that 1.1 or 1.2 would take for more is quoted."""
    return yaml.dump(dict(document), Dumper=_Writer, allow_unicode=True, sort_keys=False, width=_WIDTH)


def digest(document: Mapping[str, JSONValue]) -> str:
    """What tells this document from every other: `sha256:` and the digest of `as_json`, in hexadecimal digits."""
    return f"sha256:{hashlib.sha256(as_json(document).encode()).hexdigest()}"


class _Writer(_Dumper):
    """PyYAML writes for readers of YAML 1.1, and leaves `1e3` bare, which is a number in 1.2."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(_: _Writer, text: str) -> yaml.ScalarNode:
    """A block for several lines; quotes where the versions of YAML disagree; else what PyYAML chooses."""
    is_disputed = _NUMBER_IN_YAML_1_2.fullmatch(text) or _LINE_BREAK_IN_YAML_1_1.search(text)
    style = '"' if is_disputed else "|" if "\n" in text else None
    return yaml.ScalarNode("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _text)
