"""The kinds of defects that linters of contracts are compared by, each seeded into a realistic contract.

`cases/publishing.yaml` is a contract as teams write them; nothing is to be reported of it. Each row changes it in one
place; `»` stands where the line is that must be named.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from handfast.contract import load_contract
from handfast.design.lint import lint
from handfast.errors import ContractError, Diagnostic

FOLDER = Path(__file__).with_name("cases")
TEXT = (FOLDER / "publishing.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Defect:
    kind: str
    code: str
    old: str
    new: str
    also: tuple[str, str] = ("", "")


TITLE = "    Title:\n      description: The headline of an article.\n      type: string"
NAMES = "    TagCount:\n      description: A tag and how often it is used."
COUNT = "          description: How many published articles have the tag.\n          type: integer\n"
BEASTS = """\
    Beast:
{union}
    Cat: {{ type: object, maxProperties: 9, required: [{cat}], properties: {{ kind: {{ type: string, const: cat }} }} }}
    Dog: {{ type: object, maxProperties: 9, required: [kind], properties: {{ kind: {{ type: string, const: dog }} }} }}
"""
BOTH = "      oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }]\n"
MAPPED = "{ cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog' }"
USED = "        name: { $ref: '#/components/schemas/TagName' }\n"
READY = "      operationId: getReadiness\n"
GONE = "        '204':\n          description: The comment is gone.\n"
LIMIT = "        - name: q\n"


def union(mapping: str, cat: str = "kind", at: str = "") -> str:
    lines = f"{BOTH}      {at}discriminator: {{ propertyName: kind, mapping: {mapping} }}"
    return BEASTS.format(union=lines, cat=cat) + NAMES


DEFECTS = (
    # Eight that spectral, redocly and openapi-spec-validator all miss.
    Defect("operationIds that differ in case", "operation-id-case", READY, "      »operationId: getliveness\n"),
    Defect(
        "look-ahead in a pattern",
        "pattern-backtracking",
        r"pattern: '^[A-Za-z0-9_-]+$'",
        r"»pattern: '^(?=a)[a-z]+$'",
    ),
    Defect(r"\p{L} in a pattern", "pattern-unportable", r"pattern: '^[A-Za-z0-9_-]+$'", r"»pattern: '^\p{L}+$'"),
    Defect(
        "body of a GET",
        "body-unexpected",
        "      operationId: getLiveness\n",
        "      operationId: getLiveness\n"
        "      »requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Health' } } } }\n",
    ),
    Defect(
        "content of a 204",
        "body-unexpected",
        GONE,
        f"{GONE}          »content: {{ text/plain: {{ schema: {{ type: string }} }} }}\n",
    ),
    Defect(
        "reserved header parameter",
        "parameter-ignored",
        LIMIT,
        "        »- name: Authorization\n          in: header\n          schema: { type: string }\n" + LIMIT,
    ),
    Defect("numeric format of a string", "keyword-ineffective", TITLE, f"{TITLE}\n      »format: int32"),
    Defect(
        "contradictory allOf",
        "schema-unsatisfiable",
        USED,
        "        »name: { allOf: [{ $ref: '#/components/schemas/TagName' }, { type: integer }] }\n",
    ),
    Defect(
        "closed branch of an allOf",
        "all-of-closed",
        NAMES,
        f"{NAMES}\n      allOf:\n        »- {{ additionalProperties: false, properties: {{ name: {{}} }} }}",
    ),
    # Seven that redocly alone finds.
    Defect(
        "example that breaks its schema",
        "example-invalid",
        "{ name: computing, articleCount: 3 }",
        "»{ name: computing, articleCount: three }",
    ),
    Defect(
        "required, but undefined",
        "required-undefined",
        "      required: [name, articleCount]",
        "      »required: [name, articleCounts]",
    ),
    Defect("discriminator that is optional", "discriminator-optional", NAMES, union(MAPPED, "x", "»")),
    Defect(
        "discriminator with a wrong mapping",
        "discriminator-target-unknown",
        NAMES,
        union("{ cat: '#/components/schemas/Kitten' }", at="»"),
    ),
    Defect("nullable in 3.1", "nullable-ignored", TITLE, f"{TITLE}\n      »nullable: true"),
    Defect("misspelt keyword", "keyword-unknown", "      maxLength: 30\n", "      »maxLenght: 30\n"),
    Defect(
        "no 4XX at all",
        "refusal-undeclared",
        "        '200': { $ref: '#/components/responses/Healthy' }\n"
        "        '400': { $ref: '#/components/responses/BadRequest' }\n"
        "        '422': { $ref: '#/components/responses/UnprocessableContent' }\n"
        "        '500': { $ref: '#/components/responses/InternalServerError' }\n"
        "        '503': { $ref: '#/components/responses/ServiceUnavailable' }\n\n"
        "  /health/ready:",
        "        '200': { $ref: '#/components/responses/Healthy' }\n\n  /health/ready:",
    ),
    # Three that redocly misses.
    Defect(
        "default that breaks its schema", "default-invalid", "            default: newest", "            »default: best"
    ),
    Defect("pattern that is none", "pattern-invalid", "pattern: '^[a-z][a-z0-9_]*$'", "»pattern: '^[a-z'"),
    Defect("status that is none", "status-invalid", GONE, GONE.replace("'204'", "»'2o4'")),
    # Two that spectral alone finds.
    Defect(
        "undeclared tag",
        "tag-undeclared",
        "      tags: [health]\n      summary: Is",
        "      »tags: [healht]\n      summary: Is",
    ),
    Defect(
        "array without items",
        "items-missing",
        "          »type: array\n".replace("»", "") + "          maxItems: 100\n"
        "          items: { $ref: '#/components/schemas/Comment' }\n",
        "          type: array\n          maxItems: 100\n",
    ),
    # What several find.
    Defect("duplicate operationId", "operation-id-duplicate", READY, "      »operationId: listTags\n"),
    Defect("reference to nothing", "reference-missing", USED, USED.replace("{", "»{").replace("TagName'", "TagNam'")),
    Defect(
        "undeclared variable of a path", "path-variable-undeclared", "  /tags:\n    get:", "  /tags/{tag}:\n    »get:"
    ),
    Defect(
        "path parameter that is not in the path",
        "parameter-undeclared-in-path",
        LIMIT,
        "        »- { name: id, in: path, required: true, schema: { type: string } }\n" + LIMIT,
    ),
    Defect(
        "equal paths",
        "path-duplicate",
        "  /tags:\n",
        "  »/articles/{name}:\n    parameters:\n"
        "      - { name: name, in: path, required: true, schema: { $ref: '#/components/schemas/Slug' } }\n"
        "    get: { operationId: x, responses: { '200': { description: x } } }\n  /tags:\n",
    ),
    Defect(
        "ambiguous paths",
        "path-ambiguous",
        "  /tags:\n",
        "  »/articles/latest/{what}:\n    get:\n"
        "      operationId: getLatest\n      parameters: [{ name: what, in: path, required: true, description: What.,"
        " schema: { $ref: '#/components/schemas/Slug' } }]\n      responses: { '200': { description: It. } }\n"
        "  /articles/{slug}/{part}:\n    get:\n      operationId: getPart\n      parameters:\n"
        "        - { $ref: '#/components/parameters/Slug' }\n        - { name: part, in: path, required: true,"
        " description: What., schema: { $ref: '#/components/schemas/Slug' } }\n"
        "      responses: { '200': { description: It. } }\n  /tags:\n",
    ),
    Defect("duplicate keys", "duplicate-key", TITLE, f"{TITLE}\n      »type: string"),
    Defect("unused component", "component-unused", NAMES, f"    »Left: {{ type: string, maxLength: 9 }}\n{NAMES}"),
    Defect(
        "no security",
        "security-unsaid",
        "    get:\n      operationId: getReadiness",
        "    »get:\n      operationId: getReadiness",
        (
            "shutting down, the answer is 503: send\n        requests elsewhere.\n      security: []\n",
            "shutting down, the answer is 503: send\n        requests elsewhere.\n",
        ),
    ),
    Defect("no description", "description-missing", "          description: Only articles with this tag.\n", ""),
    Defect("address of the server with a slash", "server-url", "  - url: /api/v1\n", "  - »url: /api/v1/\n"),
    Defect(
        "undeclared variable of a server",
        "server-variable-unknown",
        "  - url: /api/v1\n",
        "  - »url: https://{host}/api/v1\n",
    ),
    Defect("a value twice in an enum", "enum-value-wrong", "enum: [newest,", "»enum: [newest, newest,"),
    Defect("operationId missing", "operation-id-missing", "    get:\n      operationId: listTags\n", "    »get:\n"),
    Defect("operationId that is no name", "operation-id-form", READY, "      »operationId: get-Readiness\n"),
    Defect(
        "summary missing",
        "summary-missing",
        "    get:\n      operationId: listTags\n      tags: [tags]\n      summary: List the tags in use\n",
        "    »get:\n      operationId: listTags\n      tags: [tags]\n",
    ),
    Defect(
        "unknown security scheme",
        "security-scheme-unknown",
        "        - oauth2: [comments]\n      responses:\n        '204':\n          description: The comment is gone.",
        "        »- oauth: [comments]\n      responses:\n        '204':\n          description: The comment is gone.",
    ),
    Defect("unknown field", "field-unknown", READY, "      »operationID: getReadiness\n"),
    Defect(
        "unknown location",
        "field-value",
        "      in: path\n      required: true\n      description: The article.",
        "      »in: paht\n      required: true\n      description: The article.",
    ),
    Defect("unknown type", "schema-invalid", f"{COUNT}", COUNT.replace("type: integer", "»type: int")),
    Defect(
        "bounds that exclude each other",
        "schema-unsatisfiable",
        "    Handle:\n      description: The name by which an"
        " account is known to everybody.\n      type: string\n      minLength: 3\n",
        "    »Handle:\n      description: The name by which an account is known to everybody.\n      type: string\n"
        "      minLength: 31\n",
    ),
    Defect(
        "license that one generator refuses",
        "license-incomplete",
        "  license:\n    name: MIT\n    identifier: MIT\n",
        "  »license:\n    name: MIT\n",
    ),
    Defect(
        "link to nothing",
        "link-wrong",
        "query.tag: $response.body#/items/0/name",
        "»query.tag: $response.body#/items/0/nam",
    ),
    Defect(
        "tag twice", "tag-duplicate", "  - name: health\n", "  »- name: tags\n    description: x\n  - name: health\n"
    ),
    Defect("path that ends with a slash", "path-trailing-slash", "  /tags:\n", "  »/tags/:\n"),
)


def found_in(folder: Path, text: str) -> list[Diagnostic]:
    shutil.copy(FOLDER / "publishing.lint.yaml", folder / "lint.yaml")
    file = folder / "api.yaml"
    file.write_text(text, encoding="utf-8")
    try:
        return list(lint(load_contract(file)))
    except ContractError as error:
        return list(error.diagnostics)


def test_nothing_is_reported_of_the_contract_itself(tmp_path: Path) -> None:
    assert [str(each) for each in found_in(tmp_path, TEXT)] == []


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.kind)
def test_a_defect_is_found_at_its_line(defect: Defect, tmp_path: Path) -> None:
    assert TEXT.count(defect.old) == 1, TEXT.count(defect.old)
    text = TEXT.replace(defect.old, defect.new).replace(*defect.also)
    text = text.replace("security:\n  - oauth2: []\n\n", "") if defect.also[0] else text
    found = found_in(tmp_path, text.replace("»", ""))
    lines = {each.location.line for each in found if each.location and each.code == defect.code}
    assert lines, sorted({each.code for each in found})
    if "»" in text:
        assert text[: text.index("»")].count("\n") + 1 in lines, [str(each) for each in found]


def test_there_are_all_kinds() -> None:
    assert len({defect.kind for defect in DEFECTS}) == len(DEFECTS) >= 34
