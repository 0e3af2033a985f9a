"""Judges headers that are text already: of exception handlers, of FastAPI's `Response`, of parts, of ranges of a file.

What handlers give in the fields of a reply is judged as a value, before it is written; see `replies`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from handfast.contract.model import Contract, Direction, Header, JSONValue
from handfast.runtime import linksets
from handfast.runtime.gathering import content_reader
from handfast.runtime.header_text import SET_COOKIE
from handfast.runtime.lexical import Lexicon
from handfast.runtime.limits import Limits
from handfast.runtime.percent import Malformed
from handfast.runtime.shapes import Shapes
from handfast.runtime.styles import LIST_COMMA, Reading

_LIMITS = Limits()


class HeaderJudge:
    """Says what is wrong with written headers of a contract's responses."""

    __slots__ = ("_contract", "_made")

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._made: Lexicon | None = None

    def wrong(self, declared: Mapping[str, Header], headers: Iterable[tuple[bytes, bytes]]) -> Iterator[str]:
        """A sentence for each declared header whose text is none that its schema admits."""
        sent: dict[str, list[str]] = {}
        for raw_name, value in headers:
            sent.setdefault(raw_name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        for name, header in declared.items():
            texts = sent.get(name.lower())
            if texts and name.lower() != "content-type" and not self._is_valid(header, texts):
                yield f"the header {name} breaks its schema"

    def missing(self, declared: Mapping[str, Header], headers: Iterable[tuple[bytes, bytes]]) -> Iterator[str]:
        """A sentence for each required header that is not there."""
        sent = {raw_name.decode("latin-1").lower() for raw_name, _ in headers}
        for name, header in declared.items():
            if header.required and name.lower() not in sent and name.lower() != "content-type":
                yield f"the required header {name} is missing"

    @property
    def _lexicon(self) -> Lexicon:
        if self._made is None:
            self._made = Lexicon(Shapes(self._contract.document), self._contract.judges, Direction.RESPONSE)
        return self._made

    def _is_valid(self, header: Header, texts: list[str]) -> bool:
        try:
            is_cookie = header.name.lower() == SET_COOKIE
            if header.content is not None:
                schema = header.content.schema
                is_list = linksets.is_linkset(header.content.media_type)
                text = (", " if is_list else "\n").join(texts)
                value = content_reader(header.content, self._lexicon, _LIMITS)(text)
                return (is_cookie or is_list or len(texts) == 1) and (
                    schema is None or self._judge(schema.pointer)(value)
                )
            if header.schema is None:
                return True
            shape = self._lexicon.shapes.of(header.schema.pointer)
            is_valid = self._judge(header.schema.pointer)
            if is_cookie:
                pairs = (text.partition("=") for text in texts)
                by_name: JSONValue = {name: value for name, _, value in pairs}
                return all(is_valid(text) for text in texts) or is_valid(list(texts)) or is_valid(by_name)
            reading = Reading(self._lexicon, shape, str, LIST_COMMA, header.explode)
            return any(is_valid(value) for value in reading.read(", ".join(texts)))
        except Malformed:
            return False

    def _judge(self, pointer: str) -> Callable[[JSONValue], bool]:
        return self._contract.judges.judge(pointer, Direction.RESPONSE).is_valid
