"""SDK-friendliness of operations: bodies and replies that generators read wrongly, or leave out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from handfast.contract.model import JSONValue, MediaType
from handfast.contract.places import Kind
from handfast.design.reading import JSONObject, Reading, below
from handfast.design.rule import Finding, Rule
from handfast.errors import Severity


def success_several(reading: Reading) -> Iterator[Finding]:
    for operation in reading.contract.operations:
        bodies: dict[str, str] = {}
        for response in operation.responses:
            if response.status.startswith("2") and response.content:
                what = repr([media.schema.value if media.schema else None for media in response.content.values()])
                other = bodies.setdefault(what, response.status)
                if other == response.status and len(bodies) > 1:
                    message = f"openapi-generator for Python types the body of {next(iter(bodies.values()))} alone"
                    hint = "one success with a body for each operation, or the same schema in both"
                    yield Finding(below(operation.pointer, "responses", response.status), message, hint)


def multipart_array(reading: Reading) -> Iterator[Finding]:
    for pointer, name, member, _ in _parts(reading):
        target = reading.resolve(member)
        if isinstance(target, dict) and target.get("type") == "array" and not _has_files(reading, target):
            message = f'some clients send "{name}" as repeated parts, some as one part with commas'
            yield Finding(pointer, message, "use a JSON body, or one text part")


def multipart_file_form(reading: Reading) -> Iterator[Finding]:
    for pointer, name, member, media in _parts(reading):
        target = reading.resolve(member)
        encoding = media.encoding.get(name)
        is_bare = isinstance(target, dict) and not target.keys() - {"description", "contentMediaType", "title"}
        is_text = isinstance(target, dict) and "contentMediaType" in target and target.get("format") != "binary"
        named = encoding is not None and encoding.content_type is not None and "json" not in encoding.content_type
        if is_text or (is_bare and (named or target == {})):
            message = f'"{name}" is a file here, and a text or anything at all in some clients'
            yield Finding(pointer, message, "write type: string, format: binary, which works everywhere")


def _parts(reading: Reading) -> Iterator[tuple[str, str, JSONValue, MediaType]]:
    """Each part of each multipart request body: its pointer, its name, its schema, and the media type around it."""
    seen: set[str] = set()
    for operation in reading.contract.operations:
        content: Mapping[str, MediaType] = operation.request_body.content if operation.request_body else {}
        for media in content.values():
            if not media.media_type.startswith("multipart/") or media.schema is None:
                continue
            home, schema = _home(reading, media.schema.pointer)
            properties = schema.get("properties")
            for name, member in properties.items() if isinstance(properties, dict) else ():
                if (pointer := below(home, "properties", name)) not in seen:
                    seen.add(pointer)
                    yield pointer, name, member, media


def _home(reading: Reading, pointer: str) -> tuple[str, JSONObject]:
    """Where a schema is after its references, and the schema."""
    value = reading.get(pointer)
    for _ in range(32):
        reference = value.get("$ref") if isinstance(value, dict) else None
        if not isinstance(reference, str) or not reference.startswith("#/"):
            break
        pointer = reference[1:]
        value = reading.get(pointer)
    return pointer, value if isinstance(value, dict) else {}


def _has_files(reading: Reading, schema: JSONObject) -> bool:
    items = reading.resolve(schema.get("items"))
    return isinstance(items, dict) and (items.get("format") == "binary" or "contentMediaType" in items)


def media_type_range(reading: Reading) -> Iterator[Finding]:
    seen: set[str] = set()
    for operation in reading.contract.operations:
        contents = [response.content for response in operation.responses]
        contents += [operation.request_body.content] if operation.request_body is not None else []
        for media in (media for content in contents for media in content.values()):
            if "*" in media.media_type and media.pointer not in seen:
                seen.add(media.pointer)
                message = f"openapi-python-client leaves out bodies of {media.media_type}"
                yield Finding(media.pointer, message, "name the media types, or write application/octet-stream")


def body_without_schema(reading: Reading) -> Iterator[Finding]:
    for operation in reading.contract.operations:
        for media in operation.request_body.content.values() if operation.request_body is not None else ():
            if media.schema is None and media.item_schema is None and not media.media_type.endswith("json"):
                hint = "schema: { type: string, format: binary }"
                yield Finding(media.pointer, "typescript-fetch crashes on a body without a schema", hint)


def link_body_object(reading: Reading) -> Iterator[Finding]:
    for pointer, link in reading.of_kind(Kind.LINK):
        if "requestBody" in link and not isinstance(link["requestBody"], str):
            hint = "an expression such as $response.body, or what handfast bundle --for sdk writes, which has no links"
            yield Finding(below(pointer, "requestBody"), "openapi-generator refuses a link whose body is no text", hint)


def webhook_unsupported(reading: Reading) -> Iterator[Finding]:
    if reading.document.get("webhooks"):
        hint = "give generators what handfast bundle --for sdk writes, which leaves webhooks out"
        yield Finding("/webhooks", "openapi-generator for Python writes a module with a syntax error", hint)


def version_unsupported(reading: Reading) -> Iterator[Finding]:
    version = reading.contract.version
    if version.startswith("3.2"):
        message = f"openapi-generator and openapi-python-client refuse OpenAPI {version}"
        yield Finding("/openapi", message, "give generators what handfast bundle --for sdk writes, which is 3.1")


RULES = (
    Rule("success-several", Severity.HINT, "An operation succeeds with one kind of body.", success_several),
    Rule("multipart-array", Severity.HINT, "A part of a form holds one value.", multipart_array),
    Rule("multipart-file-form", Severity.HINT, "A file is said in the way that all clients know.", multipart_file_form),
    Rule("media-type-range", Severity.HINT, "A media type is named.", media_type_range),
    Rule("body-without-schema", Severity.HINT, "A body has a schema.", body_without_schema),
    Rule("link-body-object", None, "Generators take expressions, and nothing around them.", link_body_object),
    Rule("webhook-unsupported", Severity.HINT, "Generators of clients do not know webhooks.", webhook_unsupported),
    Rule("version-unsupported", Severity.HINT, "Generators of clients know OpenAPI 3.1.", version_unsupported),
)
