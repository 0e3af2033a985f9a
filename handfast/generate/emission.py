"""Types as the document of plain schemas that datamodel-code-generator is fed, one for each name of models.py.

Every object with members gets a class of its own and a name from here, so that nothing is left to be named. Where
Pydantic means exactly what the schema does, the constraint stays: lengths are code points and numbers are compared as
numbers on both sides. A constraint inside a list or a union would need a name, and is left to the judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field, replace

from handfast.contract.directions import Directions
from handfast.contract.judge import FORMATS
from handfast.contract.model import Contract, Direction, JSONValue, Operation, Schema, SchemaValue
from handfast.contract.names import pascal_case
from handfast.contract.pointers import join as below
from handfast.contract.pointers import to_tokens
from handfast.generate.enums import Member, enum_members
from handfast.generate.lattice import (
    ANY,
    KINDS,
    NOTHING,
    Alternative,
    Anything,
    Array,
    Boolean,
    Null,
    Number,
    Object,
    Reference,
    Special,
    Text,
    Type,
    is_free,
)
from handfast.generate.naming import REQUEST_NAME, Names, class_name
from handfast.generate.plain import COMPONENTS, NOT_IN_LISTS, NULL, Emitted, custom, lengths, number, reference, text
from handfast.generate.projector import Projector
from handfast.generate.references import References, discriminator
from handfast.generate.uses import Uses

_STRUCTURE = frozenset(
    {
        *("components", "schemas", "properties", "patternProperties", "$defs", "definitions", "paths", "responses"),
        *("content", "schema", "headers", "parameters", "allOf", "anyOf", "oneOf"),
    }
)


@dataclass(slots=True)
class Model:
    """One name of models.py: the plain schema it is made of, and the pointer of the schema that it stands for."""

    name: str
    pointer: str
    schema: Emitted = field(default_factory=dict[str, JSONValue])
    tag: Tag | None = None
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Tag:
    """The member whose value tells which of several models a union holds."""

    name: str
    models: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a type is written: the name that an object there would get, a pointer for messages, the direction."""

    name: str
    pointer: str
    direction: Direction

    def named(self, name: str) -> Place:
        """The same place under another name."""
        return replace(self, name=name)


