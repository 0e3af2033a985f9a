"""The table "What may change without notice" of docs/clients.md says what `handfast diff` says of such changes.

Each row of `PROMISES` makes a change of the publishing service's own contract that a phrase of the table is about.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias, cast

import pytest

from handfast.contract import load_contract, load_contract_text
from handfast.design.diff import Impact, compare

ROOT = Path(__file__).resolve().parents[3]
OLD = load_contract(ROOT / "openapi" / "api.yaml")
TEXT: Any = {"type": "string", "maxLength": 9, "description": "x"}

Edit: TypeAlias = Callable[[Any], object]


def schema(name: str) -> Callable[[Any], Any]:
    return lambda document: document["components"]["schemas"][name]


def tags(document: Any) -> Any:
    return document["paths"]["/tags"]["get"]


def problem() -> Any:
    return {"$ref": "#/components/responses/Conflict"}


def member(name: str, value: Any = TEXT, *, required: bool = False) -> Edit:
    def edit(document: Any) -> None:
        target = schema(name)(document)
        target["properties"]["extra"] = value
        target["required"] = [*target.get("required", ()), *(["extra"] if required else [])]

    return edit


def parameter(*, required: bool) -> Edit:
    added = {"name": "extra", "in": "query", "description": "x", "required": required, "schema": TEXT}
    return lambda document: tags(document)["parameters"].append(added)


def removed(*path: str) -> Edit:
    def edit(document: Any) -> None:
        *above, last = path
        for token in above:
            document = document[token]
        document.pop(last)

    return edit


def renamed_schema(document: Any) -> Any:
    return json.loads(
        json.dumps(document).replace("schemas/TagCount", "schemas/TagUse").replace('"TagCount"', '"TagUse"')
    )


def other_status(document: Any) -> None:
    tags(document)["responses"]["202"] = tags(document)["responses"].pop("200")


def other_media_type(document: Any) -> None:
    content = tags(document)["responses"]["200"]["content"]
    content["application/hal+json"] = content.pop("application/json")


def renamed_operation(document: Any) -> None:
    tags(document)["operationId"] = "readTags"
    tags(document)["responses"]["200"].pop("links")


def rename(name: str, value: Any) -> Edit:
    return lambda document: schema(name)(document).update(value)


PROMISES: list[tuple[str, str, Edit]] = [
    (
        "new operations",
        "minor",
        lambda document: document["paths"].update({"/extra": {"get": {**tags(document), "operationId": "extra"}}}),
    ),
    ("new optional parameters", "minor", parameter(required=False)),
    ("members of requests", "minor", member("NewComment")),
    ("new members of replies", "minor", member("TagCount")),
    ("new members of replies", "minor", member("TagCount", required=True)),
    ("problems", "minor", member("Problem")),
    (
        "new response headers",
        "minor",
        lambda document: tags(document)["responses"]["200"].update(
            {"headers": {"X-Extra": {"description": "x", "schema": TEXT}}}
        ),
    ),
    ("a wider range of what is accepted", "minor", rename("SearchText", {"maxLength": 1000})),
    (
        "new error statuses of the 4XX and 5XX that carry a problem",
        "minor",
        lambda document: tags(document)["responses"].update({"409": problem()}),
    ),
    ("texts", "minor", lambda document: tags(document).update(summary="Other words")),
    ("a removed", "breaking", removed("paths", "/tags")),
    ("operationId", "breaking", renamed_operation),
    ("parameter", "breaking", lambda document: tags(document)["parameters"].pop()),
    ("member", "breaking", removed("components", "schemas", "NewArticle", "properties", "summary")),
    ("schema", "breaking", renamed_schema),
    (
        "a member of a reply that goes away",
        "breaking",
        lambda document: (
            schema("TagCount")(document)["properties"].pop("articleCount"),
            schema("TagCount")(document)["required"].remove("articleCount"),
        ),
    ),
    (
        "becomes null",
        "breaking",
        lambda document: schema("TagCount")(document)["properties"]["articleCount"].update(type=["integer", "null"]),
    ),
    ("or optional", "breaking", lambda document: schema("TagCount")(document)["required"].remove("articleCount")),
    ("a narrower one", "breaking", rename("SearchText", {"maxLength": 3})),
    ("a new required parameter", "breaking", parameter(required=True)),
    ("or member", "breaking", member("NewComment", required=True)),
    ("a status", "breaking", other_status),
    ("a media type of a success that changes", "breaking", other_media_type),
    ("a new enum value", "breaking", lambda document: schema("ArticleStatus")(document)["enum"].append("hidden")),
    (
        "alternative of a reply",
        "breaking",
        lambda document: schema("TagCount")(document)["properties"].update(
            name={"oneOf": [{"$ref": "#/components/schemas/TagName"}, {"type": "integer"}]}
        ),
    ),
    (
        "scopes",
        "breaking",
        lambda document: document["paths"]["/accounts/me"]["get"].update(security=[{"oauth2": ["articles"]}]),
    ),
    ("other credentials", "breaking", lambda document: tags(document).update(security=[{"oauth2": []}])),
]


@pytest.mark.parametrize(
    ("phrase", "version", "edit"), PROMISES, ids=[f"{phrase}-{index}" for index, (phrase, _, _) in enumerate(PROMISES)]
)
def test_the_difference_keeps_what_the_table_promises(phrase: str, version: str, edit: Edit) -> None:
    assert any(phrase in cell for cell in cells(version)), phrase
    document: Any = copy.deepcopy(dict(OLD.source))
    new: Any = edit(document)
    document = cast("Any", new) if isinstance(new, dict) and "openapi" in new else document
    difference = compare(OLD, load_contract_text(json.dumps(document), "new.json", validate=False))
    assert difference.changes
    assert difference.has(Impact.BREAKING) is (version == "breaking"), [each.message for each in difference.changes]


def cells(version: str) -> list[str]:
    """The cells of one column of the table."""
    page = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8").partition("## What may change without notice")[2]
    rows = re.findall(r"^\| (.*) \| (.*) \|$", page, re.MULTILINE)
    return [row[0 if version == "minor" else 1] for row in rows]
