"""What a mock remembers: things by their paths, in the order in which they came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from handfast.contract.model import JSONValue

Thing = dict[str, JSONValue]

MOST = 10_000
"""Things that are remembered; the oldest one goes when there are more."""


@dataclass(slots=True)
class Store:
    """Things by path, `/articles/on-engines`; `seeds` are those of examples, `gone` those that were deleted."""

    things: dict[str, Thing] = field(default_factory=dict[str, Thing])
    seeds: set[str] = field(default_factory=set[str])
    gone: set[str] = field(default_factory=set[str])
    filled: set[str] = field(default_factory=set[str])

    def put(self, path: str, thing: Thing, *, is_seed: bool = False) -> None:
        """Remember a thing, a new one as the last."""
        self.things[path] = thing
        self.gone.discard(path)
        (self.seeds.add if is_seed else self.seeds.discard)(path)
        if len(self.things) > MOST:
            oldest = next(iter(self.things))
            self.remove(oldest)

    def remove(self, path: str) -> None:
        """Forget a thing, and all that is below it."""
        for each in [each for each in self.things if each == path or each.startswith(f"{path}/")]:
            del self.things[each]
            self.seeds.discard(each)
        self.filled = {each for each in self.filled if not each.startswith(f"{path}/")}
        if len(self.gone) < MOST:
            self.gone.add(path)

    def in_collection(self, collection: str) -> Iterator[tuple[str, Thing]]:
        """The things of a collection with their paths, the oldest first."""
        start = f"{collection.rstrip('/')}/"
        return (
            (path, thing)
            for path, thing in self.things.items()
            if path.startswith(start) and "/" not in path[len(start) :]
        )
