"""Mail addresses of RFC 5321, section 4.1.2, and RFC 6531, section 3.3: a mailbox, and nothing around it.

The validator's own check takes a display name for a part of it (`Ann <ann@example.org>`) and tabs in a quoted local
part, and refuses some quoted local parts with `<`. For everything else its word is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import jsonschema_rs

_HAS_CONTROLS = re.compile(r"[\x00-\x1f\x7f]").search


def _checked_by(name: str) -> Callable[[str], bool]:
    has_form = jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True).is_valid

    def is_mailbox(text: str) -> bool:
        if text.endswith(">") or _HAS_CONTROLS(text) is not None:
            return False
        if text.startswith('"') and "<" in text:
            local, separator, domain = text.rpartition("@")
            text = local.replace("<", "x") + separator + domain
        return has_form(text)

    return is_mailbox


is_email = _checked_by("email")
is_international_email = _checked_by("idn-email")
