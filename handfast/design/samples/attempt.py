"""One attempt at a value: schemas are gathered place by place, branches chosen, members, items and texts made up."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from handfast.contract import Direction
from handfast.contract.judge import Judges
from handfast.contract.model import JSONValue, SchemaValue
from handfast.contract.pointers import join
from handfast.design.samples.facts import TYPES, Facts
from handfast.design.samples.numbers import allows, is_whole, number
from handfast.design.samples.texts import FORMATS, matches, matching, texts
from handfast.design.samples.varied import varied_texts
from handfast.design.samples.words import numbers_for, singular, texts_for
from handfast.generate.references import References, discriminator

_ODD: tuple[JSONValue, ...] = ("", 0.5, True, None, [], {})
"""Values that a rival branch may refuse, because hardly any schema admits all of them."""
_DEEP = 5
"""From this depth on, only what is required is made."""
_DEEPEST = 24
_ANOTHER = 50


class Impossible(Exception):
    """The branches that were chosen contradict one another, or there is no budget left."""


@dataclass(slots=True)
class Budget:
    """How many places may still be made up, by all attempts together."""

    left: int


class Attempt:
    """The first attempt takes first branches and all members, later ones choose at random, every other makes little.

    The second keeps only those of the authors' examples that satisfy their own schemas, later ones none.
    """

    def __init__(
        self,
        references: References,
        judges: Judges,
        direction: Direction,
        random: Random,
        number: int,
        budget: Budget,
        *,
        varied: bool = False,
    ) -> None:
        self._references = references
        self._judges = judges
        self._direction = direction
        self._unwanted = "readOnly" if direction is Direction.REQUEST else "writeOnly"
        self._random = random
        self._number = number
        self._budget = budget
        self._varied = varied
        self._plain = number < 2 and not varied
        self._sparing = number > 1 and number % 2 == 0 and not varied

    def make(self, pointers: Iterable[str], depth: int, name: str = "") -> JSONValue:
        """A value for a place at which several schemas stand, and that has a name. Raises Impossible."""
        self._budget.left -= 1
        if depth > _DEEPEST or self._budget.left <= 0:
            raise Impossible
        places = list(pointers)
        facts = Facts()
        self._gather(places, facts, depth)
        if facts.allowed is not None:
            return self._choose(facts.allowed)
        if facts.suggestions and self._plain:
            suggestions = facts.suggestions if self._number == 0 else self._admitted(facts.suggestions, places)
            if suggestions:
                return suggestions[0]
        return self._of_type(self._type(facts, depth), facts, depth, name)

    def _admitted(self, values: list[JSONValue], places: list[str]) -> list[JSONValue]:
        judges = [self._judges.judge(place, self._direction) for place in places]
        return [value for value in values if all(judge.is_valid(value) for judge in judges)]

    def _choose(self, options: list[JSONValue]) -> JSONValue:
        if not options:
            raise Impossible
        return options[0] if self._plain else self._random.choice(options)

    def _type(self, facts: Facts, depth: int) -> str:
        order = TYPES if depth < _DEEP else tuple(reversed(TYPES))
        possible = [name for name in order if name in facts.types]
        if not possible:
            raise Impossible
        if len(possible) == len(TYPES):
            return self._untyped(facts)
        return possible[0] if self._number < 4 else self._random.choice(possible)

    def _untyped(self, facts: Facts) -> str:
        """What a schema that names no type is most likely about."""
        if self._number > 8 and self._number % 3 == 0:
            return self._random.choice(TYPES)
        if facts.members or facts.required or facts.fewest_members or facts.by_pattern:
            return "object"
        if facts.items or facts.first or facts.contains or facts.fewest:
            return "array"
        if facts.minimum > -float("inf") or facts.maximum < float("inf") or facts.multiple is not None:
            return "number"
        return "string" if self._number < 4 else self._random.choice(TYPES)

    def _of_type(self, kind: str, facts: Facts, depth: int, name: str) -> JSONValue:
        match kind:
            case "object":
                return self._object(facts, depth)
            case "array":
                return self._array(facts, depth, singular(name))
            case "string":
                return self._embedding(facts, depth, name) if facts.embeds else self._string(facts, name)
            case "integer" | "number":
                return self._numeral(facts, kind, name)
            case "boolean":
                return self._plain or self._random.random() < 0.5
            case _:
                return None

    def _numeral(self, facts: Facts, kind: str, name: str) -> int | float:
        widely = self._number > 2 or self._varied
        likely = numbers_for(name, self._random if self._varied else None) if self._number < 2 or self._varied else []
        whole = "number" not in facts.types
        for value in likely:
            if allows(facts, value, whole=whole):
                return int(value) if is_whole(value) else value
        if self._varied and allows(facts, count := self._random.randint(1, 1_000), whole=True):
            return count
        found = number(facts, self._random, whole=kind == "integer", widely=widely)
        if found is None and not whole:
            found = number(facts, self._random, whole=False, widely=widely)
        if found is None:
            raise Impossible
        return round(found, 2) if self._varied and allows(facts, round(found, 2), whole=whole) else found

    # What stands at a place

    def _gather(self, pointers: Iterable[str], facts: Facts, depth: int) -> None:
        self._note(pointers, facts, depth, set())
        facts.left_out = {name for name, places in facts.members.items() if any(map(self._is_unwanted, places))}

    def _note(self, pointers: Iterable[str], facts: Facts, depth: int, seen: set[str]) -> None:
        for pointer in pointers:
            if pointer in seen:
                continue
            seen.add(pointer)
            schema = self._references.schema(pointer)
            if schema is False:
                raise Impossible
            if isinstance(schema, dict):
                facts.note(schema, pointer)
                branches = schema.get("oneOf")
                count = len(branches) if isinstance(branches, list) else 0
                facts.rivals += [join(pointer, "oneOf", index) for index in range(count)]
                self._note(self._behind(schema, pointer, depth, facts), facts, depth, seen)

    def _behind(self, schema: dict[str, JSONValue], pointer: str, depth: int, facts: Facts) -> Iterator[str]:
        """The schemas that hold at the same place: behind references, in allOf, and in the branches that are chosen."""
        for keyword in ("$ref", "$dynamicRef"):
            reference = schema.get(keyword)
            if isinstance(reference, str):
                target = self._references.resolve(reference, pointer)
                if target is not None:  # JSON Schema's own metaschemas are known to the judge alone
                    yield target
        whole = schema.get("allOf")
        yield from (join(pointer, "allOf", index) for index in range(len(whole) if isinstance(whole, list) else 0))
        for keyword in ("oneOf", "anyOf"):
            branches = schema.get(keyword)
            if isinstance(branches, list) and branches:
                index = self._branch(branches, depth)
                self._tag(schema, branches[index], facts)
                yield join(pointer, keyword, index)
        if "if" in schema:
            wanted = ("else",) if self._number % 3 == 2 or schema.get("then") is False else ("if", "then")
            yield from (join(pointer, keyword) for keyword in wanted if keyword in schema)

    def _branch(self, branches: list[JSONValue], depth: int) -> int:
        if depth >= _DEEP:  # a branch without references ends a recursion
            flat = [
                index for index, branch in enumerate(branches) if not (isinstance(branch, dict) and "$ref" in branch)
            ]
            if flat:
                return self._random.choice(flat)
        return 0 if self._plain else self._random.randrange(len(branches))

    def _tag(self, schema: dict[str, JSONValue], branch: JSONValue, facts: Facts) -> None:
        """The value of the discriminator that names a branch (OpenAPI 3.1.1, section 4.8.25)."""
        declared = discriminator(schema)
        reference = branch.get("$ref") if isinstance(branch, dict) else None
        if declared is None or not isinstance(reference, str):
            return
        mapping = declared.get("mapping")
        named = [
            name
            for name, target in (mapping.items() if isinstance(mapping, dict) else ())
            if target in (reference, reference.rpartition("/")[2])
        ]
        facts.tags[str(declared["propertyName"])] = named[0] if named else reference.rpartition("/")[2]

    def _is_unwanted(self, pointer: str) -> bool:
        """Whether a member is for the other direction only, by its schema or one that it refers to."""
        for _ in range(16):
            schema = self._references.schema(pointer)
            if not isinstance(schema, dict):
                return False
            if schema.get(self._unwanted) is True:
                return True
            reference = schema.get("$ref")
            target = self._references.resolve(reference, pointer) if isinstance(reference, str) else None
            if target is None:
                return False
            pointer = target
        return False

    # Objects

    def _object(self, facts: Facts, depth: int) -> JSONValue:
        made: dict[str, JSONValue] = {}
        pending = list(dict.fromkeys([*facts.required, *facts.tags, *self._optional(facts, depth)]))
        while pending:
            name = pending.pop(0)
            is_needed = name in facts.required
            if name in made or name in facts.left_out or (not is_needed and len(made) >= facts.most_members):
                continue
            if name in facts.dependent_schemas:
                self._gather(facts.dependent_schemas.pop(name), facts, depth)
                pending += facts.required
            try:
                made[name] = self._member(name, facts, depth)
            except Impossible:
                if is_needed:
                    raise
                continue
            for dependent in facts.dependent.get(name, ()):
                facts.required[dependent] = None
                pending.append(dependent)
        self._fill(made, facts, depth)
        if facts.rivals and self._number > 3:
            self._rebuff(made, facts)
        return made

    def _optional(self, facts: Facts, depth: int) -> Iterable[str]:
        """The members that are made without being required; the odd attempts leave them out, later ones some."""
        if depth >= _DEEP or self._sparing:
            return ()
        if self._number < 10:
            return facts.members
        return [name for name in facts.members if self._random.random() < 0.6]

    def _member(self, name: str, facts: Facts, depth: int) -> JSONValue:
        return facts.tags[name] if name in facts.tags else self.make(self._places(name, facts), depth + 1, name)

    def _fill(self, made: dict[str, JSONValue], facts: Facts, depth: int) -> None:
        """Members up to minProperties; a map without any gets one, so that there is something to see."""
        is_map = not facts.members and not facts.required and bool(facts.others or facts.by_pattern)
        wanted = max(facts.fewest_members, 1 if is_map and depth < _DEEP and not self._sparing else 0)
        if self._number > 8 and not wanted and not facts.others and self._random.random() < 0.3:
            wanted = 1  # something that nobody declared may be what a `not` asks for
        for index in range(4 * wanted):
            if len(made) >= min(wanted, facts.most_members):
                break
            try:
                name = self._name(facts, index)
                if name not in made and name not in facts.left_out:
                    made[name] = self._member(name, facts, depth)
            except Impossible:
                if facts.fewest_members and index == 4 * wanted - 1:
                    raise

    def _rebuff(self, made: dict[str, JSONValue], facts: Facts) -> None:
        """Add members that the chosen branch of a oneOf leaves open, and that other branches may refuse."""
        declared = {name for rival in facts.rivals for name in self._declared(rival, set())}
        for name in sorted(declared - facts.members.keys() - facts.left_out):
            if self._random.random() < 0.7:
                made[name] = self._random.choice(_ODD)

    def _declared(self, pointer: str, seen: set[str]) -> Iterator[str]:
        schema = self._references.schema(pointer)
        if pointer in seen or not isinstance(schema, dict):
            return
        seen.add(pointer)
        properties = schema.get("properties")
        yield from properties if isinstance(properties, dict) else ()
        for place in self._behind(schema, pointer, 0, Facts()):
            yield from self._declared(place, seen)

    def _places(self, name: str, facts: Facts) -> list[str]:
        matching_ = [place for pattern, place in facts.by_pattern if matches(pattern, name)]
        return [*facts.members.get(name, ()), *matching_] or facts.others

    def _name(self, facts: Facts, index: int) -> str:
        unused = [name for name in facts.members if name not in facts.left_out]
        if index < len(unused):
            return unused[index]
        if facts.names:
            name = self._outside(facts)
            return name if isinstance(name, str) else "name"
        if facts.by_pattern:
            made = matching(facts.by_pattern[index % len(facts.by_pattern)][0], self._random)
            return made if made is not None else "name"
        return f"name{index or ''}"

    def _outside(self, facts: Facts) -> JSONValue:
        """A name by `propertyNames`, where no type needs to be said."""
        named = Facts(types={"string"})
        self._gather(facts.names, named, _DEEP)
        if named.allowed is not None:
            return self._random.choice(named.allowed or [""])
        options = texts(named.format, named.patterns, (named.shortest, named.longest), self._random, widely=True)
        return self._random.choice(options or [""])

    # Arrays and texts

    def _array(self, facts: Facts, depth: int, name: str) -> JSONValue:
        fewest = max(facts.fewest, len(facts.contains))
        least = max([0 if self._sparing or depth >= _DEEP else 1, *map(len, facts.first)])
        made: list[JSONValue] = []
        if self._varied and depth < _DEEP:
            least = max(least, self._random.randint(1, 3))
        for index in range(min(max(fewest, least), facts.most)):
            places = [place for places in facts.first for place in places[index : index + 1]] or facts.items
            if index < len(facts.contains):
                places = [*places, facts.contains[index]]
            try:
                made.append(
                    self._another(places, made, depth, name) if facts.unique else self.make(places, depth + 1, name)
                )
            except Impossible:
                if index < fewest:
                    raise
                break
        return made

    def _another(self, places: list[str], made: list[JSONValue], depth: int, name: str) -> JSONValue:
        """An item that is not there yet."""
        before = self._number
        try:
            for _ in range(_ANOTHER):
                value = self.make(places, depth + 1, name)
                if not any(_is_same(value, other) for other in made):
                    return value
                self._number = max(self._number, 5)
        finally:
            self._number = before
        raise Impossible

    def _embedding(self, facts: Facts, depth: int, name: str) -> str:
        """A text that is a JSON value by `contentSchema` (JSON Schema 2020-12, Validation, section 8.5)."""
        value = self.make(facts.embedded, depth + 1, name)
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        is_fit = facts.shortest <= len(text) <= facts.longest and all(matches(each, text) for each in facts.patterns)
        if not is_fit or not self._admitted([value], facts.embedded):
            raise Impossible
        return text

    def _string(self, facts: Facts, name: str) -> str:
        likely: list[str] = []
        if self._varied:
            likely = varied_texts(facts.format, self._random) or texts_for(name, self._random)
        elif self._number < 2 and facts.format not in FORMATS:
            likely = texts_for(name, None)
        found = texts(
            facts.format,
            facts.patterns,
            (facts.shortest, facts.longest),
            self._random,
            widely=self._number > 2 and not self._varied,
            likely=likely,
            varied=self._varied,
        )
        if not found:
            raise Impossible
        return found[0] if self._number < 2 or likely else self._random.choice(found)


def _is_same(one: SchemaValue | JSONValue, other: SchemaValue | JSONValue) -> bool:
    """JSON's equality, where `true` is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)
