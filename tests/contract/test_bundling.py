"""Contracts in many files: one document, names that authors gave, and positions that lead back to the right file."""

# ruff: noqa: E501 - a case a line
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from handfast.contract import Direction
from tests.contract.writing import HEAD, diagnostics, load

API = f"""{HEAD}paths:
  /articles:
    $ref: paths/articles.yaml
  /articles/{{slug}}:
    summary: One article
    $ref: 'paths/article.yaml#/item'
components:
  schemas:
    Article:
      $ref: schemas/article.yaml
    Cat: {{type: object, required: [kind], properties: {{kind: {{type: string, const: cat}}}}}}
    Problem: {{type: object}}
"""
ARTICLES = """get:
  operationId: listArticles
  parameters:
    - $ref: ../common.json#/parameters/limit
  responses:
    '200':
      description: ok
      content:
        application/json:
          schema: {type: array, items: {$ref: ../schemas/article.yaml}}
    default:
      $ref: ../common.json#/responses/Problem
"""
ONE = """item:
  parameters:
    - {name: slug, in: path, required: true, schema: {type: string}}
  get:
    responses:
      '200':
        description: ok
        content: {application/json: {schema: {$ref: '../api.yaml#/components/schemas/Article'}}}
"""
ARTICLE = """type: object
properties:
  author: {$ref: 'people.yaml#/$defs/Author'}
  parent: {$ref: '#'}
  tags: {$ref: '#/$defs/Tags'}
  pet:
    oneOf: [{$ref: pets.yaml#/Dog}, {$ref: ../api.yaml#/components/schemas/Cat}]
    discriminator: {propertyName: kind, mapping: {dog: 'pets.yaml#/Dog', cat: '../api.yaml#/components/schemas/Cat'}}
$defs:
  Tags: {type: array, items: {type: string}}
"""
PEOPLE = "$defs:\n  Author: {type: object, properties: {best: {$ref: article.yaml}}}\n"
PETS = """Dog:
  type: object
  required: [kind]
  properties: {kind: {type: string, const: dog}, friend: {$ref: '#/Dog'}}
"""
COMMON = """{
\t"parameters": {"limit": {"name": "limit", "in": "query", "schema": {"type": "integer"}}},
\t"responses": {"Problem": {"description": "p", "content": {"application/problem+json": {
\t\t"schema": {"$ref": "#/Problem"}}}}},
\t"Problem": {"type": "object", "properties": {"title": {"type": "string"}}}
}
"""
FILES = {
    "paths__articles_yaml": ARTICLES,
    "paths__article_yaml": ONE,
    "schemas__article_yaml": ARTICLE,
    "schemas__people_yaml": PEOPLE,
    "schemas__pets_yaml": PETS,
    "common_json": COMMON,
}


