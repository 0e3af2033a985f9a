"""Unions whose branch a member tells: what OpenAPI calls a discriminator (3.1.1, section 4.8.25)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic_core import core_schema

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler


@dataclass(frozen=True, slots=True)
class Tagged:
    """Marks a union: an object whose member `name` is a key of `models` is read as that model.

    A discriminator is a hint and no assertion, so what has another tag, or does not fit the model of its tag, is read
    as any union.
    """

    name: str
    models: Mapping[str, object]

    def __hash__(self) -> int:
        return hash((self.name, *self.models))

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        plain = handler(source)
        choices = {tag: handler.generate_schema(model) for tag, model in self.models.items()}
        tagged = core_schema.tagged_union_schema(choices, discriminator=self.name)
        return core_schema.union_schema([tagged, plain], mode="left_to_right")