class Emitter:
    """Gives every schema of a contract a name, and keeps the models that come of it, by name."""

    def __init__(self, contract: Contract) -> None:
        self._references = References(contract.document)
        self._uses = Uses(contract, self._references)
        formats = contract.document.get(FORMATS) != "annotate"
        self._projectors = {
            direction: Projector(self._references, Directions(self._references.schemas, direction), formats=formats)
            for direction in Direction
        }
        self._names = Names(contract.locate)
        self._classes: dict[tuple[str, Direction], str] = {}
        self.models: dict[str, Model] = {}
        self._name_components(contract)
        for (pointer, direction), name in self._classes.items():
            self._emit_named(Place(name, pointer, direction))

    def check(self) -> None:
        """Raise GenerationError with all names that collide."""
        self._names.check()

    def named(self) -> Mapping[tuple[str, Direction], str]:
        """The models of schemas that others refer to, by JSON Pointer and direction; one of both is the response's."""
        return self._classes

    def exchanged(self) -> Emitter:
        """The same emitter with the directions exchanged, for webhooks and callbacks (see Contract.as_messages)."""
        other = copy(self)
        other._projectors = {each: self._projectors[each.opposite] for each in Direction}
        other._classes = {(pointer, each.opposite): name for (pointer, each), name in self._classes.items()}
        return other

    def type_of(self, schema: Schema, direction: Direction) -> Type:
        """The type of a schema where an operation uses it."""
        return self._projectors[direction].at(schema.pointer)

    def has_default(self, schema: Schema) -> bool:
        """Whether the contract has a value for a parameter that is not sent."""
        return self._references.has_default(schema.pointer)

    def written_out(self, type_: Type, direction: Direction) -> Type:
        """A type that is a reference, followed to what it leads to."""
        seen: set[str] = set()
        while len(type_) == 1 and isinstance(reference := type_[0], Reference) and reference.pointer not in seen:
            seen.add(reference.pointer)
            type_ = self._projectors[direction].named(reference.pointer)
        return type_

    def add(self, type_: Type, place: Place, description: str = "") -> str:
        """Make a model of a type, and answer the name that it got."""
        name = self._names.derive(place.name, place.pointer)
        model = self.models[name] = Model(name, place.pointer)
        model.schema = self._component(type_, place.named(name))
        if description:
            model.schema["description"] = description
        return name

    def class_of(self, pointer: str, direction: Direction) -> str:
        """The name of a schema that others refer to, in a direction; one that is only a reference is its target."""
        type_ = self._projectors[direction].named(pointer)
        if len(type_) == 1 and isinstance(target := type_[0], Reference):
            return self.class_of(target.pointer, direction)
        for wanted in (direction, Direction.RESPONSE, Direction.REQUEST):
            if (name := self._classes.get((pointer, wanted))) is not None:
                return name
        raise KeyError(pointer)

    def settled(self, type_: Type, place: Place) -> list[tuple[Alternative, str]]:
        """The alternatives of a type as they are written, each with the name that it would get.

        Null stands last. Where true could be taken for 1 (Pydantic's `Literal` compares them as equal) there are no
        literals of either kind.
        """
        if type_ in (ANY, NOTHING) or all(kind in type_ for kind in KINDS):
            return [(Anything(), place.name)]
        mixed = {Boolean, Number} <= self._kinds(type_, place.direction, set())
        plain = [_plain(alternative, mixed=mixed) for alternative in type_ if not isinstance(alternative, Null)]
        plain.extend(alternative for alternative in type_ if isinstance(alternative, Null))
        objects = [alternative for alternative in plain if isinstance(alternative, Object) and not is_free(alternative)]
        if len(objects) < 2:
            return [(alternative, place.name) for alternative in plain]
        return [
            (alternative, f"{place.name}Option{objects.index(alternative) + 1}")
            if alternative in objects
            else (alternative, place.name)
            for alternative in plain
        ]

    def _kinds(self, type_: Type, direction: Direction, seen: set[str]) -> set[type[Alternative]]:
        kinds: set[type[Alternative]] = set()
        for alternative in type_:
            if isinstance(alternative, Anything):
                return {type(kind) for kind in KINDS}
            if not isinstance(alternative, Reference):
                kinds.add(type(alternative))
            elif alternative.pointer not in seen:
                seen.add(alternative.pointer)
                kinds |= self._kinds(self._projectors[direction].named(alternative.pointer), direction, seen)
        return kinds

    def _name_components(self, contract: Contract) -> None:
        found = contract.document.get("components")
        components = found.get("schemas") if isinstance(found, dict) else None
        named = {below(COMPONENTS, name): name for name in components} if isinstance(components, dict) else {}
        for pointer, name in named.items():
            self._classes[(pointer, self._uses.directions(pointer)[-1])] = self._names.claim(class_name(name), pointer)
        every = (*contract.operations, *contract.webhooks, *contract.callbacks)
        operations = {operation.pointer: operation for operation in every}
        for pointer in self._references.targets:
            if pointer not in named:
                name = self._names.derive(_derived(pointer, operations), pointer)
                self._classes[(pointer, self._uses.directions(pointer)[-1])] = name
        for (pointer, _), name in list(self._classes.items()):
            if len(self._uses.directions(pointer)) > 1:
                self._classes[(pointer, Direction.REQUEST)] = self._name_request(pointer, name)

    def _name_request(self, pointer: str, name: str) -> str:
        schema = self._references.schema(pointer)
        given = schema.get(REQUEST_NAME) if isinstance(schema, dict) else None
        if isinstance(given, str):
            return self._names.claim(given, f"{pointer}/{REQUEST_NAME}")
        return self._names.derive(f"{name}Request", pointer, "Form")

    def _emit_named(self, place: Place) -> None:
        schema = self._references.schema(place.pointer)
        model = self.models[place.name] = Model(place.name, place.pointer)
        model.schema = self._component(self._projectors[place.direction].named(place.pointer), place)
        if described := _description(schema):
            model.schema["description"] = described
        model.tag = self._tag(schema, place)
        model.members = enum_members(schema, self._projectors[place.direction].named(place.pointer))

    def _tag(self, schema: SchemaValue, place: Place) -> Tag | None:
        """The discriminator of a union of objects, unless the tags are literals, which tell as much."""
        found = discriminator(schema)
        type_ = self._projectors[place.direction].named(place.pointer)
        branches = [alternative.pointer for alternative in type_ if isinstance(alternative, Reference)]
        if found is None or len(branches) < 2 or isinstance(schema, bool):
            return None
        name = str(found["propertyName"])
        mapping = found.get("mapping")
        pointers = {to_tokens(pointer)[-1]: pointer for pointer in branches}
        for tag, target in mapping.items() if isinstance(mapping, dict) else ():
            resolved = self._references.resolve(str(target), place.pointer) or below(COMPONENTS, str(target))
            pointers[tag] = resolved
        models = {tag: pointer for tag, pointer in pointers.items() if pointer in branches}
        if all(self._is_literal(pointer, name, place.direction) for pointer in models.values()):
            return None
        return Tag(name, {tag: self.class_of(pointer, place.direction) for tag, pointer in sorted(models.items())})

    def _is_literal(self, pointer: str, name: str, direction: Direction) -> bool:
        match self.written_out((Reference(pointer),), direction):
            case (Object(properties=properties),) if name in properties:
                return any(isinstance(each, Text) and each.values is not None for each in properties[name].type)
            case _:
                return False

    def _component(self, type_: Type, place: Place) -> Emitted:
        """The plain schema of a model; one object alone is a class, everything else an alias."""
        objects = [alternative for alternative in type_ if isinstance(alternative, Object) and not is_free(alternative)]
        if len(objects) == len(type_) == 1:
            return self._class(objects[0], place)
        name = f"{place.name}Object" if len(objects) == 1 else place.name
        return self._emit(type_, place.named(name), constrained=True)

    def _class(self, object_: Object, place: Place) -> Emitted:
        properties: dict[str, JSONValue] = {}
        for key, member in object_.properties.items():
            inner = place.named(place.name + pascal_case(key))
            properties[key] = {**self._emit(member.type, inner, constrained=True), **_notes(member.notes)}
        schema: Emitted = {"type": "object", "properties": properties}
        if required := [key for key in object_.properties if key in object_.required]:
            schema["required"] = [*required]
        if object_.closed:
            schema["additionalProperties"] = False
        elif object_.extra is not None:
            schema["additionalProperties"] = self._emit(object_.extra, place.named(f"{place.name}Value"))
        return schema

    def _emit(self, type_: Type, place: Place, *, constrained: bool = False) -> Emitted:
        settled = self.settled(type_, place)
        single = sum(not isinstance(alternative, Null) for alternative, _ in settled) == 1
        parts = [
            part
            for alternative, name in settled
            for part in self._alternative(alternative, place.named(name), constrained=constrained and single)
        ]
        if len(parts) == 1:
            return parts[0]
        if single and all(part.keys().isdisjoint(NOT_IN_LISTS) for part in parts):
            return {**parts[0], "type": [part["type"] for part in parts]}
        return {"anyOf": [*parts]}

    def _alternative(self, alternative: Alternative, place: Place, *, constrained: bool) -> list[Emitted]:
        match alternative:
            case Anything():
                return [{}]
            case Null():
                return [NULL]
            case Boolean(values):
                return [{"type": "boolean"} if values is None else {"type": "boolean", "enum": [*values]}]
            case Number():
                return number(alternative, constrained=constrained)
            case Text():
                return [text(alternative, constrained=constrained)]
            case Array():
                items = self._emit(alternative.items or ANY, place.named(f"{place.name}Item"))
                return [{"type": "array", "items": items, **(lengths(alternative, "Items") if constrained else {})}]
            case Object() if is_free(alternative):
                others = self._emit(alternative.extra or ANY, place.named(f"{place.name}Value"))
                return [{"type": "object", "additionalProperties": others}]
            case Object():
                return [reference(self.add((alternative,), place))]
            case Reference(pointer):
                return [reference(self.class_of(pointer, place.direction))]
            case Special(name):
                return [custom(name)]