def test_many_files_become_one_document(tmp_path: Path) -> None:
    contract = load(tmp_path, API, **FILES)
    document: Any = contract.source
    ok = {"description": "ok"}
    assert document["paths"] == {
        "/articles": {
            "get": {
                "operationId": "listArticles",
                "parameters": [{"$ref": "#/components/parameters/limit"}],
                "responses": {
                    "200": {
                        **ok,
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Article"}}
                            }
                        },
                    },
                    "default": {"$ref": "#/components/responses/Problem"},
                },
            }
        },
        "/articles/{slug}": {
            "parameters": [{"name": "slug", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {
                "responses": {
                    "200": {
                        **ok,
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Article"}}},
                    }
                }
            },
            "summary": "One article",
        },
    }
    components = document["components"]
    assert list(components["schemas"]) == ["Article", "Cat", "Problem", "Author", "Dog", "common_Problem"]
    assert components["schemas"]["Article"]["properties"] == {
        "author": {"$ref": "#/components/schemas/Author"},
        "parent": {"$ref": "#/components/schemas/Article"},
        "tags": {"$ref": "#/components/schemas/Article/$defs/Tags"},
        "pet": {
            "oneOf": [{"$ref": "#/components/schemas/Dog"}, {"$ref": "#/components/schemas/Cat"}],
            "discriminator": {
                "propertyName": "kind",
                "mapping": {"dog": "#/components/schemas/Dog", "cat": "#/components/schemas/Cat"},
            },
        },
    }
    assert components["schemas"]["Author"]["properties"] == {"best": {"$ref": "#/components/schemas/Article"}}
    assert components["schemas"]["Dog"]["properties"]["friend"] == {"$ref": "#/components/schemas/Dog"}
    assert components["responses"]["Problem"]["content"]["application/problem+json"] == {
        "schema": {"$ref": "#/components/schemas/common_Problem"}
    }


def test_positions_lead_back_to_the_files(tmp_path: Path) -> None:
    contract = load(tmp_path, API, **FILES)
    places = {
        "/info/title": ("api.yaml", 2, 8),
        "/paths/~1articles": ("articles.yaml", 1, 1),
        "/paths/~1articles/get/responses/200": ("articles.yaml", 6, 5),
        "/paths/~1articles~1{slug}/summary": ("api.yaml", 7, 5),
        "/paths/~1articles~1{slug}/get/responses": ("article.yaml", 5, 5),
        "/components/schemas/Article/properties/tags": ("article.yaml", 5, 3),
        "/components/schemas/Cat": ("api.yaml", 13, 5),
        "/components/schemas/Dog/required": ("pets.yaml", 3, 3),
        "/components/parameters/limit/schema": ("common.json", 2, 59),
    }
    found = {pointer: contract.locate(pointer) for pointer in places}
    assert {pointer: (Path(at.file).name, at.line, at.column) for pointer, at in found.items()} == places


def test_the_bundle_loads_as_the_same_contract(tmp_path: Path) -> None:
    contract = load(tmp_path, API, **FILES)
    (tmp_path / "bundled").mkdir()
    again = load(tmp_path / "bundled", json.dumps(contract.source), "api.json")
    assert again.source == contract.source
    assert again.digest == contract.digest
    assert again.operations == contract.operations


def test_names_that_are_taken_get_the_file_then_the_folder_before_them(tmp_path: Path) -> None:
    text = f"""{HEAD}components:
  schemas:
    Pet: {{type: string}}
    common_Pet: {{type: string}}
    One: {{properties: {{a: {{$ref: 'shared/common.yaml#/Pet'}}, b: {{$ref: 'other/common.yaml#/Pet'}}}}}}
"""
    pet = "Pet: {type: integer}\n"
    contract = load(tmp_path, text, shared__common_yaml=pet, other__common_yaml=pet)
    schemas: Any = contract.source["components"]
    assert schemas["schemas"]["One"]["properties"] == {
        "a": {"$ref": "#/components/schemas/shared_common_Pet"},
        "b": {"$ref": "#/components/schemas/other_common_Pet"},
    }


def test_a_file_may_be_named_by_a_mapping_alone_and_by_two_components(tmp_path: Path) -> None:
    one = "{$ref: '#/components/schemas/One'}"
    text = f"""{HEAD}components:
  schemas:
    One: {{type: object}}
    Any: {{oneOf: [{one}], discriminator: {{propertyName: a, mapping: {{b: pet.yaml}}}}}}
"""
    schemas: Any = load(tmp_path, text, pet_yaml="type: object\n").source["components"]
    assert schemas["schemas"]["Any"]["discriminator"]["mapping"] == {"b": "#/components/schemas/pet"}
    text = f"{HEAD}components:\n  schemas:\n    A: {{$ref: pet.yaml}}\n    B: {{$ref: pet.yaml}}\n"
    schemas = load(tmp_path, text).source["components"]
    assert schemas["schemas"] == {"A": {"type": "object"}, "B": {"$ref": "#/components/schemas/A"}}


def test_an_item_of_a_list_is_called_after_the_list_too(tmp_path: Path) -> None:
    text = f"{HEAD}components:\n  schemas:\n    A: {{items: {{$ref: 'pet.yaml#/allOf/0'}}}}\n"
    schemas: Any = load(tmp_path, text, pet_yaml="allOf: [{type: object}]\n").source["components"]
    assert schemas["schemas"] == {
        "A": {"items": {"$ref": "#/components/schemas/allOf_0"}},
        "allOf_0": {"type": "object"},
    }


def test_a_file_with_an_identifier_refers_to_itself(tmp_path: Path) -> None:
    text = f"{HEAD}components:\n  schemas:\n    A: {{$ref: pet.yaml}}\n"
    pet = "$id: https://a.example/pet\n$ref: '#/$defs/a'\n$defs: {a: {type: string}}\n"
    judge = load(tmp_path, text, pet_yaml=pet).judges.judge("/components/schemas/A", Direction.REQUEST)
    assert (judge.is_valid("a"), judge.is_valid(1)) == (True, False)


def test_files_that_refer_to_one_another(tmp_path: Path) -> None:
    text = f"{HEAD}components:\n  schemas:\n    Tree: {{properties: {{root: {{$ref: node.yaml}}}}}}\n"
    node = "properties: {edges: {items: {$ref: edge.yaml}}}\n"
    contract = load(tmp_path, text, node_yaml=node, edge_yaml="properties: {to: {$ref: node.yaml}}\n")
    schemas: Any = contract.source["components"]
    assert schemas["schemas"]["edge"] == {"properties": {"to": {"$ref": "#/components/schemas/node"}}}
    assert schemas["schemas"]["node"]["properties"]["edges"]["items"] == {"$ref": "#/components/schemas/edge"}


def test_every_kind_of_component_comes_from_a_file_in_3_0(tmp_path: Path) -> None:
    text = """openapi: 3.0.4
info: {title: T, version: "1"}
paths:
  /a:
    post:
      parameters: [{$ref: 'all.yaml#/Q'}]
      requestBody: {$ref: 'all.yaml#/Body'}
      callbacks: {done: {$ref: 'all.yaml#/Done'}}
      security: [{key: []}]
      responses:
        '200':
          description: ok
          headers: {X-A: {$ref: 'all.yaml#/X-A'}}
          links: {next: {$ref: 'all.yaml#/Next'}}
          content: {text/plain: {examples: {one: {$ref: 'all.yaml#/One%20more'}}}}
components:
  securitySchemes: {key: {$ref: 'all.yaml#/Key'}}
"""
    every = """
Q: {name: q, in: query, schema: {type: string, nullable: true}}
Body: {content: {text/plain: {}}}
Done: {'{$request.body#/url}': {post: {responses: {'200': {description: ok}}}}}
X-A: {schema: {type: string}}
Next: {operationId: postA}
One more: {value: text}
Key: {type: apiKey, in: header, name: X-Key}
"""
    (operation,) = load(tmp_path, text, all_yaml=every).operations
    assert [parameter.name for parameter in operation.parameters] == ["q"]
    assert operation.parameters[0].schema is not None
    assert operation.parameters[0].schema.value == {"type": ["string", "null"]}
    assert operation.request_body is not None
    assert list(operation.request_body.content) == ["text/plain"]
    assert [each.operation_id for each in operation.callbacks["done"]] == ["postADonePost"]
    (answer,) = operation.responses
    assert list(answer.headers) == ["X-A"]
    assert answer.links["next"].operation_id == "postA"
    assert answer.content["text/plain"].examples == {"one": "text"}


FAULTS: list[tuple[str, str, dict[str, str], tuple[str, str, int, int]]] = [
    ("missing file", "{$ref: pet.yaml}", {}, ("reference-file-missing", "api.yaml", 5, 15)),
    ("missing part", "{$ref: 'pet.yaml#/Cat'}", {"pet_yaml": "Dog: {}\n"}, ("reference-missing", "api.yaml", 5, 15)),
    ("folder", "{$ref: .}", {}, ("reference-file-missing", "api.yaml", 5, 15)),
    ("outside", "{$ref: ../pet.yaml}", {}, ("reference-outside", "api.yaml", 5, 15)),
    ("no schema", "{$ref: pet.yaml}", {"pet_yaml": "[1]\n"}, ("reference-wrong-kind", "api.yaml", 5, 15)),
    ("broken file", "{$ref: pet.yaml}", {"pet_yaml": "a: [\n"}, ("yaml-syntax", "pet.yaml", 2, 1)),
    ("duplicate key", "{$ref: pet.yaml}", {"pet_yaml": "a: 1\na: 2\n"}, ("duplicate-key", "pet.yaml", 2, 1)),
    ("remote", "{$ref: 'https://example.com/pet.yaml'}", {}, ("reference-remote", "api.yaml", 5, 15)),
    ("remote in a file", "{$ref: pet.yaml}", {"pet_yaml": "items: {$ref: '//x/y'}\n"}, ("reference-remote", "pet.yaml", 1, 15)),
    ("its own #", "{$ref: pet.yaml}", {"pet_yaml": "items: {$ref: '#/components/schemas/A'}\n"}, ("reference-missing", "pet.yaml", 1, 15)),
    ("another kind", "{$ref: 'lib.yaml#/components/responses/R'}", {"lib_yaml": "components: {responses: {R: {description: r}}}\n"}, ("reference-wrong-kind", "api.yaml", 5, 15)),
    ("no URI", "{$ref: 'http://[::1#/a'}", {}, ("reference-remote", "api.yaml", 5, 15)),
    ("an index beyond all", f"{{$ref: 'pet.yaml#/allOf/{'9' * 4_301}'}}", {"pet_yaml": "allOf: [{}]\n"}, ("reference-missing", "api.yaml", 5, 15)),
    ("an index beyond all here", f"{{$ref: '#/x-a/{'9' * 4_301}', x-a: []}}", {}, ("reference-missing", "api.yaml", 5, 15)),
    ("bad schema in a file", "{$ref: pet.yaml}", {"pet_yaml": "properties:\n  a: {type: strin}\n"}, ("schema-invalid", "pet.yaml", 2, 13)),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "others", "expected"), [case[1:] for case in FAULTS], ids=[c[0] for c in FAULTS])
