"""References resolved against a base, as RFC 3986 says (section 5.2)."""

from __future__ import annotations

from urllib.parse import urldefrag, urljoin, urlsplit


def resolve(base: str, reference: str) -> str:
    """The URI that a reference means, also against a base without a hierarchy, such as a URN, which `urljoin` drops."""
    if not reference or reference.startswith("#"):
        return urldefrag(base).url + reference
    return reference if urlsplit(reference).scheme else urljoin(base, reference)
