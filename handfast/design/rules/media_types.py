"""Media types that nobody sends, because they are nearly called like one that everybody knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from handfast.contract.places import Kind
from handfast.contract.pointers import to_tokens
from handfast.design.reading import Reading, below
from handfast.design.rule import Finding, Rule
from handfast.errors import Severity

_SUBTYPES = {
    kind: tuple(subtypes.split())
    for kind, subtypes in {
        "application": """
            atom+xml calendar+json cbor cloudevents+json csv dns-json dns-message excel feed+json geo+json
            graphql graphql+json graphql-response+json gzip hal+json http javascript jose jose+json jrd+json
            js json json-patch+json json-seq json5 jsonc jsonl jsonlines jsonp jwk+json jwk-set+json jwt
            ld+json linkset linkset+json manifest+json merge-patch+json mp4 msgpack msword n-quads n-triples
            ndjson octet-stream ogg openapi+json openapi+yaml pdf pgp-encrypted pgp-keys pkcs10 pkcs7-mime
            pkcs8 pkix-cert postscript problem+json problem+xml protobuf rdf+xml rss+xml rtf samlassertion+xml
            schema+json scim+json senml+json sh soap+xml sparql-query sparql-results+json sql stream+json tar
            toml trig wasm x-7z-compressed x-gzip x-jsonlines x-msgpack x-ndjson x-pem-file x-protobuf x-sh
            x-tar x-www-form-urlencoded x-yaml x-zip-compressed xhtml+xml xml xml-dtd xslt+xml yaml
            yang-data+json yang-data+xml yml zip zlib zstd
        """,
        "audio": """
            aac basic flac midi mp3 mp4 mpeg ogg opus wav wave webm x-wav
        """,
        "font": """
            collection otf sfnt ttf woff woff2
        """,
        "image": """
            apng avif avifs bmp gif heic heif jp2 jpeg jxl pjpeg png svg+xml tiff webp x-icon
        """,
        "message": """
            http partial rfc822
        """,
        "multipart": """
            alternative byteranges digest encrypted form-data mixed parallel related report signed
            x-mixed-replace
        """,
        "text": """
            calendar css csv event-stream html javascript json markdown n3 plain richtext rtf
            tab-separated-values troff tsv turtle uri-list vcard vtt x-markdown x-yaml xml yaml yml
        """,
        "video": """
            3gpp avi bmpeg h264 mp2t mp4 mpeg ogg quicktime webm x-matroska x-msvideo
        """,
    }.items()
}
"""Subtypes that are in use: those of the registry that contracts name, and others that are no slips."""

_TYPES = (*_SUBTYPES, "example", "haptics", "model")
"""Every type (RFC 6838, section 4.2, and RFC 9695)."""

_DIGITS = re.compile("[0-9]+")
_OWN = ("vnd.", "prs.", "x.")
"""How trees of subtypes begin that belong to somebody (RFC 6838, section 3)."""


def misspelt(reading: Reading) -> Iterator[Finding]:
    for pointer, text in _named(reading):
        for name in text.split(","):
            essence = name.partition(";")[0].strip()
            meant = _meant(*essence.lower().partition("/")[::2])
            if meant is not None:
                yield Finding(pointer, f"{essence} is no media type that clients know", f"perhaps {meant} is meant")


def _named(reading: Reading) -> Iterator[tuple[str, str]]:
    """Each place that names media types, and what it says."""
    for pointer, _ in reading.of_kind(Kind.MEDIA_TYPE):
        *_, holder, name = to_tokens(pointer)
        if holder == "content":
            yield pointer, name
    for kind, field in ((Kind.ENCODING, "contentType"), (Kind.SCHEMA, "contentMediaType")):
        for pointer, value in reading.of_kind(kind):
            if isinstance(text := value.get(field), str):
                yield below(pointer, field), text


def _meant(kind: str, subtype: str) -> str | None:
    """What a media type is a slip of; None for one that may be meant."""
    if subtype.startswith(_OWN):
        return None
    if kind not in _TYPES:
        known = _closest(kind, _TYPES)
        return None if known is None else f"{known}/{_closest(subtype, _known(known)) or subtype}"
    found = _closest(subtype, _known(kind))
    return None if found is None else f"{kind}/{found}"


def _known(kind: str) -> tuple[str, ...]:
    return _SUBTYPES.get(kind, ())


def _closest(name: str, known: Iterable[str]) -> str | None:
    """The only known name that is a slip of the hand away; None for a known name, and where none or several are."""
    if name in known or "*" in name:
        return None
    found = [each for each in known if _is_slip(name, each) and _have_one_part(name, each)]
    return found[0] if len(found) == 1 else None


def _have_one_part(name: str, known: str) -> bool:
    """Whether two names with suffixes (`+json`) share one part and the other one is a slip; true without suffixes."""
    (bare, plus, suffix), (known_bare, _, known_suffix) = name.rpartition("+"), known.rpartition("+")
    return not plus or bare == known_bare or (suffix == known_suffix and _is_slip(bare, known_bare))


def _is_slip(name: str, known: str) -> bool:
    """Whether a name differs from a known one by so little that it is no name of its own.

    Of short names, another letter makes another one (`csv`, `css`); digits tell versions apart; and `x-` begins a name
    of one's own, if it is not a long one that all know.
    """
    is_own = name.startswith("x-") and not (known.startswith("x-") and len(known) >= 12)
    if is_own or _DIGITS.findall(name) != _DIGITS.findall(known) or min(len(name), len(known)) < 3:
        return False
    most = 1 + (len(known) >= 9) + (len(known) >= 18)
    return _distance(name, known) <= most and not (len(name) == len(known) < 5 and sorted(name) != sorted(known))


def _distance(one: str, other: str) -> int:
    """Letters that are missing, too many, other ones or swapped (optimal string alignment)."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        here = [row]
        for column, twin in enumerate(other, 1):
            cost = min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != twin))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == twin:
                cost = min(cost, before[column - 2] + 1)
            here.append(cost)
        before, above = above, here
    return above[-1]


RULES = (Rule("media-type-misspelt", Severity.WARNING, "A media type that nobody sends takes no request.", misspelt),)
