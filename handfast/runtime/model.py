"""The base of the generated models: what is the same for every object of every contract."""

from __future__ import annotations

from typing import Annotated, TypeGuard, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, TypeAdapter


class Model(BaseModel):
    """An object of the contract.

    Members that the contract does not name are kept (the judge has admitted them). Python code gives and reads members
    by field name; on the wire they have the contract's names. NaN and Infinity, which JSON does not have, do not turn
    into null: the judge sees and refuses them.
    """

    model_config = ConfigDict(
        extra="allow",
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        ser_json_inf_nan="constants",
        protected_namespaces=(),
    )


def is_model(annotation: object) -> TypeGuard[type[BaseModel]]:
    """Whether an annotation is a model itself, and no union, list or alias of models."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def writer_of(annotation: object) -> TypeAdapter[object]:
    """What makes JSON values of an annotation's; as in models, NaN and Infinity stay what they are."""
    while get_origin(annotation) is Annotated and is_model(get_args(annotation)[0]):
        annotation = get_args(annotation)[0]  # with an annotation around it, the configuration of a model is lost
    kind = cast("type[object]", annotation)
    return TypeAdapter(kind) if is_model(annotation) else TypeAdapter(kind, config=_WRITING)


_WRITING = ConfigDict(ser_json_inf_nan="constants")
