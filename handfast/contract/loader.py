"""Files to a Contract: read, gather, check, normalise, assemble."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from handfast.contract import assembly, bundle, declarations, gate, metaschema, references, sources, structure
from handfast.contract.bundle import Bundled
from handfast.contract.cursor import JSONObject, lookup, start
from handfast.contract.findings import Finding, located
from handfast.contract.judge import Judge, Judges
from handfast.contract.model import Contract, Direction, JSONValue
from handfast.contract.normalise import normalise
from handfast.contract.places import walk
from handfast.contract.pointers import join, to_pointer, to_tokens
from handfast.contract.sources import Positions, Source
from handfast.contract.supplied import Documents, supplied
from handfast.contract.targets import project_folder
from handfast.errors import ContractError, Diagnostic, Location, Severity

_VERSION = re.compile(r"(3\.[012])\.\d+(?:-.+)?")
_CURRENT = "3.1.1"


def load_contract(path: str | Path, *, documents: Documents | None = None, validate: bool = True) -> Contract:
    """The contract in a file, and in the files that it refers to.

    `documents` are those that its schemas refer to by URI; see `supplied` for how a contract itself says where they
    are. Raises ContractError with everything that is wrong. `validate=False` leaves out openapi-spec-validator and the
    compilation of every schema, for a document that is known to have passed them.
    """
    return _load(sources.read(path), Path(path), documents, validate=validate)


def load_contract_text(
    text: str, path: str | Path = "openapi.yaml", *, documents: Documents | None = None, validate: bool = True
) -> Contract:
    """The contract in a text, as an editor has it before it is saved to `path`."""
    path = Path(path)
    source = sources.read_text(text, sources.display_name(path), json=path.suffix.lower() == ".json")
    return _load(source, path, documents, validate=validate)


def _load(source: Source, path: Path, documents: Documents | None, *, validate: bool) -> Contract:
    document, version = _versioned(source)
    remotes = supplied(source, path, document, documents)
    bundled = bundle.gather(source, path, document, remotes.keys())
    warnings = [*bundled.warnings, *_checked(bundled, version, remotes.keys())]
    try:
        contract = _assembled(bundled, remotes)
        if validate and (problems := contract.judges.check()):
            raise ContractError(problems)
    except ContractError as error:
        raise ContractError(_ordered(_located(each, bundled.positions) for each in error.diagnostics)) from None
    if validate:
        found = gate.check(bundled.document, version, project_folder(path.resolve()))
        found = [each for each in found if not _is_valid_default(each, contract)]
        warnings += _raise_errors(located([*found, *_wrong_defaults(contract)], bundled.positions))
    return replace(contract, warnings=tuple(_ordered(warnings)))


def _versioned(source: Source) -> tuple[JSONObject, str]:
    """The document, and its version as "3.0", "3.1" or "3.2"."""
    document = source.value
    if not isinstance(document, dict):
        what = "a list" if isinstance(document, list) else "a single value"
        hint = "a contract is a mapping that starts with `openapi: 3.1.1`"
        raise ContractError([source.diagnostic("document-not-mapping", f"the file is {what}", (), hint=hint)])
    version = document.get("openapi")
    known = _VERSION.fullmatch(version) if isinstance(version, str) else None
    if known is None:
        raise ContractError([_version_fault(source, document, version)])
    return document, known[1]


def _version_fault(source: Source, document: JSONObject, version: object) -> Diagnostic:
    if "swagger" in document:
        message = f"this is a Swagger {document['swagger']} document; Handfast takes OpenAPI 3.0, 3.1 and 3.2"
        hint = "convert it: npx swagger2openapi --patch --yaml --outfile openapi.yaml FILE"
        return source.diagnostic("version-swagger", message, ("swagger",), hint=hint)
    if version is None:
        hint = f"write `openapi: {_CURRENT}` in the first line"
        return source.diagnostic("version-missing", "the field openapi is missing: this is no contract", (), hint=hint)
    if not isinstance(version, str):
        hint = f"write all three numbers: {_CURRENT}; two of them alone are a number to YAML"
        return source.diagnostic(
            "version-unknown", f"the version is a text, and not {version}", ("openapi",), at="value", hint=hint
        )
    message = f'the version "{version}" is unknown; Handfast takes OpenAPI 3.0.x, 3.1.x and 3.2.x'
    return source.diagnostic("version-unknown", message, ("openapi",), at="value", hint=f"write {_CURRENT}")


def _checked(bundled: Bundled, version: str, supplied_uris: Set[str]) -> list[Diagnostic]:
    """The warnings of all quick checks; raises ContractError with all errors of them."""
    document, positions = bundled.document, bundled.positions
    places = list(walk(document))
    found = [*bundled.faults, *metaschema.check(document, version, positions)]
    if version != "3.0":
        found += metaschema.check_schemas(places, document, version, positions)
    found += [
        each
        for each in references.check(document, places, positions, supplied_uris)
        if each.location not in bundled.broken
    ]
    if not bundled.broken and not any(each.code.startswith("reference-") for each in found):
        root = start(document)
        findings: list[Finding] = [*structure.check(root, places), *declarations.check(root, places, version)]
        found += located(findings, positions)
    return _raise_errors(found)


def _raise_errors(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """What is found, when none of it is an error; one place and one code are one diagnostic."""
    unique = {(each.code, each.pointer, each.message if each.code == "field-unknown" else ""): each for each in found}
    diagnostics = _ordered(unique.values())
    if any(each.severity is Severity.ERROR for each in diagnostics):
        raise ContractError(diagnostics)
    return diagnostics


def _wrong_defaults(contract: Contract) -> Iterator[Finding]:
    """Defaults of parameters that break their schema: the runtime hands them to handlers as if they had been sent."""
    root = start(dict(contract.document))
    for operation in contract.operations:
        for parameter in operation.parameters:
            if parameter.schema is None or not isinstance(parameter.schema.value, dict):
                continue
            found = root.follow(parameter.schema.pointer, parameter.schema.value)
            holder = parameter.schema if "default" in parameter.schema.value else found
            if not isinstance(holder.value, dict) or "default" not in holder.value:
                continue
            judge = contract.judge(parameter.schema, Direction.REQUEST)
            errors = judge.errors(holder.value["default"])
            errors = [error for error in errors if error.keyword != "format"]  # of the right type: a warning will do
            if errors:
                message = f"the default breaks its schema: {errors[0].message}"
                advice = _instead(holder.value["default"], judge)
                hint = f"{advice}: the service uses it as if a client had sent it"
                yield Finding("default-invalid", message, join(holder.pointer, "default"), hint, "value")


def _instead(default: JSONValue, judge: Judge) -> str:
    """What to write for a default that breaks its schema; the value that was meant, where that can be told."""
    if default is None:
        return "leave it out"
    if isinstance(default, str):
        with suppress(ValueError):
            if judge.is_valid(json.loads(default)):
                return f"write {default}, without quotes"
    text = json.dumps(default, ensure_ascii=False)
    if judge.is_valid([default]):
        return f"write a list, [{text}]"
    if judge.is_valid(text):
        return f'write "{text}", in quotes'
    return "the default must be valid"


def _is_valid_default(finding: Finding, contract: Contract) -> bool:
    """Whether the judge takes a default that openapi-spec-validator refuses: it knows older dialects too."""
    if finding.code != "default-invalid":
        return False
    tokens = to_tokens(finding.pointer)
    try:
        default = lookup(contract.document, tokens)
    except LookupError:  # in a list of `items`, which is called otherwise in the normalised document
        return False
    return contract.judges.judge(to_pointer(tokens[:-1]), Direction.REQUEST).is_valid(default)


def _ordered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    nowhere = Location("", 0, 0)
    return sorted(diagnostics, key=lambda each: (each.location or nowhere, each.code, each.message))


def _located(diagnostic: Diagnostic, positions: Positions) -> Diagnostic:
    """A diagnostic of a part that knows pointers alone, with its place."""
    if diagnostic.location is not None:
        return diagnostic
    placed = positions.diagnostic(diagnostic.code, diagnostic.message, diagnostic.pointer)
    return replace(diagnostic, location=placed.location, excerpt=placed.excerpt)


def _assembled(bundled: Bundled, remotes: Mapping[str, JSONValue]) -> Contract:
    document = normalise(bundled.document, remotes)
    root = start(document)
    operations = tuple(assembly.operations(root))
    webhooks = tuple(assembly.webhooks(root))
    info = root.mapping("info")
    return Contract(
        version=str(bundled.document["openapi"]),
        title=str(info.get("title", "")),
        info_version=str(info.get("version", "")),
        source=bundled.document,
        document=document,
        operations=operations,
        webhooks=webhooks,
        security_schemes=assembly.security_schemes(root),
        servers=assembly.servers(root),
        tags=assembly.tags(root, (*operations, *webhooks)),
        positions=bundled.positions,
        judges=Judges(document, remotes),
    )
