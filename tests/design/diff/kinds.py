"""Kinds of change of `library.yaml`: what is replaced by what, and what the difference must be called and mean.

A row: a name, the text that goes, the text that comes, the code, the verdict for the wire, the impact. With an empty code
nothing but words may be found.
"""

# ruff: noqa: E501  # a row of the table is one line, however long what it replaces is

from __future__ import annotations

from typing import NamedTuple

from handfast.design.diff import Impact, Verdict


class Kind(NamedTuple):
    """One change of the document."""

    name: str
    old: str
    new: str
    code: str
    wire: Verdict
    impact: Impact


def breaks(name: str, old: str, new: str, code: str) -> Kind:
    return Kind(name, old, new, code, Verdict.BREAKING, Impact.BREAKING)


def breaks_code(name: str, old: str, new: str, code: str) -> Kind:
    return Kind(name, old, new, code, Verdict.COMPATIBLE, Impact.BREAKING)


def adds(name: str, old: str, new: str, code: str) -> Kind:
    return Kind(name, old, new, code, Verdict.COMPATIBLE, Impact.ADDITION)


def says(name: str, old: str, new: str, code: str = "") -> Kind:
    return Kind(name, old, new, code, Verdict.COMPATIBLE, Impact.WORDING)


def may(name: str, old: str, new: str, code: str) -> Kind:
    return Kind(name, old, new, code, Verdict.UNKNOWN, Impact.UNKNOWN)


_LIMIT = "{name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100, default: 20}}"
_REPLACE = """    put:
      operationId: replaceBook
      tags: [books]
      security: [{key: []}]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/NewBook'}}}}
      responses:
        '200': {description: It., content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}
"""
_GENRE = "schema: {type: array, items: {$ref: '#/components/schemas/Genre'}}"
_AUTHOR = "Author: {type: object, required: [name], properties: {name: {type: string}}}"
_FORM = """format:
          oneOf: [{$ref: '#/components/schemas/Paper'}, {$ref: '#/components/schemas/Ebook'}]
          discriminator: {propertyName: kind, mapping: {paper: '#/components/schemas/Paper', ebook: '#/components/schemas/Ebook'}}"""
_PAPER = "kind: {type: string, const: paper}"
_EBOOK = "oneOf: [{$ref: '#/components/schemas/Paper'}, {$ref: '#/components/schemas/Ebook'}]"

