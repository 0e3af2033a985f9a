"""The report on generated models: untouched ones refuse nothing, and each that is made narrower is found out."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from jsonschema_rs import Draft202012Validator
from pydantic import AfterValidator, Field

from handfast.contract import Contract, load_contract
from handfast.contract.engine import FORMATS
from handfast.design.fidelity import Report, Verdict, report
from handfast.design.fidelity.admitted import admitted, core_of
from handfast.design.fidelity.printed import as_json, as_text
from handfast.errors import ContractError, GenerationError
from handfast.generate import generate
from handfast.runtime import Date, DateTime, Upload, Uuid
from handfast.runtime.build import Builder, ModelMismatch
from handfast.runtime.problems import Refused
from tests.corpora import corpus
from tests.generate.made import contract, operation

_REFERENCE = "#/components/schemas/"


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


_ARTICLE = {
    **_object(
        slug={"type": "string", "pattern": "^[a-z]+$", "maxLength": 80},
        title={"type": ["string", "null"], "maxLength": 200},
        rank={"type": "integer", "minimum": 1},
        score={"type": "number"},
        status={"enum": ["draft", "published", None]},
        level={"type": "integer", "enum": [1, 2, 3]},
        tags={"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        createdAt={"type": "string", "format": "date-time"},
        day={"type": ["string", "null"], "format": "date"},
        key={"type": "string", "format": "uuid"},
        author={"$ref": f"{_REFERENCE}Author"},
        replies={"type": "array", "items": {"$ref": f"{_REFERENCE}Article"}},
        more={"type": "object", "additionalProperties": {"type": "integer"}},
        flag={"type": "boolean"},
        anything={},
    ),
    "required": ["slug"],
}
_SCHEMAS = {
    "Article": _ARTICLE,
    "Author": {**_object(name={"type": "string"}), "additionalProperties": {"type": ["string", "integer"]}},
    "Closed": {**_object(a={"type": "string"}), "additionalProperties": False},
    "Either": {"oneOf": [{"$ref": f"{_REFERENCE}Author"}, {"type": "string"}]},
    "Mood": {"type": "string", "enum": ["good", "bad"], "x-enum-varnames": ["GOOD", "BAD"]},
    "Name": {"type": "string", "minLength": 1},
    "Rules": {
        "type": "object",
        "properties": {"a": {"type": "integer", "multipleOf": 5}, "b": {}},
        "not": {"required": ["b"]},
        "if": {"required": ["a"]},
        "then": {"minProperties": 2},
        "dependentRequired": {"a": ["c"]},
        "unevaluatedProperties": {"type": "string"},
        "patternProperties": {"^x": {"type": "integer"}},
    },
}


def _shop() -> Contract:
    inline = _object(n={"type": "integer", "maximum": 9}, at={"type": "string", "format": "date"})
    sent = operation("send", request=inline, response={"type": "array", "items": inline})
    sent["parameters"] = [
        {"name": "since", "in": "query", "schema": {"type": "string", "format": "date-time"}},
        {"name": "q", "in": "query", "schema": {"type": "string"}},
    ]
    return contract({"/send": {"post": sent}}, schemas=_SCHEMAS)


# What is changed in models.py by hand, and the schema that the report must name for it.
MUTANTS = [
    ("max_length=80", "max_length=40", "Article"),
    ("max_length=200", "max_length=10", "Article"),
    ("max_length=80", "max_length=80, min_length=3", "Article"),
    ("ge=1", "ge=2", "Article"),
    ("ge=1", "ge=1, le=10**9", "Article"),
    ("ge=1", "gt=1", "Article"),
    ("ge=1", "ge=1, multiple_of=2", "Article"),
    ("score: int | float |", "score: int |", "Article"),
    ('Literal["draft", "published"] | None', 'Literal["draft"] | None', "Article"),
    ('Literal["draft", "published"] | None', 'Literal["draft", "published"]', "Article"),
    ("Literal[1, 2, 3]", "Literal[1, 2]", "Article"),
    ("tags: list[str]", "tags: list[Name]", "Article"),
    ("tags: list[str]", 'tags: list[Literal["a"]]', "Article"),
    ("tags: list[str] | MISSING", "tags: Annotated[list[str] | MISSING, Field(max_length=5)]", "Article"),
    ("tags: list[str]", "tags: set[str]", "Article"),
    ("day: Date | None", "day: Date", "Article"),
    ("key: Uuid | MISSING = MISSING", "key: Uuid", "Article"),
    ("key: Uuid | MISSING", "key: Date | MISSING", "Article"),
    ("author: Author | MISSING = MISSING", "author: Author", "Article"),
    ("author: Author |", "author: Closed |", "Article"),
    ("replies: list[Article]", "replies: list[Author]", "Article"),
    ("dict[str, int]", "dict[str, bool]", "Article"),
    ("flag: bool", "flag: Literal[True]", "Article"),
    ("anything: Any", "anything: str", "Article"),
    ("class Article(Model):", 'class Article(Model, extra="forbid"):', "Article"),
    ("class Article(Model):", 'class Article(Model, extra="ignore"):', "Article"),
    ("class Article(Model):", "class Article(Model, str_max_length=7):", "Article"),
    ('Field(alias="createdAt")', 'Field(alias="created_at")', "Article"),
    ("dict[str, str | int]", "dict[str, str]", "Author"),
    ('class Closed(Model, extra="forbid"):\n', 'class Closed(Model, extra="forbid"):\n    b: int\n', "Closed"),
    ("Author | str", "Author", "Either"),
    ('    BAD = "bad"\n', "", "Mood"),
    ("Annotated[str, Field(min_length=1)]", "Annotated[str, Field(min_length=2)]", "Name"),
    (
        "n: Annotated[int | MISSING, Field(le=9)]",
        "n: Annotated[int | MISSING, Field(le=8)]",
        "send body application/json",
    ),
    ("at: Date |", "at: DateTime |", "send body application/json"),
]


@pytest.fixture(scope="module")
def shop() -> Contract:
    return _shop()


@pytest.fixture(scope="module")
def package(shop: Contract, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop") / "generated"
    generate(shop, folder)
    return folder


def _refusing(made: Report) -> set[str]:
    return {entry.title for entry in made.entries if entry.verdict is Verdict.REFUSES}


def test_what_is_generated_is_proven(shop: Contract, package: Path) -> None:
    made = report(shop, package)
    verdicts = {entry.title: entry.verdict for entry in made.entries}
    assert verdicts == dict.fromkeys(verdicts, Verdict.PROVEN)
    assert set(verdicts) == {*_SCHEMAS, "send body application/json", "send 200 application/json", "send query since"}
    assert all(entry.tried > 0 for entry in made.entries)
    assert as_json(report(shop, package)) == as_json(made)
    assert "schemas: 10 proven (seed 0)" in as_text(made)


def test_keywords_that_only_the_judge_holds_are_named_with_their_places(shop: Contract, package: Path) -> None:
    entries = {entry.title: entry for entry in report(shop, package).entries}
    found = {judged.pointer.removeprefix("/components/schemas/") for judged, _ in entries["Article"].judged}
    assert found == {"Article/properties/slug/pattern", "Article/properties/tags/uniqueItems"}
    rules = {judged.pointer.removeprefix("/components/schemas/Rules/") for judged, _ in entries["Rules"].judged}
    assert rules == {
        *("not", "if", "dependentRequired", "unevaluatedProperties", "patternProperties", "properties/a/multipleOf"),
    }
    assert not entries["Author"].judged
    assert {judged.keyword for judged, _ in entries["Either"].judged} == set()
    assert all(location.line == 1 for _, location in entries["Rules"].judged)


@pytest.mark.parametrize(("old", "new", "title"), MUTANTS)
def test_a_model_that_was_made_narrower_is_found_out(
    shop: Contract, package: Path, tmp_path: Path, old: str, new: str, title: str
) -> None:
    folder = tmp_path / "generated"
    for file in package.rglob("*"):
        if file.suffix in (".py", ".json", ".txt"):
            target = folder / file.relative_to(package)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    models = folder / "models.py"
    text = models.read_text(encoding="utf-8")
    assert old in text
    models.write_text(text.replace(old, new), encoding="utf-8")
    made = report(shop, folder)
    assert title in _refusing(made), as_text(made)
    refused = next(entry for entry in made.entries if entry.title == title)
    assert refused.refusal is not None
    assert shop.judges.judge(refused.pointer, refused.direction).is_valid(refused.refusal.value)
    printed = as_text(made)
    assert "    the schema admits: " + json.dumps(refused.refusal.value, ensure_ascii=False)[:400] in printed
    assert f"    Pydantic: {refused.refusal.said}" in printed


def test_a_package_of_another_contract_is_an_error_that_says_what_is_missing(shop: Contract, tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match="is no generated package\n    hint: run handfast generate"):
        report(shop, tmp_path)
    generate(contract(schemas={"Article": _ARTICLE, "Author": _SCHEMAS["Author"]}), tmp_path / "generated")
    with pytest.raises(GenerationError, match="the generated package lacks Closed\n    hint: run handfast generate"):
        report(shop, tmp_path / "generated")


def test_constants_that_are_no_dates_for_everyone_take_their_format_out_of_proofs(tmp_path: Path) -> None:
    """The reasoner's own idea of a date-time differs from the judge's for some texts: then values decide."""
    odd = {"type": "string", "format": "date-time", "enum": ["1998-12-31T23:59:60+00:30", "1998-12-31T23:59:60Z"]}
    made = contract(schemas={"Odd": odd, "When": {"type": "string", "format": "date-time"}})
    generate(made, tmp_path / "generated")
    verdicts = {entry.title: entry.verdict for entry in report(made, tmp_path / "generated").entries}
    assert Verdict.REFUSES not in verdicts.values()


def test_files_and_types_that_say_nothing_are_left_to_the_judge(tmp_path: Path) -> None:
    form = _object(file={"type": "string", "format": "binary"}, note={"type": "string", "pattern": "x"})
    sent = operation("send", requestBody={"content": {"multipart/form-data": {"schema": form}}})
    made = contract({"/s": {"post": sent}}, schemas={"Free": {}, "Not": {"not": {"type": "string"}}})
    generate(made, tmp_path / "generated")
    entries = {entry.title: entry for entry in report(made, tmp_path / "generated").entries}
    assert {title: entry.verdict for title, entry in entries.items()} == {
        "Free": Verdict.JUDGED,
        "Not": Verdict.JUDGED,
        "send body multipart/form-data": Verdict.JUDGED,
    }
    assert [judged.keyword for judged, _ in entries["Not"].judged] == ["not"]


def test_integers_that_no_double_holds_are_taken_as_they_are(tmp_path: Path) -> None:
    great = 10**400
    schemas = {
        "Least": {"type": "integer", "minimum": great},
        "Over": {"type": "number", "exclusiveMinimum": great},
        "One": {"type": "integer", "enum": [1, great]},
        "Whole": {"enum": [1e300, "a"]},
        "Unsigned": {"const": 2**63},
        "Text": {"type": "string", "maxLength": great},
        "Steps": {"type": "integer", "multipleOf": great},
    }
    made = contract({}, schemas=schemas)
    generate(made, tmp_path / "generated")
    assert [entry.title for entry in report(made, tmp_path / "generated").entries if entry.refusal] == []


def test_formats_that_are_annotations_are_no_types_and_nobodys_to_hold(tmp_path: Path) -> None:
    text = (
        '{"openapi": "3.1.1", "info": {"title": "t", "version": "1"}, "paths": {}, "%s": "annotate", "components": %s}'
    )
    document = text % (FORMATS, json.dumps({"schemas": {"Day": {"type": "string", "format": "date"}}}))
    file = tmp_path / "api.json"
    file.write_text(document, encoding="utf-8")
    made = load_contract(file)
    generate(made, tmp_path / "generated")
    (entry,) = report(made, tmp_path / "generated").entries
    assert (entry.verdict, entry.judged) == (Verdict.PROVEN, ())


@pytest.mark.parametrize("is_closed", [False, True])
def test_members_of_one_direction_are_reported_in_each(tmp_path: Path, is_closed: bool) -> None:
    reference = {"$ref": f"{_REFERENCE}User"}
    members = {"id": {"type": "integer", "readOnly": True}, "name": {"type": "string"}, "friend": reference}
    user = {**_object(**members), "required": ["id", "name"], "additionalProperties": not is_closed}
    made = contract({"/u": {"post": operation("add", request=reference, response=reference)}}, schemas={"User": user})
    generate(made, tmp_path / "generated")
    found = [(entry.title, entry.verdict) for entry in report(made, tmp_path / "generated").entries]
    assert found == [("User (response)", Verdict.PROVEN), ("UserRequest (request)", Verdict.PROVEN)]


@pytest.mark.slow
def test_contracts_that_others_wrote_become_models_that_refuse_nothing(tmp_path: Path) -> None:
    verdicts: list[Verdict] = []
    for index, document in enumerate(sorted(corpus("feature-fixtures").rglob("*.json"))):
        try:
            made = load_contract(document)
        except ContractError:
            continue
        generate(made, tmp_path / str(index))
        found = report(made, tmp_path / str(index))
        assert not found.refusals, as_text(found)
        verdicts.extend(entry.verdict for entry in found.entries)
    assert len(verdicts) > 400
    assert verdicts.count(Verdict.PROVEN) > 0.95 * len(verdicts)


# What is read of types must never be more than what they take; True where it is not less either.
TYPES = [
    (str, True),
    (Annotated[str, Field(min_length=1, max_length=2)], True),
    (Annotated[str, Field(pattern="^a")], False),
    (int, True),
    (Annotated[int, Field(ge=0, lt=10)], True),
    (Annotated[int, Field(multiple_of=7)], False),
    (float, True),
    (Annotated[int | float, Field(gt=0.5)], True),
    (bool, True),
    (None, True),
    (int | float | None, True),
    (Literal["a", 7], True),
    (Literal[0, 1], False),
    (Literal[True], False),
    (list[int], True),
    (Annotated[list[str | None], Field(max_length=1)], True),
    (Annotated[list[str] | str, Field(max_length=1)], True),
    (dict[str, int | list[str]], True),
    (dict[int, str], False),
    (Any, True),
    (DateTime, True),
    (Date | Uuid | None, True),
    (Upload, False),
    (set[str], False),
    (tuple[str, int], False),
    (Decimal, False),
    (bytes, False),
    (Annotated[str, AfterValidator(str.upper)], False),
    (Annotated[str, Field(strict=False)], True),
]
VALUES: list[Any] = [
    *(None, True, False, 0, 1, 1.0, 7, 10, -1, 0.5, 0.75, 1e300, 2**64, "", "a", "A", "ab", "abc", "1", "true", "😀😀"),
    *(
        "2026-01-31",
        "2026-01-31T12:00:00Z",
        "1998-12-31t23:59:60z",
        "2026-02-30",
        "9b2f4c1e-7c1d-4f5e-8a3b-0d6c5e4f3a2b",
    ),
    *([], [1], [1.0], ["a"], [None], ["a", 1], ["a", "b"], [True], {}, {"a": 1}, {"a": "b"}, {"a": ["b"]}, {"1": "a"}),
]


@pytest.mark.parametrize(("annotation", "is_exact"), TYPES, ids=str)
def test_no_more_is_read_of_a_type_than_it_takes(annotation: Any, is_exact: bool) -> None:
    found = admitted(core_of(annotation), lambda _: None, frozenset({"date-time", "date", "uuid"}))
    reading = Draft202012Validator(found.schema, validate_formats=True)
    builder = Builder(annotation)
    differing = []
    for value in VALUES:
        try:
            builder.from_json(json.dumps(value).encode(), value)
        except (ModelMismatch, Refused):
            assert not reading.is_valid(value), value
        else:
            differing.append(value) if not reading.is_valid(value) else None
    assert found.exact or not is_exact
    assert differing == [] or not is_exact