def test_what_is_wrong_is_told_in_the_file_where_it_is(
    schema: str, others: dict[str, str], expected: tuple[str, str, int, int], tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").touch()
    (found,) = diagnostics(tmp_path, f"{HEAD}components:\n  schemas:\n    A: {schema}\n", **others)
    assert found.location is not None
    assert (found.code, Path(found.location.file).name, found.location.line, found.location.column) == expected
    assert found.excerpt is not None


@pytest.mark.parametrize("components", ["", "\n  schemas:", "\n  schemas: []", " []"])
def test_there_is_no_place_for_files_in_what_is_no_mapping(components: str, tmp_path: Path) -> None:
    schema = "{oneOf: [{$ref: pet.yaml}], discriminator: {propertyName: a, mapping: {b: ./pet.yaml}}}"
    operation = f"{{get: {{responses: {{'200': {{description: ok, content: {{text/a: {{schema: {schema}}}}}}}}}}}}}"
    text = f"{HEAD}components:{components}\npaths:\n  /a: {operation}\n"
    found = diagnostics(tmp_path, text, pet_yaml="type: object\n")
    assert [(each.code, each.location.line if each.location else 0) for each in found] == [
        ("field-type", 4 if "schemas" in components else 3)
    ]


def test_a_file_beside_the_folder_of_the_contract_belongs_to_the_project(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "pet.yaml").write_text("type: object\n")
    (tmp_path / "openapi").mkdir()
    contract = load(tmp_path / "openapi", f"{HEAD}components:\n  schemas:\n    A: {{$ref: ../pet.yaml}}\n")
    assert contract.source["components"] == {"schemas": {"A": {"type": "object"}}}


def test_a_link_out_of_the_project_is_followed_nowhere(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").touch()
    (tmp_path / "secret.yaml").write_text("type: object\n")
    (project / "pet.yaml").symlink_to(tmp_path / "secret.yaml")
    (found,) = diagnostics(project, f"{HEAD}components:\n  schemas:\n    A: {{$ref: pet.yaml}}\n")
    assert found.code == "reference-outside"


def test_schemas_that_name_themselves(tmp_path: Path) -> None:
    text = f"""{HEAD}components:
  schemas:
    A: {{$id: 'https://example.com/a', properties: {{b: {{$ref: b}}, c: {{$ref: '#/$defs/c'}}}}, $defs: {{c: {{type: string}}}}}}
    B: {{$id: 'https://example.com/b', type: integer}}
    C: {{$ref: 'https://example.com/a'}}
    D: {{$anchor: here, type: string}}
    E: {{$ref: '#here'}}
"""
    contract = load(tmp_path, text)
    judge = contract.judges.judge("/components/schemas/C", Direction.REQUEST)
    assert judge.is_valid({"b": 1, "c": "x"})
    assert not judge.is_valid({"b": "x"})


def test_anchors_of_a_file_that_is_no_schema(tmp_path: Path) -> None:
    text = f"""{HEAD}paths:
  /a:
    post:
      requestBody: {{$ref: body.yaml}}
      responses: {{default: {{description: d}}}}
components:
  schemas:
    Title: {{$ref: 'body.yaml#/content/application~1json/schema/properties/title'}}
"""
    body = """content:
  application/json:
    schema: {properties: {title: {$anchor: title, maxLength: 2}, subtitle: {$ref: '#title'}}}
"""
    (operation,) = load(tmp_path, text, body_yaml=body).operations
    assert operation.request_body is not None
    schema = operation.request_body.content["application/json"].schema
    assert schema is not None
    assert isinstance(schema.value, dict)
    assert schema.value["properties"] == {
        "title": {"$anchor": "title", "maxLength": 2},
        "subtitle": {"$ref": "#/components/schemas/Title"},
    }


def test_the_document_s_own_name_is_no_remote_reference(tmp_path: Path) -> None:
    text = """openapi: 3.2.0
$self: https://example.com/api
info: {title: T, version: "1"}
components:
  parameters:
    A: {$ref: 'https://example.com/api#/components/parameters/B'}
    B: {name: b, in: query, schema: {}}
"""
    assert diagnostics(tmp_path, text) == []