def _plain(alternative: Alternative, *, mixed: bool) -> Alternative:
    match alternative:
        case Boolean(values) if values is not None and (mixed or len(values) > 1):
            return Boolean()
        case Number(integer, values) if values is not None and (mixed or not integer):
            return Number(integer)
        case _:
            return alternative


def _notes(notes: Mapping[str, JSONValue]) -> Emitted:
    """What the contract says beside the type of a member."""
    description = notes.get("description")
    emitted: Emitted = {"description": description.strip()} if isinstance(description, str) else {}
    return {**emitted, "deprecated": True} if notes.get("deprecated") is True else emitted


def _description(schema: SchemaValue) -> str:
    """The docstring of a class or alias; only members can be marked as deprecated, so that is said there."""
    if isinstance(schema, bool):
        return ""
    description = schema.get("description")
    parts = [description.strip() if isinstance(description, str) else ""]
    if schema.get("deprecated") is True:
        parts.append("Deprecated.")
    return "\n\n".join(part for part in parts if part)


def _derived(pointer: str, operations: Mapping[str, Operation]) -> str:
    """The name of a schema by its place: that of its operation or component first, then what leads to it."""
    tokens = list(to_tokens(pointer))
    parts: list[str] = []
    for length in range(len(tokens), 0, -1):
        if (operation := operations.get(below("", *tokens[:length]))) is not None:
            parts, tokens = [operation.operation_id], tokens[length:]
            break
    for token in tokens:
        if "responses" in parts[-1:]:
            parts[-1:] = [f"{token}Body"]
        elif token == "responses" or (token not in _STRUCTURE and not (parts and "/" in token)):
            parts.append("Request" if token == "requestBody" else token)
    return class_name(pascal_case(" ".join(parts)))
