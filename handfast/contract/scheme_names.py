"""Security schemes as requirements name them: by component, or in OpenAPI 3.2 by URI (3.2.0, section 4.30)."""

from __future__ import annotations

from collections.abc import Mapping

from handfast.contract.model import JSONValue
from handfast.contract.pointers import from_fragment
from handfast.contract.uris import resolve, split

_BASE = "https://contract.invalid/openapi"


def scheme_name(document: Mapping[str, JSONValue], written: str) -> str:
    """The name of the component that a requirement means; what is written there where it leads to none.

    A component that has just this name goes before a URI. Only the document itself is looked at: its `$self`, or a
    fragment alone.
    """
    components = document.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    if not isinstance(schemes, dict) or written in schemes or "#" not in written:
        return written
    own = document.get("$self")
    base = resolve(_BASE, own) if isinstance(own, str) else _BASE
    uri, fragment = split(resolve(base, written))
    try:
        tokens = from_fragment(fragment)
    except ValueError:
        return written
    is_scheme = uri == split(base)[0] and len(tokens) == 3 and tokens[:2] == ("components", "securitySchemes")
    return tokens[2] if is_scheme and tokens[2] in schemes else written
