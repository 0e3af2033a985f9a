"""References taken apart, and resolved against a base, as RFC 3986 says (section 5.2).

What authors write may be no URI at all (`http://[::1`): it stays as it is, and leads nowhere.
"""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit


def split(reference: str) -> tuple[str, str]:
    """A reference without its fragment, and the fragment; without a `#` that is empty."""
    uri, _, fragment = reference.partition("#")
    return uri, fragment


def resolve(base: str, reference: str) -> str:
    """The URI that a reference means, also against a base without a hierarchy, such as a URN, which `urljoin` drops."""
    if not reference or reference.startswith("#"):
        return split(base)[0] + reference
    try:
        return reference if urlsplit(reference).scheme else urljoin(base, reference)
    except ValueError:
        return reference
