"""Headers of parts of multipart bodies, held to the `headers` of their encoding (OpenAPI 3.2.0, section 4.15.1.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from handfast.contract.judge import Judge
from handfast.contract.model import Encoding, Header, JSONValue
from handfast.runtime.gathering import content_reader
from handfast.runtime.lexical import Lexicon
from handfast.runtime.limits import Limits
from handfast.runtime.percent import Malformed
from handfast.runtime.problems import ProblemItem
from handfast.runtime.styles import LIST_COMMA, Reading

JudgeOf: TypeAlias = Callable[[Header], Judge | None]
"""The judge of a part's header; None where it has no schema."""


@dataclass(frozen=True, slots=True)
class PartHeader:
    """One declared header: what its text can be, and who judges that."""

    header: Header
    judge: Judge | None
    read: Callable[[str], list[JSONValue]]

    def problem(self, sent: Mapping[str, str], pointer: str) -> ProblemItem | None:
        """What is wrong with it in a part, whose headers have names in lower case."""
        name = self.header.name
        text = sent.get(name.lower())
        if text is None:
            if not self.header.required:
                return None
            return ProblemItem(code="part-header-missing", detail=f"the part needs the header {name}", pointer=pointer)
        if self.judge is None or any(self.judge.is_valid(value) for value in self.read(text)):
            return None
        detail = f"the header {name} of the part is not valid"
        return ProblemItem(code="part-header-invalid", detail=detail, pointer=pointer)


def compile(  # noqa: A001  # reads as part_headers.compile
    encoding: Encoding | None, lexicon: Lexicon, judge: JudgeOf, limits: Limits
) -> tuple[PartHeader, ...]:
    """The headers that an encoding declares."""
    if encoding is None:
        return ()
    headers = [header for header in encoding.headers.values() if header.name.lower() != "content-type"]
    return tuple(PartHeader(header, judge(header), _reader(header, lexicon, limits)) for header in headers)


def problems(headers: tuple[PartHeader, ...], sent: Mapping[str, str], pointer: str) -> Iterator[ProblemItem]:
    """What is wrong with the headers of a part."""
    for header in headers:
        if (found := header.problem(sent, pointer)) is not None:
            yield found


def _reader(header: Header, lexicon: Lexicon, limits: Limits) -> Callable[[str], list[JSONValue]]:
    """The values that a text may be, by the schema or the content of its header; none when it cannot be read."""
    if header.content is not None:
        whole = content_reader(header.content, lexicon, limits)
        return lambda text: _read(lambda: [whole(text)])
    shape = lexicon.shapes.of(header.schema.pointer) if header.schema else lexicon.shapes.of()
    reading = Reading(lexicon, shape, str, LIST_COMMA, header.explode)
    return lambda text: _read(lambda: list(reading.read(text)))


def _read(read: Callable[[], list[JSONValue]]) -> list[JSONValue]:
    try:
        return read()
    except Malformed:
        return []
