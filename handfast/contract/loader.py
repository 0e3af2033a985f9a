"""Files to a Contract: read, bundle, check, normalise, assemble."""

from __future__ import annotations

from pathlib import Path

from handfast.contract import assembly, metaschema, sources
from handfast.contract.cursor import start
from handfast.contract.judge import Judges
from handfast.contract.model import Contract
from handfast.contract.normalise import normalise
from handfast.contract.sources import Positions, Source
from handfast.errors import ContractError


def load_contract(path: str | Path, *, validate: bool = True) -> Contract:
    """The contract in a file, and in the files that it refers to.

    Raises ContractError with everything that is wrong. `validate=False` leaves out openapi-spec-validator, for a
    document that is known to have passed it before.
    """
    return _load(sources.read(path), validate=validate)


def load_contract_text(text: str, name: str = "openapi.yaml", *, validate: bool = True) -> Contract:
    """The contract in a text, as an editor has it before it is saved; `name` is for messages, and tells JSON from YAML."""
    return _load(sources.read_text(text, name, json=name.lower().endswith(".json")), validate=validate)


def _load(source: Source, *, validate: bool) -> Contract:
    document = source.value
    positions = Positions(source)
    if not isinstance(document, dict):
        raise ContractError([positions.diagnostic("document-not-mapping", "a contract is a mapping", "")])
    version = document.get("openapi")
    if not isinstance(version, str):
        raise ContractError([positions.diagnostic("openapi-version-missing", "the field openapi is missing", "")])
    if validate:
        diagnostics = list(metaschema.check(document, version, positions))
        if diagnostics:
            raise ContractError(diagnostics)
    normalised = normalise(document)
    root = start(normalised)
    operations = tuple(assembly.operations(root))
    webhooks = tuple(assembly.webhooks(root))
    return Contract(
        version=version,
        title=root.child("info").text("title"),
        info_version=root.child("info").text("version"),
        source=document,
        document=normalised,
        operations=operations,
        webhooks=webhooks,
        security_schemes=assembly.security_schemes(root),
        servers=assembly.servers(root),
        tags=assembly.tags(root, (*operations, *webhooks)),
        positions=positions,
        judges=Judges(normalised),
    )
