"""Every field of every object of OpenAPI 3.0, 3.1 and 3.2, read out of the metaschemas, and the version of each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

VERSIONS = ("3.0", "3.1", "3.2")

_OBJECTS = {
    "OpenAPI": ("", ""),
    "Info": ("Info", "info"),
    "Contact": ("Contact", "contact"),
    "License": ("License", "license"),
    "Server": ("Server", "server"),
    "Server Variable": ("ServerVariable", "server-variable"),
    "Components": ("Components", "components"),
    "Path Item": ("PathItem", "path-item"),
    "Operation": ("Operation", "operation"),
    "External Documentation": ("ExternalDocumentation", "external-documentation"),
    "Parameter": ("Parameter", "parameter examples"),
    "Request Body": ("RequestBody", "request-body"),
    "Media Type": ("MediaType", "media-type examples"),
    "Encoding": ("Encoding", "encoding"),
    "Responses": ("Responses", "responses"),
    "Response": ("Response", "response"),
    "Example": ("Example", "example"),
    "Link": ("Link", "link"),
    "Header": ("Header", "header examples"),
    "Tag": ("Tag", "tag"),
    "Reference": ("Reference", "reference"),
    "Schema": ("Schema", ""),
    "Discriminator": ("Discriminator", ""),
    "XML": ("XML", ""),
    "Security Scheme": (
        "APIKeySecurityScheme HTTPSecurityScheme OAuth2SecurityScheme OpenIdConnectSecurityScheme",
        "security-scheme",
    ),
    "OAuth Flows": ("OAuthFlows", "oauth-flows"),
    "OAuth Flow": (
        "ImplicitOAuthFlow PasswordOAuthFlow ClientCredentialsFlow AuthorizationCodeOAuthFlow",
        "oauth-flows/$defs",
    ),
}
"""The definitions of an object in the metaschema of 3.0, and in those of 3.1 and 3.2."""

_VOCABULARY_PARTS = {"Discriminator": "discriminator", "XML": "xml"}

_PATTERNED = {
    ("Paths", "/{path}"): "3.0",
    ("Callback", "{expression}"): "3.0",
    ("Responses", "{status}"): "3.0",
    ("Security Requirement", "{name}"): "3.0",
    ("Reference", "$ref"): "3.0",
    ("OpenAPI", "x-..."): "3.0",
    **{("Path Item", name): "3.0" for name in (["get", "put", "post", "delete", "options", "head", "patch", "trace"])},
}
"""Fields whose names are patterns in the metaschemas."""

_MISTAKEN = {("3.1", "Link", "body")}
"""What a metaschema has by mistake: its specification calls it `server`."""


def declared() -> dict[tuple[str, str], str]:
    """Object and field to the version that brought it."""
    found = dict(_PATTERNED)
    for version in VERSIONS:
        for name in _OBJECTS:
            for field in _fields(version, name):
                if (version, name, field) not in _MISTAKEN:
                    found.setdefault((name, field), version)
    return found


def _fields(version: str, name: str) -> Iterator[str]:
    definitions = _OBJECTS[name][version != "3.0"]
    document = json.loads(_text(version))
    if version != "3.0" and name == "Schema":
        yield from _keywords(version)
    elif version != "3.0" and name in _VOCABULARY_PARTS:
        yield from _properties(_vocabulary(version)["$defs"][_VOCABULARY_PARTS[name]])
    elif definitions:
        for definition in definitions.split():
            yield from _definition(document.get("$defs") or document["definitions"], definition)
    else:
        yield from document.get("properties", ())


def _definition(all_of_them: dict[str, Any], name: str) -> Iterator[str]:
    name, _, nested = name.partition("/")
    found = all_of_them[name]
    if nested:
        for inner in found[nested].values():
            yield from _properties(inner)
    else:
        yield from found.get("properties", ()) if "$defs" in found and name == "oauth-flows" else _properties(found)


def _keywords(version: str) -> Iterator[str]:
    """The keywords of JSON Schema 2020-12, and those that OpenAPI adds."""
    for schema in _resources(files("jsonschema_specifications") / "schemas" / "draft202012"):
        yield from schema.get("properties", ())
    yield from _vocabulary(version)["properties"]


def _vocabulary(version: str) -> dict[str, Any]:
    prefix = f"https://spec.openapis.org/oas/{version}/meta/"
    found = _resources(files("openapi_schema_validator") / "schemas")
    return next(schema for schema in found if str(schema.get("$id", "")).startswith(prefix))


def _properties(schema: Any) -> Iterator[str]:
    """The properties of a schema and of what it combines, not those of its members."""
    if isinstance(schema, list):
        for item in schema:
            yield from _properties(item)
    elif isinstance(schema, dict):
        yield from schema.get("properties", ())
        for key in ("allOf", "anyOf", "oneOf", "if", "then", "else", "not", "dependentSchemas", "$defs"):
            inner = schema.get(key, ())
            yield from _properties(list(inner.values()) if key in ("dependentSchemas", "$defs") and inner else inner)


def _text(version: str) -> str:
    return (files("openapi_spec_validator") / f"resources/schemas/v{version}/schema.json").read_text("utf-8")


def _resources(folder: Traversable) -> Iterator[dict[str, Any]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _resources(entry)
        elif "{" in (text := entry.read_text("utf-8")):
            yield json.loads(text)
