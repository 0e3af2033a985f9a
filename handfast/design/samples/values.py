"""Values that satisfy a schema, made up for mocks, previews and tests; the judge has the last word on each.

A value is put together from everything that the schema says about one place: through `$ref` and `allOf`, with one
branch chosen of every `anyOf`, `oneOf` and `if`. What authors wrote down (`examples`, `default`, `const`, `enum`) comes
first. Where the first attempt does not satisfy the judge, other branches and sizes are tried, always in the same order
for the same seed, and only so many: a schema that nothing satisfies costs tenths of a second, not more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random

from handfast.contract import Direction
from handfast.contract.judge import Judges
from handfast.contract.model import JSONValue
from handfast.design.samples.attempt import Attempt, Budget, Impossible
from handfast.generate.references import References

_ATTEMPTS = 80
_VARIED = 6
"""Attempts that look for a value of chance; those after them take what there is."""
_PLACES = 5_000
"""Places of a value (members, items) that are made up, in all attempts together, before the search is given up."""


class Unsatisfiable(ValueError):
    """No value was found that the schema admits; `pointer` is the schema's."""

    def __init__(self, pointer: str) -> None:
        super().__init__(f"no value was found that satisfies the schema at #{pointer}")
        self.pointer = pointer


class Samples:
    """Makes values for the schemas of one document; the same seed gives the same values.

    `attempts` and `places` (members and items that are made up) bound the search for each value.
    """

    def __init__(
        self,
        document: Mapping[str, JSONValue],
        judges: Judges,
        seed: int = 0,
        *,
        attempts: int = _ATTEMPTS,
        places: int = _PLACES,
    ) -> None:
        self._references = References(document)
        self._judges = judges
        self._seed = seed
        self._attempts = attempts
        self._places = places
        self._hopeless: set[tuple[str, Direction]] = set()

    def value(
        self,
        pointer: str,
        direction: Direction,
        *,
        seed: int | str = 0,
        varied: bool = False,
        name: str = "",
        fits: Callable[[JSONValue], bool] | None = None,
    ) -> JSONValue:
        """A value that the schema at a JSON Pointer admits in a direction; raises Unsatisfiable when none is found.

        `fits` may ask for more than the schema, for instance that a header can carry the value.
        """
        for value in self.values(pointer, direction, seed=seed, varied=varied, name=name):
            if fits is None or fits(value):
                return value
        raise Unsatisfiable(pointer)

    def values(
        self, pointer: str, direction: Direction, *, seed: int | str = 0, varied: bool = False, name: str = ""
    ) -> Iterator[JSONValue]:
        """Values that the schema at a JSON Pointer admits, the most telling first; as many as are found.

        `varied` passes over what authors wrote as examples, and lets the seed decide wherever there is a choice.
        `name` is what the value is called, which says what it may look like.
        """
        if (pointer, direction) in self._hopeless:
            return
        is_valid = self._judges.judge(pointer, direction).is_valid
        budget = Budget(self._places)
        found = 0
        for number in range(self._attempts):
            random = Random(f"{self._seed}/{seed}/{number}")  # not for secrets
            attempt = Attempt(
                self._references, self._judges, direction, random, number, budget, varied=varied and number < _VARIED
            )
            try:
                value = attempt.make([pointer], 0, name)
            except Impossible:
                if budget.left <= 0:
                    break
                continue
            if is_valid(value):
                found += 1
                yield value
        if not found:
            self._hopeless.add((pointer, direction))