KINDS = (
    # Operations
    breaks("operation removed", _REPLACE, "", "operation-removed"),
    breaks("path renamed", "  /books/{id}:", "  /volumes/{id}:", "operation-moved"),
    breaks(
        "method changed",
        "    put:\n      operationId: replaceBook",
        "    patch:\n      operationId: replaceBook",
        "operation-moved",
    ),
    adds(
        "operation added",
        _REPLACE,
        _REPLACE + "    delete: {operationId: dropBook, tags: [books], responses: {'204': {description: Gone.}}}\n",
        "operation-added",
    ),
    breaks_code("operationId changed", "operationId: getBook", "operationId: fetchBook", "operation-id-changed"),
    breaks_code(
        "tag changed",
        "operationId: listBooks\n      tags: [books]",
        "operationId: listBooks\n      tags: [loans]",
        "tag-changed",
    ),
    adds(
        "operation deprecated",
        "operationId: getBook",
        "operationId: getBook\n      deprecated: true",
        "deprecation-changed",
    ),
    says("summary changed", "summary: List the books", "summary: All books", "wording-changed"),
    says(
        "description added",
        "Author: {type: object",
        "Author: {description: Who wrote it., type: object",
        "wording-changed",
    ),
    breaks("base path changed", "library.example/v1", "library.example/v2", "base-path-changed"),
    may("server gone", "https://library.example/v1", "https://books.example/v1", "server-removed"),
    breaks(
        "operation moved to another server",
        "      operationId: listBooks\n",
        "      operationId: listBooks\n      servers: [{url: 'https://books.example/v9'}]\n",
        "base-path-changed",
    ),
    says("slash at the end of a server", "https://library.example/v1", "https://library.example/v1/"),
    adds(
        "member deprecated",
        "title: {type: string, maxLength: 200}\n        subtitle",
        "title: {type: string, deprecated: true, maxLength: 200}\n        subtitle",
        "deprecation-changed",
    ),
    adds(
        "parameter deprecated",
        "{name: lang, in: query, schema",
        "{name: lang, in: query, deprecated: true, schema",
        "deprecation-changed",
    ),
    says(
        "discriminator mapping by name",
        "mapping: {paper: '#/components/schemas/Paper', ebook",
        "mapping: {paper: Paper, ebook",
    ),
    says(
        "alternatives named",
        _FORM,
        "format: {$ref: '#/components/schemas/Form'}",
    ),
    adds(
        "server added",
        "[{url: 'https://library.example/v1'}]",
        "[{url: 'https://library.example/v1'}, {url: 'https://eu.library.example/v1'}]",
        "server-added",
    ),
    # Parameters
    breaks("query parameter removed", f"        - {_LIMIT}\n", "", "parameter-removed"),
    breaks_code(
        "header parameter removed",
        "        - {name: X-Trace, in: header, schema: {type: string}}\n",
        "",
        "parameter-removed",
    ),
    breaks(
        "required parameter added",
        f"        - {_LIMIT}\n",
        f"        - {_LIMIT}\n        - {{name: shelf, in: query, required: true, schema: {{type: string}}}}\n",
        "parameter-added",
    ),
    adds(
        "optional parameter added",
        f"        - {_LIMIT}\n",
        f"        - {_LIMIT}\n        - {{name: shelf, in: query, schema: {{type: string}}}}\n",
        "parameter-added",
    ),
    breaks(
        "parameter made required",
        "{name: limit, in: query, schema",
        "{name: limit, in: query, required: true, schema",
        "parameter-required",
    ),
    breaks("parameter maximum lowered", "maximum: 100, default", "maximum: 50, default", "bound-tightened"),
    adds("parameter maximum raised", "maximum: 100, default", "maximum: 500, default", "bound-loosened"),
    breaks(
        "parameter type changed",
        "{name: X-Trace, in: header, schema: {type: string}}",
        "{name: X-Trace, in: header, schema: {type: integer}}",
        "type-changed",
    ),
    breaks(
        "parameter style changed",
        "style: form, explode: true",
        "style: pipeDelimited, explode: false",
        "parameter-serialisation",
    ),
    breaks("parameter explode changed", "explode: true", "explode: false", "parameter-serialisation"),
    says(
        "parameter explode of a scalar changed",
        "{name: lang, in: query, schema",
        "{name: lang, in: query, explode: false, schema",
    ),
    says(
        "header explode of a scalar changed",
        "X-Hint: {schema: {type: string}}",
        "X-Hint: {explode: true, schema: {type: string}}",
    ),
    adds(
        "parameter may be a list too",
        "Lang: {type: string, default: en}",
        "Lang: {type: [string, array], items: {type: string}, default: en}",
        "type-changed",
    ),
    may("parameter default changed", "default: 20", "default: 50", "parameter-default"),
    may(
        "parameter default behind a reference changed",
        "Lang: {type: string, default: en}",
        "Lang: {type: string, default: la}",
        "parameter-default",
    ),
    breaks(
        "parameter moved to another place",
        "{name: X-Trace, in: header",
        "{name: trace, in: query, required: true",
        "parameter-added",
    ),
    breaks(
        "parameter items narrowed",
        _GENRE,
        "schema: {type: array, items: {type: string, enum: [novel, poetry]}}",
        "enum-value-removed",
    ),
    breaks_code(
        "parameter gets another name in code",
        f"        - {_LIMIT}\n",
        f"        - {_LIMIT}\n        - {{name: x_trace, in: query, schema: {{type: string}}}}\n",
        "name-in-code-changed",
    ),
    # Request bodies
    breaks(
        "body made required",
        "requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/NewBook'}}}}",
        "requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/NewBook'}}}}",
        "body-required",
    ),
    breaks(
        "body removed",
        "      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/NewBook'}}}}\n",
        "",
        "body-removed",
    ),
    adds(
        "body made optional",
        "        required: true\n        content:\n          application/json: {schema: {$ref: '#/components/schemas/NewBook'}}",
        "        content:\n          application/json: {schema: {$ref: '#/components/schemas/NewBook'}}",
        "body-required",
    ),
    breaks(
        "request media type removed",
        "          multipart/form-data: {schema: {$ref: '#/components/schemas/NewBook'}, encoding: {isbn: {contentType: text/plain}, cover: {contentType: 'image/png, image/*'}}}\n",
        "",
        "media-type-removed",
    ),
    adds(
        "part of more types",
        "contentType: text/plain",
        "contentType: 'text/csv, text/plain; charset=utf-8'",
        "encoding-changed",
    ),
    adds("part of any type", "contentType: text/plain", "contentType: text/*", "encoding-changed"),
    breaks(
        "part of fewer types",
        "cover: {contentType: 'image/png, image/*'}",
        "cover: {contentType: 'image/png, image/jpeg'}",
        "encoding-changed",
    ),
    says("part of the same types", "'image/png, image/*'", "'IMAGE/*'"),
    breaks(
        "part gets an encoding",
        "encoding: {isbn:",
        "encoding: {title: {contentType: application/json}, isbn:",
        "encoding-changed",
    ),
    says("part gets its usual encoding", "encoding: {isbn:", "encoding: {title: {contentType: text/*}, isbn:"),
    adds("part loses its encoding", "{isbn: {contentType: text/plain}, ", "{", "encoding-changed"),
    breaks(
        "part must have a header",
        "isbn: {contentType: text/plain}",
        "isbn: {contentType: text/plain, headers: {X-Of: {required: true, schema: {type: string}}}}",
        "header-added",
    ),
    says(
        "media type with its usual charset",
        "application/json: {schema: {$ref: '#/components/schemas/Page'}}",
        "application/json; charset=utf-8: {schema: {$ref: '#/components/schemas/Page'}}",
    ),
    breaks("part encoding changed", "contentType: text/plain", "contentType: application/json", "encoding-changed"),
    breaks(
        "request member made required",
        "required: [title]\n      properties:\n        title: {type: string, minLength",
        "required: [title, isbn]\n      properties:\n        title: {type: string, minLength",
        "property-required",
    ),
    adds(
        "request member made optional",
        "additionalProperties: false\n      required: [title]\n",
        "additionalProperties: false\n",
        "property-optional",
    ),
    adds(
        "optional request member added",
        "        secret: {type: string, writeOnly: true}\n",
        "        secret: {type: string, writeOnly: true}\n        shelf: {type: string}\n",
        "property-added",
    ),
    breaks(
        "request member removed",
        "        tags: {type: array, maxItems: 9, items: {type: string}}\n",
        "",
        "property-removed",
    ),
    breaks("request length lowered", "minLength: 1, maxLength: 200", "minLength: 1, maxLength: 100", "bound-tightened"),
    adds("request length raised", "minLength: 1, maxLength: 200", "minLength: 1, maxLength: 300", "bound-loosened"),
    breaks(
        "request minimum raised",
        "pages: {type: integer, minimum: 1",
        "pages: {type: integer, minimum: 10",
        "bound-tightened",
    ),
    breaks("request items limited", "maxItems: 9", "maxItems: 3", "bound-tightened"),
    breaks("request items unique", "maxItems: 9", "maxItems: 9, uniqueItems: true", "unique-items-changed"),
    breaks("request pattern changed", "'^[0-9]{13}$'", "'^97[0-9]{11}$'", "pattern-changed"),
    adds(
        "request pattern dropped",
        "isbn: {type: string, pattern: '^[0-9]{13}$'}",
        "isbn: {type: string}",
        "pattern-changed",
    ),
    breaks(
        "request pattern added",
        "title: {type: string, minLength: 1",
        "title: {type: string, pattern: '^[A-Z]', minLength: 1",
        "pattern-changed",
    ),
    may(
        "request pattern beside a format that may imply it",
        "shelfmark: {type: string, format: uuid}",
        "shelfmark: {type: string, format: uuid, pattern: '^[0-9a-fA-F-]{36}$'}",
        "pattern-changed",
    ),
    breaks(
        "request pattern beside a format that does not imply it",
        "shelfmark: {type: string, format: uuid}",
        "shelfmark: {type: string, format: uuid, pattern: '^0'}",
        "pattern-changed",
    ),
    breaks(
        "request format added",
        "        isbn: {type: string, pattern: '^[0-9]{13}$'}",
        "        isbn: {type: string, format: uuid}",
        "format-changed",
    ),
    breaks_code(
        "text became bytes",
        "isbn: {type: string, pattern: '^[0-9]{13}$'}",
        "isbn: {type: string, pattern: '^[0-9]{13}$', format: binary}",
        "bytes-changed",
    ),
    breaks_code("member of any kind removed", "        notes: {}\n", "", "property-removed"),
    breaks(
        "request bound within a format",
        "callbackUrl: {type: string, format: uri}",
        "callbackUrl: {type: string, format: uri, maxLength: 30}",
        "bound-tightened",
    ),
    may("member default changed", "maxLength: 3, default: eur", "maxLength: 3, default: usd", "default-changed"),
    may("member default gone", "maxLength: 3, default: eur", "maxLength: 3", "default-changed"),
    adds(
        "member default said",
        "isbn: {type: string, pattern: '^[0-9]{13}$'}",
        "isbn: {type: string, default: '9780000000000', pattern: '^[0-9]{13}$'}",
        "default-changed",
    ),
    says(
        "default of a member that is always there",
        "title: {type: string, maxLength: 200}",
        "title: {type: string, maxLength: 200, default: A}",
    ),
    breaks("request number to integer", "price: {type: number", "price: {type: integer", "type-changed"),
    adds(
        "request integer to number",
        "pages: {type: integer, minimum: 1",
        "pages: {type: number, minimum: 1",
        "type-changed",
    ),
    adds(
        "request null admitted",
        "tags: {type: array, maxItems",
        "tags: {type: [array, 'null'], maxItems",
        "null-admitted",
    ),
    breaks("request multiple tightened", "multipleOf: 0.01", "multipleOf: 0.5", "multiple-changed"),
    breaks("request bound no longer included", "exclusiveMinimum: 0", "exclusiveMinimum: 1", "bound-tightened"),
    breaks(
        "member declared in a map",
        "labels: {type: object, additionalProperties: {type: string}}",
        "labels: {type: object, properties: {lang: {type: string, maxLength: 2}}, additionalProperties: {type: string}}",
        "property-added",
    ),
    adds("undeclared request members admitted", "      additionalProperties: false\n", "", "members-admitted"),
    breaks(
        "request member became readOnly",
        "pages: {type: integer, minimum",
        "pages: {readOnly: true, type: integer, minimum",
        "property-removed",
    ),
    # Replies
    breaks(
        "success removed",
        "'200': {description: It., content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}\n        '404'",
        "'404'",
        "response-removed",
    ),
    breaks("success replaced", "'201': {description: Made.", "'202': {description: Made.", "response-removed"),
    breaks_code(
        "error removed",
        "        '409': {description: There., content: {application/problem+json: {schema: {$ref: '#/components/schemas/Problem'}}}}\n",
        "",
        "response-removed",
    ),
    adds(
        "error added",
        "        '404': {description: Gone.",
        "        '410': {description: Gone for good.}\n        '404': {description: Gone.",
        "response-added",
    ),
    breaks("reply media type removed", "            text/csv: {schema: {type: string}}\n", "", "media-type-removed"),
    adds(
        "reply media type added",
        "            text/csv: {schema: {type: string}}\n",
        "            text/csv: {schema: {type: string}}\n            text/plain: {schema: {type: string}}\n",
        "media-type-added",
    ),
    adds(
        "reply gets a body",
        "'204': {description: Returned.}",
        "'204': {description: Returned., content: {application/json: {schema: {type: object}}}}",
        "media-type-added",
    ),
    breaks(
        "required header removed",
        "            X-Total: {required: true, schema: {type: integer}}\n",
        "",
        "header-removed",
    ),
    breaks_code("optional header removed", "            X-Hint: {schema: {type: string}}\n", "", "header-removed"),
    breaks("header no longer always there", "X-Total: {required: true, schema", "X-Total: {schema", "header-required"),
    adds(
        "header added",
        "            X-Hint: {schema: {type: string}}\n",
        "            X-Hint: {schema: {type: string}}\n            X-More: {schema: {type: string}}\n",
        "header-added",
    ),
    breaks(
        "reply member no longer required",
        "required: [id, title, author, format]",
        "required: [id, author, format]",
        "property-optional",
    ),
    adds(
        "reply member made required",
        "required: [id, title, author, format]",
        "required: [id, title, author, format, tags]",
        "property-required",
    ),
    breaks_code(
        "member gets another name in code",
        "        addedAt: {type: string, format: date-time}\n",
        "        addedAt: {type: string, format: date-time}\n        added_at: {type: string}\n",
        "name-in-code-changed",
    ),
    breaks("reply member removed", "        addedAt: {type: string, format: date-time}\n", "", "property-removed"),
    adds(
        "reply member added",
        "        addedAt: {type: string, format: date-time}\n",
        "        addedAt: {type: string, format: date-time}\n        weight: {type: number}\n",
        "property-added",
    ),
    breaks(
        "reply type changed", "addedAt: {type: string, format: date-time}", "addedAt: {type: integer}", "type-changed"
    ),
    breaks(
        "reply null admitted",
        "tags: {type: array, items: {type: string}}\n        addedAt",
        "tags: {type: [array, 'null'], items: {type: string}}\n        addedAt",
        "null-admitted",
    ),
    adds("reply null refused", "subtitle: {type: [string, 'null']}", "subtitle: {type: string}", "null-refused"),
    breaks(
        "reply length raised",
        "title: {type: string, maxLength: 200}\n        subtitle",
        "title: {type: string, maxLength: 900}\n        subtitle",
        "bound-loosened",
    ),
    adds(
        "reply length lowered",
        "title: {type: string, maxLength: 200}\n        subtitle",
        "title: {type: string, maxLength: 100}\n        subtitle",
        "bound-tightened",
    ),
    breaks("reply format dropped", "format: date-time", "description: When", "format-changed"),
    breaks(
        "reply variant added",
        _EBOOK,
        "oneOf: [{$ref: '#/components/schemas/Paper'}, {$ref: '#/components/schemas/Ebook'}, {$ref: '#/components/schemas/Author'}]",
        "variant-added",
    ),
    adds(
        "member added to an alternative that another one overlaps",
        "Braille: {type: object, properties: {dots: {type: integer}}}",
        "Braille: {type: object, properties: {dots: {type: integer}, cells: {type: integer}}}",
        "property-added",
    ),
    breaks("reply constant changed", _PAPER, "kind: {type: string, const: print}", "enum-value-added"),
    breaks(
        "reply enum value added",
        "enum: [novel, poetry, play]",
        "enum: [novel, poetry, play, essay]",
        "enum-value-added",
    ),
    breaks("request enum value removed", "enum: [novel, poetry, play]", "enum: [novel, poetry]", "enum-value-removed"),
    breaks_code(
        "discriminator mapping changed",
        "mapping: {paper:",
        "mapping: {print: '#/components/schemas/Paper', paper:",
        "discriminator-changed",
    ),
    # Security
    breaks("scope needed", "{oauth: [write]}", "{oauth: [write, read]}", "security-tightened"),
    adds("scope dropped", "{oauth: [write]}", "{oauth: []}", "security-loosened"),
    breaks(
        "alternative removed", "security: [{key: []}, {oauth: [write]}]", "security: [{key: []}]", "security-tightened"
    ),
    adds(
        "alternative added",
        "      security: [{key: []}]\n",
        "      security: [{key: []}, {oauth: [write]}]\n",
        "security-loosened",
    ),
    breaks("public operation falls back to the global requirement", "      security: []\n", "", "security-tightened"),
    adds("security dropped", "      security: [{key: []}]\n", "      security: []\n", "security-loosened"),
    breaks(
        "global security added to",
        "security: [{key: []}]\npaths",
        "security: [{key: [], oauth: []}]\npaths",
        "security-tightened",
    ),
    breaks("key sent elsewhere", "in: header, name: X-Key", "in: query, name: key", "security-tightened"),
    # Webhooks and callbacks: the service sends, others receive
    breaks(
        "webhook member no longer sent",
        "Reminder: {type: object, required: [id],",
        "Reminder: {type: object,",
        "property-optional",
    ),
    adds(
        "webhook member always sent",
        "Reminder: {type: object, required: [id],",
        "Reminder: {type: object, required: [id, days],",
        "property-required",
    ),
    breaks(
        "webhook removed",
        "  overdue:\n    post:\n      operationId: overdue",
        "  late:\n    post:\n      operationId: late",
        "operation-removed",
    ),
    breaks(
        "callback member type changed",
        "Notice: {type: object, required: [id], properties: {id: {type: integer}}}",
        "Notice: {type: object, required: [id], properties: {id: {type: string}}}",
        "type-changed",
    ),
    # Names of generated code
    breaks_code("component renamed", "Author", "Writer", "component-renamed"),
    # The same in other words
    says("version relabelled", "openapi: 3.1.1", "openapi: 3.1.0"),
    says("constant as an enum of one", _PAPER, "kind: {type: string, enum: [paper]}"),
    says(
        "nullable by alternatives",
        "subtitle: {type: [string, 'null']}",
        "subtitle: {oneOf: [{type: string}, {type: 'null'}]}",
    ),
    says(
        "oneOf as anyOf where null is apart",
        "subtitle: {type: [string, 'null']}",
        "subtitle: {anyOf: [{type: string}, {type: 'null'}]}",
    ),
    says(
        "wrapped in allOf",
        "author: {$ref: '#/components/schemas/Author'}",
        "author: {allOf: [{$ref: '#/components/schemas/Author'}]}",
    ),
    says(
        "written in place",
        "author: {$ref: '#/components/schemas/Author'}",
        "author: {type: object, required: [name], properties: {name: {type: string}}}",
    ),
    says(
        "schema extracted",
        "tags: {type: array, items: {type: string}}\n        addedAt",
        "tags: {$ref: '#/components/schemas/Tags'}\n        addedAt",
    ),
    says(
        "members in another order",
        "properties: {id: {type: integer}, days: {type: integer}}",
        "properties: {days: {type: integer}, id: {type: integer}}",
    ),
    says(
        "format of 64 bits as bounds",
        "parameters: [{name: id, in: path, required: true, schema: {type: integer, format: int64}}]",
        "parameters: [{name: id, in: path, required: true, schema: {type: integer, format: int64, minimum: -9223372036854775808}}]",
    ),
    says("bound beyond a format", "format: uuid", "format: uuid, minLength: 1, maxLength: 64"),
    says("bound of a format", "format: date}", "format: date, minLength: 10, maxLength: 10}"),
    says("bound beyond a format of our own", "format: email", "format: email, maxLength: 320"),
    says("format that asserts nothing", "secret: {type: string,", "secret: {type: string, format: password,"),
    breaks_code(
        "path parameter renamed",
        "  /books/{id}:\n    parameters: [{name: id,",
        "  /books/{bookId}:\n    parameters: [{name: bookId,",
        "parameter-renamed",
    ),
)
