"""What the loader says of a contract that is wrong: the whole text, as a designer sees it in the terminal."""

# ruff: noqa: E501 - the lines are those of a terminal
from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.writing import diagnostics

CASES: list[tuple[str, str, str]] = [
    (
        "version missing",
        """\
info: {title: T, version: "1"}
""",
        """\
api.yaml:1:1: error[version-missing]: the field openapi is missing: this is no contract
  → 1 | info: {title: T, version: "1"}
    hint: write `openapi: 3.1.1` in the first line
""",
    ),
    (
        "version a number",
        """\
openapi: 3.1
""",
        """\
api.yaml:1:10: error[version-unknown]: the version is a text, and not 3.1
  → 1 | openapi: 3.1
    hint: write all three numbers: 3.1.1; two of them alone are a number to YAML
""",
    ),
    (
        "version unknown",
        """\
openapi: 3.3.0
""",
        """\
api.yaml:1:10: error[version-unknown]: the version "3.3.0" is unknown; Handfast takes OpenAPI 3.0.x, 3.1.x and 3.2.x
  → 1 | openapi: 3.3.0
    hint: write 3.1.1
""",
    ),
    (
        "swagger",
        """\
swagger: "2.0"
info: {title: T, version: "1"}
""",
        """\
api.yaml:1:1: error[version-swagger]: this is a Swagger 2.0 document; Handfast takes OpenAPI 3.0, 3.1 and 3.2
  → 1 | swagger: "2.0"
    hint: convert it: npx swagger2openapi --patch --yaml --outfile openapi.yaml FILE
""",
    ),
    (
        "nothing in it",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
""",
        """\
api.yaml:1:1: error[document-empty]: a contract has paths, webhooks or components
  → 1 | openapi: 3.1.1
    hint: begin with `paths: {}`
""",
    ),
    (
        "field unknown",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      operationID: getA
      responses: {"200": {description: ok}}
""",
        """\
api.yaml:6:7: error[field-unknown]: an operation has no field "operationID"
    4 |   /a:
    5 |     get:
  → 6 |       operationID: getA
    hint: did you mean "operationId"?
""",
    ),
    (
        "field of one's own",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths: {}
owner: me
""",
        """\
api.yaml:4:1: error[field-unknown]: a contract has no field "owner"
    2 | info: {title: Test, version: "1"}
    3 | paths: {}
  → 4 | owner: me
    hint: a field of your own starts with "x-": "x-owner"
""",
    ),
    (
        "field missing",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      responses:
        "200": {}
""",
        """\
api.yaml:7:9: error[field-missing]: a response needs the field "description"
    5 |     get:
    6 |       responses:
  → 7 |         "200": {}
    hint: describe it in a sentence
""",
    ),
    (
        "not a boolean",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      deprecated: yes
      responses: {"200": {description: ok}}
""",
        """\
api.yaml:6:19: error[field-type]: this is a boolean, and not "yes"
    4 |   /a:
    5 |     get:
  → 6 |       deprecated: yes
    hint: YAML 1.2 has true and false alone: write true
""",
    ),
    (
        "not a text",
        """\
openapi: 3.1.1
info: {title: Test, version: 1.0}
paths: {}
""",
        """\
api.yaml:2:30: error[field-type]: this is a text, and not 1.0
    1 | openapi: 3.1.1
  → 2 | info: {title: Test, version: 1.0}
    hint: write it in quotes: "1.0"
""",
    ),
    (
        "nothing after the colon",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      responses:
""",
        """\
api.yaml:6:17: error[field-type]: this is a mapping, and not null
    4 |   /a:
    5 |     get:
  → 6 |       responses:
    hint: write a value after the colon, or remove the field
""",
    ),
    (
        "location misspelt",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      parameters:
        - name: q
          in: qery
          schema: {}
      responses: {"200": {description: ok}}
""",
        """\
api.yaml:8:15: error[field-value]: "qery" is not one of query, header, path, cookie
    6 |       parameters:
    7 |         - name: q
  → 8 |           in: qery
    hint: did you mean "query"?
""",
    ),
    (
        "location misspelt, 3.0",
        """\
openapi: 3.0.4
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      parameters:
        - name: q
          in: qery
          schema: {}
      responses: {"200": {description: ok}}
""",
        """\
api.yaml:8:15: error[field-value]: "qery" is not one of path, query, header, cookie
    6 |       parameters:
    7 |         - name: q
  → 8 |           in: qery
    hint: did you mean "query"?
""",
    ),
    (
        "style of another location",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      parameters:
        - name: q
          in: query
          style: simple
          schema: {}
      responses: {"200": {description: ok}}
""",
        """\
api.yaml:9:18: error[field-value]: "simple" is not one of form, spaceDelimited, pipeDelimited, deepObject
    7 |         - name: q
    8 |           in: query
  → 9 |           style: simple
""",
    ),
    (
        "style of another location, 3.0",
        """\
openapi: 3.0.4
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      parameters:
        - name: q
          in: query
          style: simple
          schema: {}
      responses: {"200": {description: ok}}
""",
        """\
api.yaml:9:18: error[field-value]: "simple" is not one of form, spaceDelimited, pipeDelimited, deepObject
    7 |         - name: q
    8 |           in: query
  → 9 |           style: simple
""",
    ),
    (
        "allowReserved in a header",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      parameters:
        - name: q
          in: header
          allowReserved: true
          schema: {}
      responses: {"200": {description: ok}}
""",
        """\
api.yaml:9:11: error[field-misplaced]: the field "allowReserved" cannot stand in this parameter (in: header)
    7 |         - name: q
    8 |           in: header
  → 9 |           allowReserved: true
""",
    ),
    (
        "schema and content",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      parameters:
        - name: q
          in: query
          schema: {}
          content: {application/json: {}}
      responses: {"200": {description: ok}}
""",
        """\
api.yaml:7:11: error[schema-or-content]: the parameter has both a schema and content
    5 |     get:
    6 |       parameters:
  → 7 |         - name: q
    hint: exactly one of the two says what its value is
""",
    ),
    (
        "neither schema nor content",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      parameters:
        - name: q
          in: query
      responses: {"200": {description: ok}}
""",
        """\
api.yaml:7:11: error[schema-or-content]: the parameter has neither a schema nor content
    5 |     get:
    6 |       parameters:
  → 7 |         - name: q
    hint: exactly one of the two says what its value is
""",
    ),
    (
        "neither schema nor content, 3.0",
        """\
openapi: 3.0.4
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      parameters:
        - name: q
          in: query
      responses: {"200": {description: ok}}
""",
        """\
api.yaml:7:11: error[schema-or-content]: the parameter has neither a schema nor content
    5 |     get:
    6 |       parameters:
  → 7 |         - name: q
    hint: exactly one of the two says what its value is
""",
    ),
    (
        "status",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      responses:
        "20X": {description: ok}
""",
        """\
api.yaml:6:7: error[field-empty]: an operation declares at least one response: a status, a range, or default
    4 |   /a:
    5 |     get:
  → 6 |       responses:
api.yaml:7:9: error[status-invalid]: "20X" is no status
    5 |     get:
    6 |       responses:
  → 7 |         "20X": {description: ok}
    hint: a status is "200", a range "2XX", or default
""",
    ),
    (
        "path without a slash",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  a:
    get: {responses: {"200": {description: ok}}}
""",
        """\
api.yaml:4:3: error[path-invalid]: the path "a" must start with a slash
    2 | info: {title: Test, version: "1"}
    3 | paths:
  → 4 |   a:
    hint: write "/a"
""",
    ),
    (
        "media type",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      responses:
        "200":
          description: ok
          content:
            json: {}
""",
        """\
api.yaml:10:13: error[media-type-invalid]: "json" is no media type
     8 |           description: ok
     9 |           content:
  → 10 |             json: {}
    hint: a media type is type/subtype, such as application/json, or a range, such as text/*
""",
    ),
    (
        "items of what is no sequence",
        """\
openapi: 3.2.0
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      responses:
        "200":
          description: ok
          content:
            application/json:
              itemSchema: {}
""",
        """\
api.yaml:11:15: error[item-schema-misplaced]: itemSchema is for sequences: nothing says where an item of "application/json" ends
     9 |           content:
    10 |             application/json:
  → 11 |               itemSchema: {}
    hint: write `schema` for the whole, or a media type such as application/jsonl or text/event-stream
""",
    ),
    (
        "component name",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
components:
  schemas:
    Blog Post: {}
""",
        """\
api.yaml:5:5: error[component-name-invalid]: the name "Blog Post" has characters other than letters, digits, dots, dashes and _
    3 | components:
    4 |   schemas:
  → 5 |     Blog Post: {}
""",
    ),
    (
        "example and examples",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
components:
  parameters:
    Q:
      name: q
      in: query
      schema: {}
      example: 1
      examples: {}
""",
        """\
api.yaml:9:7: error[fields-exclusive]: "example" and "examples" exclude each other
    7 |       in: query
    8 |       schema: {}
  → 9 |       example: 1
    hint: move the one into the others
""",
    ),
    (
        "parameter not in the path",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /articles/{id}:
    get:
      parameters:
        - name: slug
          in: path
          required: true
          schema: {}
      responses: {"200": {description: ok}}
""",
        """\
api.yaml:5:5: error[path-variable-undeclared]: the variable {id} of /articles/{id} has no parameter in GET
    3 | paths:
    4 |   /articles/{id}:
  → 5 |     get:
    hint: add a parameter with `name: id`, `in: path`, `required: true` and a schema
api.yaml:7:17: error[parameter-undeclared-in-path]: path parameter "slug" is not in the path /articles/{id}
    5 |     get:
    6 |       parameters:
  → 7 |         - name: slug
    hint: rename the parameter to "id", or the path to /articles/{slug}
""",
    ),
    (
        "variable without a parameter",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /articles/{id}:
    get: {responses: {"200": {description: ok}}}
""",
        """\
api.yaml:5:5: error[path-variable-undeclared]: the variable {id} of /articles/{id} has no parameter in GET
    3 | paths:
    4 |   /articles/{id}:
  → 5 |     get: {responses: {"200": {description: ok}}}
    hint: add a parameter with `name: id`, `in: path`, `required: true` and a schema
""",
    ),
    (
        "path parameter optional",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /articles/{slug}:
    get:
      parameters:
        - name: slug
          in: path
          schema: {}
      responses: {"200": {description: ok}}
""",
        """\
api.yaml:7:11: error[field-missing]: a parameter needs the field "required"
    5 |     get:
    6 |       parameters:
  → 7 |         - name: slug
    hint: a path parameter says `required: true`
""",
    ),
    (
        "path twice",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a/{b}:
    get: {parameters: [{name: b, in: path, required: true, schema: {}}], responses: {"200": {description: ok}}}
  /a/{c}:
    get: {parameters: [{name: c, in: path, required: true, schema: {}}], responses: {"200": {description: ok}}}
""",
        """\
api.yaml:6:3: error[path-duplicate]: /a/{c} and /a/{b} are the same path: only the names of their variables differ
    4 |   /a/{b}:
    5 |     get: {parameters: [{name: b, in: path, required: true, schema: {}}], responses: {"200": {description: ok}}}
  → 6 |   /a/{c}:
    hint: write one of the two, with the operations of both
""",
    ),
    (
        "path twice, other methods",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a/{b}:
    get: {parameters: [{name: b, in: path, required: true, schema: {}}], responses: {"200": {description: ok}}}
  /a/{c}:
    put: {parameters: [{name: c, in: path, required: true, schema: {}}], responses: {"200": {description: ok}}}
""",
        """\
api.yaml:6:3: warning[path-duplicate]: /a/{c} and /a/{b} are the same path: only the names of their variables differ
    4 |   /a/{b}:
    5 |     get: {parameters: [{name: b, in: path, required: true, schema: {}}], responses: {"200": {description: ok}}}
  → 6 |   /a/{c}:
    hint: write one of the two, with the operations of both
""",
    ),
    (
        "variable twice",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a/{b}/{b}: {}
""",
        """\
api.yaml:4:3: error[path-template-invalid]: /a/{b}/{b} has the variable {b} twice
    2 | info: {title: Test, version: "1"}
    3 | paths:
  → 4 |   /a/{b}/{b}: {}
""",
    ),
    (
        "braces",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a/{b: {}
""",
        """\
api.yaml:4:3: error[path-template-invalid]: the braces of /a/{b do not enclose names
    2 | info: {title: Test, version: "1"}
    3 | paths:
  → 4 |   /a/{b: {}
    hint: a variable is {name}
""",
    ),
    (
        "query in the path",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a?b=c: {}
""",
        """\
api.yaml:4:3: warning[path-unusual]: /a?b=c has a ? or a #, which a client must send as %3F or %23: it is no query, and no fragment
    2 | info: {title: Test, version: "1"}
    3 | paths:
  → 4 |   /a?b=c: {}
    hint: declare query parameters under parameters, with `in: query`
""",
    ),
    (
        "operationId twice",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      operationId: getA
      responses: {"200": {description: ok}}
    put:
      operationId: getA
      responses: {"200": {description: ok}}
""",
        """\
api.yaml:9:20: error[operation-id-duplicate]: the operationId "getA" is that of GET /a already
    7 |       responses: {"200": {description: ok}}
    8 |     put:
  → 9 |       operationId: getA
    hint: an operationId names one operation of the whole contract
""",
    ),
    (
        "derived operationId taken",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a/b:
    get: {responses: {"200": {description: ok}}}
  /a-b:
    get: {responses: {"200": {description: ok}}}
""",
        """\
api.yaml:7:5: error[operation-id-collision]: without an operationId, GET /a-b is called "getAB", which is what GET /a/b is called
    5 |     get: {responses: {"200": {description: ok}}}
    6 |   /a-b:
  → 7 |     get: {responses: {"200": {description: ok}}}
    hint: give it an operationId
""",
    ),
    (
        "parameter twice",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      parameters:
        - {name: X-Q, in: header, schema: {}}
        - {name: x-q, in: header, schema: {}}
      responses: {"200": {description: ok}}
""",
        """\
api.yaml:8:11: error[parameter-duplicate]: the header parameter "x-q" is declared twice here
    6 |       parameters:
    7 |         - {name: X-Q, in: header, schema: {}}
  → 8 |         - {name: x-q, in: header, schema: {}}
""",
    ),
    (
        "header ignored",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      parameters:
        - {name: Accept, in: header, schema: {}}
      responses: {"200": {description: ok}}
""",
        """\
api.yaml:7:11: warning[parameter-ignored]: a header parameter Accept is ignored: media types and security schemes describe it
    5 |     get:
    6 |       parameters:
  → 7 |         - {name: Accept, in: header, schema: {}}
    hint: remove the parameter
""",
    ),
    (
        "header name",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
components:
  parameters:
    Q: {name: "X Q", in: header, schema: {}}
""",
        """\
api.yaml:5:9: error[header-name-invalid]: "X Q" cannot be the name of a header (RFC 9110, 5.1)
    3 | components:
    4 |   parameters:
  → 5 |     Q: {name: "X Q", in: header, schema: {}}
    hint: a name is made of letters, digits and hyphens
""",
    ),
    (
        "scheme unknown",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths: {}
security:
  - bearr: []
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
""",
        """\
api.yaml:5:5: error[security-scheme-unknown]: there is no security scheme "bearr"
    3 | paths: {}
    4 | security:
  → 5 |   - bearr: []
    hint: did you mean "bearer"?
""",
    ),
    (
        "scheme by its place before 3.2",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths: {}
security:
  - '#/components/securitySchemes/bearer': []
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
""",
        """\
api.yaml:5:5: error[security-scheme-unknown]: there is no security scheme "#/components/securitySchemes/bearer"
    3 | paths: {}
    4 | security:
  → 5 |   - '#/components/securitySchemes/bearer': []
    hint: declare it in components/securitySchemes
""",
    ),
    (
        "scopes of what is no oauth2 in 3.0",
        """\
openapi: 3.0.4
info: {title: Test, version: "1"}
paths: {}
security:
  - login: [any]
  - key: [any]
components:
  securitySchemes:
    login: {type: openIdConnect, openIdConnectUrl: 'https://a.example/'}
    key: {type: apiKey, in: header, name: key}
""",
        """\
api.yaml:6:5: warning[security-scope-unknown]: key is of type apiKey, which has no scopes in OpenAPI 3.0
    4 | security:
    5 |   - login: [any]
  → 6 |   - key: [any]
    hint: write an empty list
""",
    ),
    (
        "scope unknown",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths: {}
security:
  - login: [raed]
components:
  securitySchemes:
    login:
      type: oauth2
      flows: {clientCredentials: {tokenUrl: /t, scopes: {read: r}}}
""",
        """\
api.yaml:5:13: warning[security-scope-unknown]: no flow of login has the scope "raed"
    3 | paths: {}
    4 | security:
  → 5 |   - login: [raed]
    hint: did you mean "read"?
""",
    ),
    (
        "server variable",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths: {}
servers:
  - url: https://example.com/{version}
""",
        """\
api.yaml:5:10: error[server-variable-unknown]: the URL has the variable {version}, which is not under variables
    3 | paths: {}
    4 | servers:
  → 5 |   - url: https://example.com/{version}
    hint: add it under variables, with a default: version: {default: ...}
""",
    ),
    (
        "server variable of the host",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths: {}
servers:
  - url: https://{region}.example.com/v1
""",
        """\
api.yaml:5:10: warning[server-variable-unknown]: the URL has the variable {region}, which is not under variables
    3 | paths: {}
    4 | servers:
  → 5 |   - url: https://{region}.example.com/v1
    hint: add it under variables, with a default: region: {default: ...}
""",
    ),
    (
        "server default",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths: {}
servers:
  - url: /{v}
    variables:
      v: {default: v3, enum: [v1, v2]}
""",
        """\
api.yaml:7:20: warning[server-variable-default]: the default "v3" is not one of v1, v2
    5 |   - url: /{v}
    6 |     variables:
  → 7 |       v: {default: v3, enum: [v1, v2]}
""",
    ),
    (
        "link",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      operationId: getA
      responses:
        "200":
          description: ok
          links:
            next: {operationId: getAa}
""",
        """\
api.yaml:11:33: warning[link-operation-unknown]: no operation is called "getAa"
     9 |           description: ok
    10 |           links:
  → 11 |             next: {operationId: getAa}
    hint: did you mean "getA"?
""",
    ),
    (
        "tag twice",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths: {}
tags:
  - name: a
  - name: a
""",
        """\
api.yaml:6:5: error[tag-duplicate]: the tag "a" is declared twice
    4 | tags:
    5 |   - name: a
  → 6 |   - name: a
""",
    ),
    (
        "tag parent",
        """\
openapi: 3.2.0
info: {title: Test, version: "1"}
paths: {}
tags:
  - name: a
    parent: b
""",
        """\
api.yaml:6:13: error[tag-parent-unknown]: there is no tag "b"
    4 | tags:
    5 |   - name: a
  → 6 |     parent: b
""",
    ),
    (
        "tag circle",
        """\
openapi: 3.2.0
info: {title: Test, version: "1"}
paths: {}
tags:
  - {name: a, parent: b}
  - {name: b, parent: a}
""",
        """\
api.yaml:5:15: error[tag-parent-cyclic]: the tag "a" is its own ancestor
    3 | paths: {}
    4 | tags:
  → 5 |   - {name: a, parent: b}
api.yaml:6:15: error[tag-parent-cyclic]: the tag "b" is its own ancestor
    4 | tags:
    5 |   - {name: a, parent: b}
  → 6 |   - {name: b, parent: a}
""",
    ),
    (
        "tag circle of four, and a tag that leads there",
        """\
openapi: 3.2.0
info: {title: Test, version: "1"}
paths: {}
tags:
  - {name: a, parent: b}
  - {name: b, parent: c}
  - {name: c, parent: d}
  - {name: d, parent: a}
  - {name: e, parent: a}
""",
        """\
api.yaml:5:15: error[tag-parent-cyclic]: the tag "a" is its own ancestor
    3 | paths: {}
    4 | tags:
  → 5 |   - {name: a, parent: b}
api.yaml:6:15: error[tag-parent-cyclic]: the tag "b" is its own ancestor
    4 | tags:
    5 |   - {name: a, parent: b}
  → 6 |   - {name: b, parent: c}
api.yaml:7:15: error[tag-parent-cyclic]: the tag "c" is its own ancestor
    5 |   - {name: a, parent: b}
    6 |   - {name: b, parent: c}
  → 7 |   - {name: c, parent: d}
api.yaml:8:15: error[tag-parent-cyclic]: the tag "d" is its own ancestor
    6 |   - {name: b, parent: c}
    7 |   - {name: c, parent: d}
  → 8 |   - {name: d, parent: a}
""",
    ),
    (
        "querystring beside query",
        """\
openapi: 3.2.0
info: {title: Test, version: "1"}
paths:
  /a:
    parameters:
      - {name: q, in: query, schema: {}}
    get:
      parameters:
        - {name: all, in: querystring, content: {application/x-www-form-urlencoded: {}}}
      responses: {"200": {description: ok}}
""",
        """\
api.yaml:9:11: error[querystring-conflict]: a querystring parameter is the whole query: no other querystring or query parameter can stand beside it
    7 |     get:
    8 |       parameters:
  → 9 |         - {name: all, in: querystring, content: {application/x-www-form-urlencoded: {}}}
""",
    ),
    (
        "additional method",
        """\
openapi: 3.2.0
info: {title: Test, version: "1"}
paths:
  /a:
    additionalOperations:
      Get: {responses: {"200": {description: ok}}}
""",
        """\
api.yaml:6:7: error[method-misplaced]: Get is no additional method
    4 |   /a:
    5 |     additionalOperations:
  → 6 |       Get: {responses: {"200": {description: ok}}}
    hint: write it as `get:` of the path item
""",
    ),
    (
        "additional method in capitals",
        """\
openapi: 3.2.0
info: {title: Test, version: "1"}
paths:
  /a:
    additionalOperations:
      GET: {responses: {"200": {description: ok}}}
""",
        """\
api.yaml:6:7: error[method-misplaced]: GET is no additional method
    4 |   /a:
    5 |     additionalOperations:
  → 6 |       GET: {responses: {"200": {description: ok}}}
    hint: write it as `get:` of the path item
""",
    ),
    (
        "no method",
        """\
openapi: 3.2.0
info: {title: Test, version: "1"}
paths:
  /a:
    additionalOperations:
      A B: {responses: {"200": {description: ok}}}
""",
        """\
api.yaml:6:7: error[method-invalid]: "A B" cannot be a method (RFC 9110, 9.1)
    4 |   /a:
    5 |     additionalOperations:
  → 6 |       A B: {responses: {"200": {description: ok}}}
""",
    ),
    (
        "values that exclude each other",
        """\
openapi: 3.2.0
info: {title: Test, version: "1"}
components:
  parameters:
    Q:
      name: q
      in: query
      schema: {}
      examples:
        one: {value: 1, dataValue: 1}
""",
        """\
api.yaml:10:9: error[fields-exclusive]: "value" and "dataValue" exclude each other in an example
     8 |       schema: {}
     9 |       examples:
  → 10 |         one: {value: 1, dataValue: 1}
    hint: remove one of them
""",
    ),
    (
        "two ways to name a licence",
        """\
openapi: 3.1.1
info:
  title: Test
  version: "1"
  license: {name: A, url: https://a.example, identifier: MIT}
paths: {}
""",
        """\
api.yaml:5:3: error[fields-exclusive]: "identifier" and "url" exclude each other in a license
    3 |   title: Test
    4 |   version: "1"
  → 5 |   license: {name: A, url: https://a.example, identifier: MIT}
    hint: remove one of them
""",
    ),
    (
        "reference missing",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
components:
  schemas:
    Article: {}
    Page: {$ref: "#/components/schemas/Artcle"}
""",
        """\
api.yaml:6:18: error[reference-missing]: "#/components/schemas/Artcle" is not there
    4 |   schemas:
    5 |     Article: {}
  → 6 |     Page: {$ref: "#/components/schemas/Artcle"}
    hint: did you mean "#/components/schemas/Article"?
""",
    ),
    (
        "reference to another kind",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      responses:
        "200": {$ref: "#/components/schemas/Ok"}
components:
  schemas:
    Ok: {}
""",
        """\
api.yaml:7:23: error[reference-wrong-kind]: "#/components/schemas/Ok" is a schema; a response is needed here
    5 |     get:
    6 |       responses:
  → 7 |         "200": {$ref: "#/components/schemas/Ok"}
    hint: refer to something under #/components/responses
""",
    ),
    (
        "reference nowhere known",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
components:
  schemas:
    A: {$ref: "#/info"}
""",
        """\
api.yaml:5:15: error[reference-wrong-kind]: "#/info" is nothing that OpenAPI knows; a schema is needed here
    3 | components:
    4 |   schemas:
  → 5 |     A: {$ref: "#/info"}
    hint: refer to something under #/components/schemas
""",
    ),
    (
        "reference cyclic",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
components:
  schemas:
    A:
      allOf:
        - $ref: "#/components/schemas/B"
    B:
      anyOf:
        - $ref: "#/components/schemas/A"
""",
        """\
api.yaml:7:17: error[reference-cyclic]: this never ends: #/components/schemas/A/allOf/0 -> #/components/schemas/B -> #/components/schemas/B/anyOf/0 -> #/components/schemas/A -> #/components/schemas/A/allOf/0
    5 |     A:
    6 |       allOf:
  → 7 |         - $ref: "#/components/schemas/B"
    hint: a schema may refer to itself only below properties, items and the like
""",
    ),
    (
        "reference remote",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
components:
  schemas:
    A: {$ref: "https://example.com/a.yaml"}
""",
        """\
api.yaml:5:15: error[reference-remote]: "https://example.com/a.yaml" is not a file here; a contract is loaded from local files alone
    3 | components:
    4 |   schemas:
  → 5 |     A: {$ref: "https://example.com/a.yaml"}
    hint: download it, and refer to the file, or name it in x-handfast-documents for schemas
""",
    ),
    (
        "reference to no file",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
components:
  schemas:
    A: {$ref: schemas/a.yaml}
""",
        """\
api.yaml:5:15: error[reference-file-missing]: "schemas/a.yaml" is not there (looked for schemas/a.yaml)
    3 | components:
    4 |   schemas:
  → 5 |     A: {$ref: schemas/a.yaml}
""",
    ),
    (
        "reference out of the project",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
components:
  schemas:
    A: {$ref: ../../a.yaml}
""",
        """\
api.yaml:5:15: error[reference-outside]: "../../a.yaml" is outside the project
    3 | components:
    4 |   schemas:
  → 5 |     A: {$ref: ../../a.yaml}
    hint: a contract takes only files of its own project
""",
    ),
    (
        "reference with a bad escape",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
components:
  schemas:
    A: {$ref: "#/components/schemas/~2"}
""",
        """\
api.yaml:5:15: error[reference-syntax]: "#/components/schemas/~2" is no reference: in a JSON Pointer, ~ is written ~0 and / is written ~1
    3 | components:
    4 |   schemas:
  → 5 |     A: {$ref: "#/components/schemas/~2"}
""",
    ),
    (
        "reference where none can be",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get: {$ref: "#/components/pathItems/A"}
""",
        """\
api.yaml:5:11: error[reference-misplaced]: a $ref cannot stand in an operation
    3 | paths:
    4 |   /a:
  → 5 |     get: {$ref: "#/components/pathItems/A"}
    hint: references are for components and path items; move what it refers to here
""",
    ),
    (
        "beside a reference, 3.0",
        """\
openapi: 3.0.4
info: {title: Test, version: "1"}
paths: {}
components:
  schemas:
    A: {type: string}
    B:
      $ref: "#/components/schemas/A"
      maxLength: 5
""",
        """\
api.yaml:9:7: warning[reference-siblings-ignored]: maxLength beside a $ref is ignored in OpenAPI 3.0
    7 |     B:
    8 |       $ref: "#/components/schemas/A"
  → 9 |       maxLength: 5
    hint: use allOf with the $ref in it
""",
    ),
    (
        "default",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
components:
  schemas:
    A:
      type: integer
      default: five
""",
        """\
api.yaml:7:16: warning[default-invalid]: the default breaks its schema: 'five' is not of type 'integer'
    5 |     A:
    6 |       type: integer
  → 7 |       default: five
    hint: clients and readers take it for a value that could have been sent
""",
    ),
    (
        "default of a parameter",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      parameters:
        - {name: a, in: query, schema: {$ref: "#/components/schemas/A"}}
      responses: {"204": {description: Done.}}
components:
  schemas:
    A: {type: integer, default: five}
""",
        """\
api.yaml:11:33: error[default-invalid]: the default breaks its schema: must be an integer
     9 | components:
    10 |   schemas:
  → 11 |     A: {type: integer, default: five}
    hint: the default must be valid: the service uses it as if a client had sent it
""",
    ),
    (
        "schema",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
components:
  schemas:
    A: {type: strin}
""",
        """\
api.yaml:5:15: error[schema-invalid]: "strin" is not one of array, boolean, integer, null, number, object, string
    3 | components:
    4 |   schemas:
  → 5 |     A: {type: strin}
    hint: did you mean "string"?
""",
    ),
    (
        "null as a type, without quotes",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
components:
  schemas:
    A: {type: [string, null]}
""",
        """\
api.yaml:5:24: error[schema-invalid]: null is not one of array, boolean, integer, null, number, object, string
    3 | components:
    4 |   schemas:
  → 5 |     A: {type: [string, null]}
    hint: the name of this type is a text: write 'null', in quotes
""",
    ),
    (
        "media type without a value",
        """\
openapi: 3.0.3
info: {title: Test, version: "1"}
paths: {}
components:
  responses:
    A:
      description: A
      content:
        application/json:
""",
        """\
api.yaml:9:26: error[field-type]: this is a mapping, and not null
    7 |       description: A
    8 |       content:
  → 9 |         application/json:
    hint: write a value after the colon, or remove the field
""",
    ),
    (
        "security scheme with its scheme misspelt",
        """\
openapi: 3.0.3
info: {title: Test, version: "1"}
paths: {}
components:
  securitySchemes:
    A: {type: http, schema: bearer}
""",
        """\
api.yaml:6:5: error[field-missing]: a http security scheme needs the field "scheme"
    4 | components:
    5 |   securitySchemes:
  → 6 |     A: {type: http, schema: bearer}
api.yaml:6:21: error[field-unknown]: a http security scheme has no field "schema"
    4 | components:
    5 |   securitySchemes:
  → 6 |     A: {type: http, schema: bearer}
    hint: did you mean "scheme"?
""",
    ),
    (
        "pattern that repeats from more to less",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
components:
  schemas:
    A: {pattern: "^[0-9]{19,13}$"}
""",
        """\
api.yaml:5:9: error[pattern-invalid]: a pattern repeats from 19 to 13 times, and the first must be the smaller: "^[0-9]{19,13}$"
    3 | components:
    4 |   schemas:
  → 5 |     A: {pattern: "^[0-9]{19,13}$"}
""",
    ),
    (
        "pattern",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
components:
  schemas:
    A: {pattern: "("}
""",
        """\
api.yaml:5:9: error[pattern-invalid]: a pattern is no regular expression of ECMA-262: "(" is not a "regex"
    3 | components:
    4 |   schemas:
  → 5 |     A: {pattern: "("}
""",
    ),
    (
        "several at once",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a/{b}:
    get:
      tags: news
      responses: {}
security: [{x: []}]
""",
        """\
api.yaml:5:5: error[path-variable-undeclared]: the variable {b} of /a/{b} has no parameter in GET
    3 | paths:
    4 |   /a/{b}:
  → 5 |     get:
    hint: add a parameter with `name: b`, `in: path`, `required: true` and a schema
api.yaml:6:13: error[field-type]: this is a list, and not "news"
    4 |   /a/{b}:
    5 |     get:
  → 6 |       tags: news
api.yaml:7:7: error[field-empty]: an operation declares at least one response: a status, a range, or default
    5 |     get:
    6 |       tags: news
  → 7 |       responses: {}
api.yaml:8:13: error[security-scheme-unknown]: there is no security scheme "x"
    6 |       tags: news
    7 |       responses: {}
  → 8 | security: [{x: []}]
    hint: declare it in components/securitySchemes
""",
    ),
    (
        "defaults in another form",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      parameters:
        - {name: a, in: query, schema: {type: integer, default: "1"}}
        - {name: b, in: query, schema: {type: array, items: {type: string}, default: new}}
        - {name: c, in: query, schema: {type: integer, default: null}}
      responses: {"204": {description: Done.}}
""",
        """\
api.yaml:7:65: error[default-invalid]: the default breaks its schema: must be an integer
    5 |     get:
    6 |       parameters:
  → 7 |         - {name: a, in: query, schema: {type: integer, default: "1"}}
    hint: write 1, without quotes: the service uses it as if a client had sent it
api.yaml:8:86: error[default-invalid]: the default breaks its schema: must be an array
    6 |       parameters:
    7 |         - {name: a, in: query, schema: {type: integer, default: "1"}}
  → 8 |         - {name: b, in: query, schema: {type: array, items: {type: string}, default: new}}
    hint: write a list, ["new"]: the service uses it as if a client had sent it
api.yaml:9:65: error[default-invalid]: the default breaks its schema: must be an integer
    7 |         - {name: a, in: query, schema: {type: integer, default: "1"}}
    8 |         - {name: b, in: query, schema: {type: array, items: {type: string}, default: new}}
  → 9 |         - {name: c, in: query, schema: {type: integer, default: null}}
    hint: leave it out: the service uses it as if a client had sent it
""",
    ),
    (
        "query in a path",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a?page={page}:
    get: {responses: {"204": {description: Done.}}}
""",
        """\
api.yaml:4:3: warning[path-unusual]: /a?page={page} has a ? or a #, which a client must send as %3F or %23: it is no query, and no fragment
    2 | info: {title: Test, version: "1"}
    3 | paths:
  → 4 |   /a?page={page}:
    hint: declare query parameters under parameters, with `in: query`
api.yaml:5:5: error[path-variable-undeclared]: the variable {page} of /a?page={page} has no parameter in GET
    3 | paths:
    4 |   /a?page={page}:
  → 5 |     get: {responses: {"204": {description: Done.}}}
    hint: a path has no query: end it before the question mark, and declare a parameter page with `in: query`
""",
    ),
    (
        "colon and exclamation mark in the name of a variable",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a/{b:}/{c!r}:
    get:
      parameters:
        - {name: "b:", in: path, required: true, schema: {type: string}}
        - {name: "c!r", in: path, required: true, schema: {type: string}}
      responses: {"204": {description: Done.}}
""",
        "",
    ),
    (
        "header without a name",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
components:
  parameters:
    Q: {name: "", in: header, schema: {}}
""",
        """\
api.yaml:5:9: error[header-name-invalid]: "" cannot be the name of a header (RFC 9110, 5.1)
    3 | components:
    4 |   parameters:
  → 5 |     Q: {name: "", in: header, schema: {}}
    hint: write its name, or remove it
""",
    ),
    (
        "parameter of a media type",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      responses:
        "200":
          description: ok
          content:
            text/plain; utf-8: {}
""",
        """\
api.yaml:10:13: error[media-type-invalid]: "text/plain; utf-8" is no media type
     8 |           description: ok
     9 |           content:
  → 10 |             text/plain; utf-8: {}
    hint: what follows the semicolon is name=value, such as text/plain; charset=utf-8
""",
    ),
    (
        "default beside a reference",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      parameters: [{name: q, in: query, schema: {$ref: '#/components/schemas/Text', default: 5}}]
      responses: {'200': {description: ok}}
components: {schemas: {Text: {type: string}}}
""",
        """\
api.yaml:6:94: error[default-invalid]: the default breaks its schema: must be a string
    4 |   /a:
    5 |     get:
  → 6 |       parameters: [{name: q, in: query, schema: {$ref: '#/components/schemas/Text', default: 5}}]
    hint: write "5", in quotes: the service uses it as if a client had sent it
""",
    ),
    (
        "default breaks its format",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get:
      parameters: [{name: q, in: query, schema: {type: string, format: date, default: today}}]
      responses: {'200': {description: ok}}
components: {schemas: {Text: {type: string}}}
""",
        """\
api.yaml:6:87: warning[default-invalid]: the default breaks its schema: 'today' is not a 'date'
    4 |   /a:
    5 |     get:
  → 6 |       parameters: [{name: q, in: query, schema: {type: string, format: date, default: today}}]
    hint: clients and readers take it for a value that could have been sent
""",
    ),
    (
        "derived operationId given to a later operation",
        """\
openapi: 3.1.1
info: {title: Test, version: "1"}
paths:
  /a:
    get: {responses: {"200": {description: ok}}}
  /b:
    get: {operationId: getA, responses: {"200": {description: ok}}}
""",
        """\
api.yaml:5:5: error[operation-id-collision]: without an operationId, GET /a is called "getA", which is what GET /b is called
    3 | paths:
    4 |   /a:
  → 5 |     get: {responses: {"200": {description: ok}}}
    hint: give it an operationId
""",
    ),
]


@pytest.mark.parametrize(("contract", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_diagnostics(contract: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").touch()  # the project ends here
    monkeypatch.chdir(tmp_path)  # files are named as seen from where one works
    found = diagnostics(tmp_path, contract)
    assert "".join(f"{diagnostic}\n" for diagnostic in found) == expected
