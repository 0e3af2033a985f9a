"""Small contracts with what is seldom written: each operation answers right requests, and refuses wrong ones."""

from __future__ import annotations

import asyncio

import pytest

from handfast.contract import load_contract_text
from tests.foreign.mocked import exercise

FORM = "application/x-www-form-urlencoded"
CASES = [
    (
        "a query that is a form",
        f"""
  /a:
    get:
      parameters:
        - name: all
          in: querystring
          content: {{{FORM}: {{schema: {{type: object, required: [n, tags], properties: {{
            n: {{type: integer}}, tags: {{type: array, minItems: 2, items: {{type: string}}}}}}}}}}}}
""",
    ),
    (
        "a form in one field",
        f"""
  /a:
    get:
      parameters:
        - {{name: all, in: query, required: true, content: {{{FORM}: {{schema: {{
            type: object, required: [n], properties: {{n: {{type: integer}}}}}}}}}}}}
""",
    ),
    (
        "plain text in parameters",
        """
  /a/{p}:
    get:
      parameters:
        - {name: p, in: path, required: true, content: {text/plain: {schema: {type: string, maxLength: 9}}}}
        - {name: q, in: query, content: {text/plain: {schema: {allOf: [{type: string}]}}}}
        - {name: H, in: header, content: {text/plain: {schema: {type: string}}}}
""",
    ),
    (
        "members of an exploded object that nobody declares",
        f"""
  /a:
    post:
      requestBody: {{required: true, content: {{{FORM}: {{
        schema: {{type: object, additionalProperties: false, required: [labels], properties: {{
          n: {{type: integer}}, labels: {{type: object, minProperties: 1, additionalProperties: {{type: string}}}}}}}},
        encoding: {{labels: {{explode: true}}}}}}}}}}
""",
    ),
    (
        "an array that is not exploded, and one whose parts are JSON",
        """
  /a:
    post:
      requestBody: {required: true, content: {multipart/form-data: {
        schema: {type: object, required: [ids, tags], properties: {
          ids: {type: array, minItems: 2, items: {type: integer}},
          tags: {type: array, minItems: 2, items: {type: string}}}},
        encoding: {ids: {style: form, explode: false}, tags: {contentType: application/json}}}}}
""",
    ),
    (
        "a style that makes a content type void",
        """
  /a:
    post:
      requestBody: {required: true, content: {multipart/form-data: {
        schema: {type: object, required: [ids], properties: {ids: {type: array, minItems: 1, items: {type: integer}}}},
        encoding: {ids: {style: form, contentType: application/json}}}}}
""",
    ),
    (
        "a text under any media type",
        "\n  /a:\n    get: {responses: {'200': {description: d, content: {'*/*': {schema: {type: string}}}}}}\n",
    ),
    (
        "objects in arrays",
        """
  /a:
    get:
      parameters:
        - name: filters
          in: query
          required: true
          schema: {type: array, minItems: 2, items: {type: object, required: [n], properties: {n: {type: integer}}}}
        - name: deep
          in: query
          style: deepObject
          schema: {type: object, required: [all], properties: {all: {type: array, minItems: 1, items: {type: object,
            required: [n], properties: {n: {type: integer}}}}}}
""",
    ),
    (
        "a HEAD of its own",
        "\n  /a:\n    head: {responses: {'200': {description: d, content: {application/json: {}}}}}\n",
    ),
    (
        "two schemes with one token",
        """
  /a:
    get: {security: [{one: [], two: []}]}
""",
    ),
    (
        "a key that is a parameter, by another case",
        """
  /a:
    get:
      security: [{key: []}]
      parameters: [{name: x-key, in: header, required: true, schema: {type: string}}]
""",
    ),
    (
        "Content-Length as a parameter",
        """
  /a:
    post:
      parameters: [{name: Content-Length, in: header, required: true, schema: {type: integer}}]
      requestBody: {content: {application/json: {schema: {type: object}}}}
""",
    ),
    (
        "an API key in Authorization, beside another scheme",
        """
  /a:
    get: {security: [{authorization: [], one: []}]}
""",
    ),
    (
        "a required object that is nothing without members",
        """
  /a:
    get:
      parameters:
        - {name: a, in: query, required: true, schema: {type: object, additionalProperties: {type: string}}}
        - {name: b, in: query, required: true, schema: {type: object, properties: {n: {type: string}}}}
""",
    ),
    (
        "Content-Encoding as a parameter",
        """
  /a:
    post:
      parameters: [{name: content-encoding, in: header, schema: {enum: [gzip, identity]}}]
      requestBody: {required: true, content: {application/json: {schema: {type: object}}}}
""",
    ),
    (
        "a JSON text under any media type",
        "\n  /a:\n    get: {responses: {'200': {description: d, content: {'*/*': {schema: {}}}}}}\n",
    ),
    (
        "signs of Python's formats in the name of a variable",
        """
  /a/{b:}/{c!r}:
    get:
      parameters:
        - {name: "b:", in: path, required: true, schema: {type: integer}}
        - {name: "c!r", in: path, required: true, schema: {type: integer}}
""",
    ),
]


@pytest.mark.parametrize("paths", [case[1] for case in CASES], ids=[case[0] for case in CASES])
def test_every_operation_answers_right_requests_and_refuses_wrong_ones(paths: str) -> None:
    contract = load_contract_text(
        f"""
openapi: 3.2.0
info: {{title: T, version: "1"}}
paths:{paths}
components:
  securitySchemes:
    one: {{type: http, scheme: bearer}}
    two: {{type: openIdConnect, openIdConnectUrl: https://example.com}}
    key: {{type: apiKey, in: header, name: X-Key}}
    authorization: {{type: apiKey, in: header, name: Authorization}}
"""
    )
    tally = asyncio.run(exercise(contract))
    assert (tally.failures, tally.impossible) == ([], [])
    assert tally.answered == tally.operations == 1
    assert tally.refused == tally.invalid
