"""The name and value pairs of a query string or an urlencoded form, names decoded and values as they were sent."""

from __future__ import annotations

from collections.abc import Iterator, Set

from handfast.runtime.percent import Malformed, decode_form


class Fields:
    """Raw values by name, in the order in which they were sent; a field without `=` has the empty text as its value."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, list[str]]) -> None:
        self._values = values

    @classmethod
    def parse(cls, raw: str, limit: int) -> Fields:
        """Split at `&` and the first `=`; Malformed for a name that cannot be decoded, or more fields than `limit`."""
        values: dict[str, list[str]] = {}
        if not raw:
            return cls(values)
        if raw.count("&") >= limit:
            raise Malformed("too-many-fields", f"there are more than {limit:,} fields")
        is_plain = "%" not in raw and "+" not in raw and raw.isascii()
        for field in raw.split("&"):
            if field:
                name, _, value = field.partition("=")
                if not is_plain:
                    name = decode_form(name)
                if name in values:
                    values[name].append(value)
                else:
                    values[name] = [value]
        return cls(values)

    @property
    def names(self) -> Set[str]:
        """The names that were sent."""
        return self._values.keys()

    def get(self, name: str) -> list[str]:
        """The raw values of a name; none when it was not sent."""
        return self._values.get(name, [])

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
