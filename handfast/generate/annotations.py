"""Types as Python annotations of arguments and fields."""

from __future__ import annotations

from handfast.generate.emission import Emitter, Place
from handfast.generate.lattice import (
    ANY,
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
from handfast.generate.projector import EXACT_FORMATS
from handfast.generate.scope import Scope


def annotation(type_: Type, place: Place, emitter: Emitter, scope: Scope) -> str:
    """A type in the words of a module; an object with members becomes a model under the name of its place."""
    parts = (
        _written(alternative, place.named(name), emitter, scope) for alternative, name in emitter.settled(type_, place)
    )
    return " | ".join(dict.fromkeys(parts))


def admits_none(written: str) -> bool:
    """Whether an annotation, in which null stands last, has None among its members."""
    return written in ("None", "Any", "Any_") or written.endswith("| None")


def _written(alternative: Alternative, place: Place, emitter: Emitter, scope: Scope) -> str:
    match alternative:
        case Anything() | Null():
            return "None" if isinstance(alternative, Null) else scope.standard("Any")
        case Boolean(values) | Number(values=values) | Text(values=values) if values is not None:
            return f"{scope.standard('Literal')}[{', '.join(repr(value) for value in values)}]"
        case Boolean():
            return "bool"
        case Number(integer):
            return "int" if integer else "int | float"
        case Text(form):
            return scope.runtime(EXACT_FORMATS[form]) if form in EXACT_FORMATS else "str"
        case Array(items):
            return f"list[{annotation(items or ANY, place.named(f'{place.name}Item'), emitter, scope)}]"
        case Object(extra=extra) if is_free(alternative):
            return f"dict[str, {annotation(extra or ANY, place.named(f'{place.name}Value'), emitter, scope)}]"
        case Object():
            return scope.model(emitter.add((alternative,), place))
        case Reference(pointer):
            return scope.model(emitter.class_of(pointer, place.direction))
        case Special(name):
            return scope.runtime(name)
