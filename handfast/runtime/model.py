"""The base of the generated models: what is the same for every object of every contract."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


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
