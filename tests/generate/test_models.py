"""Generated models admit all that the schema admits, keep it as it is, and refuse what Pydantic can say exactly."""

from __future__ import annotations

import json
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from pydantic import MISSING, BaseModel, TypeAdapter, ValidationError

from handfast.contract.model import Direction
from handfast.contract.names import RESERVED_MEMBERS, member_names
from handfast.errors import GenerationError
from handfast.generate import generate
from handfast.generate.enums import TAKEN
from tests.generate.made import contract, imported, json_content, operation

_REFERENCE = "#/components/schemas/"

# Schema, what it admits, and what the model refuses because Pydantic means the same.
EXACT: list[tuple[Any, list[Any], list[Any]]] = [
    ({"type": "string", "minLength": 2, "maxLength": 3}, ["ab", "😀😀😀"], ["a", "abcd", 1, None]),
    ({"type": ["string", "null"], "maxLength": 1}, [None, "", "é"], ["ab", 0]),
    ({"type": "integer", "minimum": 1, "exclusiveMaximum": 4}, [1, 3], [0, 4, 1.5, "1", True]),
    ({"type": "integer", "minimum": 1.5}, [2], [1]),
    ({"type": "integer", "exclusiveMinimum": 1.5, "exclusiveMaximum": 3}, [2], [1, 3]),
    ({"type": "number", "minimum": 1, "exclusiveMinimum": 1}, [1.5], [1, 1.0]),
    ({"allOf": [{"type": "number", "maximum": 2}, {"type": "number", "exclusiveMaximum": 2}]}, [1.5], [2]),
    ({"allOf": [{"type": "number", "exclusiveMaximum": 2}, {"type": "number", "maximum": 2}]}, [1.5], [2]),
    (
        {
            "allOf": [
                {"type": "object", "properties": {"a": {}}, "additionalProperties": False},
                {"properties": {"b": {}}},
            ]
        },
        [{"a": 1}],
        [{"b": 1}],
    ),
    ({"type": "integer", "format": "int64"}, [2**63 - 1, -(2**63)], []),
    ({"type": "integer"}, [10**30, -1], [0.5]),
    ({"type": "number", "minimum": 0.5}, [0.5, 1, 10**30, 1e300], [0.25, 0]),
    ({"type": ["number", "null"], "exclusiveMinimum": 0}, [None, 0.1, 1], [0, -1]),
    (
        {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 2},
        [[1], [1, 2]],
        [[], [1, 2, 3], ["a"]],
    ),
    ({"type": ["array", "null"], "maxItems": 1}, [None, [], [{"any": [1]}]], [[1, 2]]),
    ({"enum": ["a", "b", None]}, ["a", None], ["c"]),
    ({"enum": [1, 2]}, [1], [3]),
    ({"enum": [0, False]}, [0, False], ["a"]),
    ({"const": True}, [True], ["a"]),
    ({"enum": [1.5, 2]}, [1.5, 2], ["a"]),
    ({"type": "object", "additionalProperties": False, "properties": {"a": {}}}, [{}, {"a": None}], [{"b": 1}]),
    ({"type": "object", "properties": {"a": {}}, "required": ["a"]}, [{"a": 1, "b": [2]}], [{}, {"b": 1}]),
    ({"type": "object", "additionalProperties": {"type": "integer"}}, [{}, {"x": 1}], [{"x": "a"}]),
    (
        {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "integer"}},
        [{"a": "x"}, {"b": 1}],
        [{"b": "x"}, {"a": 1}],
    ),
    (
        {"type": "object", "patternProperties": {"^i": {"type": "integer"}}, "additionalProperties": False},
        [{"i": 1}],
        [{"i": "x"}],
    ),
    ({"type": "object", "properties": {"n": {"type": "string"}}}, [{}], [{"n": None}]),
    ({"type": "object", "properties": {"n": {"type": ["string", "null"]}}}, [{}, {"n": None}, {"n": "x"}], [{"n": 1}]),
    ({"type": "string", "format": "date-time"}, ["2026-01-01t00:00:00z", "1998-12-31T23:59:60Z"], ["today"]),
    ({"type": ["string", "null"], "format": "date"}, [None, "2026-02-28"], ["2026-02-30"]),
    (
        {"type": "array", "items": {"type": "string", "format": "uuid"}},
        [["ABCDEFAB-0000-4000-8000-000000000000"]],
        [["x"]],
    ),
    (
        {"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}}, {"required": ["a"]}]},
        [{"a": 1}],
        [{}],
    ),
    (
        {
            "allOf": [{"properties": {"a": {"minimum": 3, "type": "integer"}}}, {"properties": {"a": {"maximum": 5}}}],
            "type": "object",
        },
        [{"a": 4}, {}],
        [{"a": 2}],
    ),
]

# What only the judge refuses: the model must be wide enough for all of it.
WIDE: list[tuple[Any, list[Any]]] = [
    ({"enum": [1, True, "a"]}, [1, True, "a"]),
    ({"anyOf": [{"const": 0}, {"const": False}]}, [0, False]),
    (True, [None, 1, "a", [], {}]),
    ({"type": "string", "pattern": "^a+$", "minLength": 0}, ["aaa"]),
    ({"properties": {"a": {"type": "integer"}}}, [{"a": 1}, [], "x", 1.5, None, True]),
    ({"minLength": 3, "maximum": 2}, ["abc", 2, None]),
    ({"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 2}]}, [1, 2.5]),
    (
        {"anyOf": [{"required": ["a"]}, {"required": ["b"]}], "type": "object", "properties": {"a": {}, "b": {}}},
        [{"a": 1}, {"b": 1}],
    ),
    ({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]}, [[], ["a", 1, None]]),
    ({"type": "object", "properties": {"a": {"type": "object"}}}, [{"a": {"deep": {"deeper": [1, {"x": None}]}}}]),
    ({"type": "integer", "minimum": -1e40, "maximum": 1e40}, [10**39]),
    ({"$ref": "#/components/schemas/Tree"}, [{"branches": [{"branches": []}, {}]}, {"leaf": 1, "branches": []}]),
    (
        {"allOf": [{"$ref": "#/components/schemas/Tree"}, {"$ref": "#/components/schemas/Bush"}]},
        [{"branches": [{"branches": []}]}],
    ),
    ({"not": {"type": "integer"}}, ["a", None]),
    ({"if": {"type": "integer"}, "then": {"minimum": 3}}, ["a", 4]),
    (
        {
            "type": "object",
            "unevaluatedProperties": False,
            "properties": {"a": {}},
            "anyOf": [{"properties": {"b": {}}}],
        },
        [{"a": 1, "b": 2}],
    ),
]

_SHARED = {
    "Tree": {"type": "object", "properties": {"branches": {"type": "array", "items": {"$ref": f"{_REFERENCE}Tree"}}}},
    "Bush": {"type": "object", "properties": {"branches": {"type": "array", "items": {"$ref": f"{_REFERENCE}Bush"}}}},
}

# Names that Python, Pydantic, the standard library or the generated code itself has a use for.
HOSTILE = [
    *("", " ", "_", "__", "x", "X", "x-x", "x.x", "x_x", "fooBar", "foo_bar", "foo-bar", "FOO_BAR", "1", "1a"),
    *("class", "def", "None", "True", "async", "match", "type", "self", "cls", "body", "lambda", "return", "import"),
    *("model_config", "model_fields", "model_dump", "model_extra", "copy", "json", "schema", "dict", "validate"),
    *("__init__", "__class__", "__dict__", "__slots__", "__pydantic_extra__", "__annotations__", "__doc__", "__eq__"),
    *("int", "str", "float", "bool", "list", "tuple", "object", "property", "super", "id", "len", "print"),
    *("Any", "Literal", "Annotated", "Field", "MISSING", "Model", "BaseModel", "DateTime", "Date", "Uuid"),
    *("$ref", "$id", "@type", "#", "/", "~", "~0", "a/b", "%20", "\\", '"', "'", "\n", "\t", "\x7f", "{x}", "[0]"),
    *("é", "ß", "ﬁ", "ſ", "ﬃ", "ª", "²", "x²", "ⅷ", "µ", "Å", "😀", "👩‍👩‍👧", "\u200b", "\u202e", "日本", "مرحبا"),
    *("Model_", "x__", "_x", "__x", "del", "yield", "nonlocal", "and", "type_", "typing", "pydantic", "builtins"),
    *("construct", "from_orm", "parse_obj", "model_rebuild", "model_post_init", "model_computed_fields", "__hash__"),
    *("constructor", "__proto__", "prototype", "args", "kwargs", "root", "data", "extra", "field", "fields", "value"),
    *("mro", "register"),
]


def _dumped(adapter: TypeAdapter[Any], value: Any) -> Any:
    made = adapter.validate_json(json.dumps(value), strict=True, by_alias=True, by_name=False)
    return json.loads(adapter.dump_json(made, by_alias=True))


def _text(value: Any) -> str:
    """A value as one text, in which true is not 1."""
    return json.dumps(value, sort_keys=True)


def _admits(adapter: TypeAdapter[Any], value: Any) -> bool:
    try:
        _dumped(adapter, value)
    except ValidationError:
        return False
    return True


def test_constraints_stay_where_pydantic_means_the_same(tmp_path: Path) -> None:
    schemas = {f"Case{index}": schema for index, (schema, _, _) in enumerate(EXACT)}
    members = {
        f"Member{index}": {"type": "object", "properties": {"m": schema}} for index, (schema, _, _) in enumerate(EXACT)
    }
    made = contract(schemas={**schemas, **members})
    with imported(made, tmp_path) as package:
        for index, (schema, admitted, refused) in enumerate(EXACT):
            judge = made.judges.judge(f"/components/schemas/Case{index}", Direction.RESPONSE)
            for name, wrap in ((f"Case{index}", lambda value: value), (f"Member{index}", lambda value: {"m": value})):
                adapter: TypeAdapter[Any] = TypeAdapter(getattr(package.models, name))
                for value in admitted:
                    assert judge.is_valid(value), (schema, value)
                    assert _dumped(adapter, wrap(value)) == wrap(value), (schema, value)
                for value in refused:
                    assert not judge.is_valid(value), (schema, value)
                    assert not _admits(adapter, wrap(value)), (schema, name, value)


def test_what_only_the_judge_can_refuse_is_admitted(tmp_path: Path) -> None:
    made = contract(schemas={**_SHARED, **{f"Case{index}": schema for index, (schema, _) in enumerate(WIDE)}})
    with imported(made, tmp_path) as package:
        for index, (schema, admitted) in enumerate(WIDE):
            judge = made.judges.judge(f"/components/schemas/Case{index}", Direction.RESPONSE)
            adapter: TypeAdapter[Any] = TypeAdapter(getattr(package.models, f"Case{index}"))
            for value in admitted:
                assert judge.is_valid(value), (schema, value)
                assert _text(_dumped(adapter, value)) == _text(value), (schema, value)


def test_members_may_have_any_name(tmp_path: Path) -> None:
    members = {name: {"type": "string"} for name in HOSTILE}
    thing = {"type": "object", "properties": members, "required": HOSTILE[::2], "additionalProperties": False}
    value = {name: f"{index}" for index, name in enumerate(HOSTILE)}
    with imported(contract(schemas={"Thing": thing}), tmp_path) as package:
        adapter = TypeAdapter[Any](package.models.Thing)
        assert _dumped(adapter, value) == value
        required = {name: value[name] for name in HOSTILE[::2]}
        assert _dumped(adapter, required) == required
    assert len(set(HOSTILE)) == len(HOSTILE) >= 128


def _fields(folder: Path, names: list[str]) -> dict[str, str]:
    members = {name: {"type": "string"} for name in names}
    with imported(contract(schemas={"Thing": {"type": "object", "properties": members}}), folder) as package:
        return {info.alias or field: field for field, info in package.models.Thing.model_fields.items()}


def test_members_that_become_one_name_are_told_apart_by_their_own_spelling(tmp_path: Path) -> None:
    names = [name for name in HOSTILE if name]
    found = _fields(tmp_path, names)
    assert found == _fields(tmp_path, names[::-1]) == member_names(names)
    assert len(set(found.values())) == len(names)
    assert (found["foo_bar"], found["foo-bar"], found["fooBar"]) == ("foo_bar", "foo_bar_7d89", "foo_bar_5a90")
    assert found.items() >= _fields(tmp_path, [name for name in names if name not in ("FOO_BAR", "x.x")]).items()
    assert (found["model_dump"], found["copy"], found["int"], found["type"]) == ("model_dump_", "copy_", "int_", "type")
    assert _fields(tmp_path, ["+1", "-1"]) == {"+1": "n1_c59d", "-1": "n1_1bad"}


def test_what_models_have_is_no_name_of_a_member() -> None:
    assert {name for name in dir(BaseModel) if not name.startswith("_")} <= RESERVED_MEMBERS


def test_members_named_like_types_do_not_become_the_types_of_others(tmp_path: Path) -> None:
    types = {
        "int": {"type": "integer"},
        "str": {"type": "string"},
        "float": {"type": "number"},
        "bool": {"type": "boolean"},
        "list": {"type": "array", "items": {"type": "string"}},
        "dict": {"type": "object", "additionalProperties": {"type": "integer"}},
    }
    members = {**types, **{f"{name} 2": schema for name, schema in types.items()}}
    made = {"int": 1, "str": "a", "float": 0.5, "bool": True, "list": ["a"], "dict": {"a": 1}}
    value = {**made, **{f"{name} 2": each for name, each in made.items()}}
    with imported(contract(schemas={"Thing": {"type": "object", "properties": members}}), tmp_path) as package:
        adapter = TypeAdapter[Any](package.models.Thing)
        assert _dumped(adapter, value) == value
        assert not adapter.validate_json(json.dumps(value)).model_extra


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ([("foo-bar", "query"), ("foo_bar", "query")], ["foo_bar_7d89", "foo_bar"]),
        ([("foo_bar", "query"), ("foo-bar", "query")], ["foo_bar", "foo_bar_7d89"]),
        ([("foo", "query"), ("Foo", "query")], ["foo", "foo_1cbe"]),
        ([("id", "query"), ("id", "header")], ["id_query", "id_header"]),
        ([("id", "query"), ("id_query", "query"), ("id", "header")], ["id_query_a561", "id_query", "id_header"]),
        ([("id", "path"), ("id", "query"), ("ID", "query")], ["id", "id_query_a561", "id_query_3843"]),
        ([("body", "query"), ("body_", "query"), ("self", "query")], ["body_230d", "body_", "self_"]),
        ([("+1", "query"), ("-1", "query")], ["n1_c59d", "n1_1bad"]),
    ],
)
def test_every_parameter_has_an_argument_of_its_own(
    tmp_path: Path, parameters: list[tuple[str, str]], names: list[str]
) -> None:
    listed = [{"name": name, "in": where, "required": True, "schema": {"type": "string"}} for name, where in parameters]
    with imported(
        contract({"/a/{id}" if ("id", "path") in parameters else "/a": {"get": operation("a", parameters=listed)}}),
        tmp_path,
    ) as package:
        method = package.operations.things.ThingsOperations.a
        assert list(signature(method).parameters)[1:] == names


def test_components_keep_their_names_whatever_these_are(tmp_path: Path) -> None:
    names = [
        "Model",
        "Field",
        "Literal",
        "Annotated",
        "MISSING",
        "Date",
        "DateTime",
        "TypeAliasType",
        "Any",
        "None",
        "Status",
    ]
    schemas: dict[str, Any] = {name: {"type": "string", "format": "date", "maxLength": 99} for name in names}
    schemas["Holder"] = {
        "type": "object",
        "properties": {name: {"$ref": _REFERENCE + name} for name in names} | {"status": {"enum": ["x"]}, "any": {}},
    }
    with imported(contract(schemas=schemas), tmp_path) as package:
        value = {**dict.fromkeys(names, "2026-01-01"), "status": "x", "any": [1]}
        assert _dumped(TypeAdapter(package.models.Holder), value) == value
        assert {name if name != "None" else "None_" for name in names} <= set(vars(package.models))


def test_members_of_one_direction_make_two_classes(tmp_path: Path) -> None:
    user = {
        "type": "object",
        "required": ["id", "name", "password"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "name": {"type": "string"},
            "password": {"type": "string", "writeOnly": True},
            "friends": {"type": "array", "items": {"$ref": f"{_REFERENCE}User"}},
        },
        "additionalProperties": False,
    }
    both = operation("both", request={"$ref": f"{_REFERENCE}Team"}, response={"$ref": f"{_REFERENCE}Team"})
    sent = operation("send", request={"$ref": f"{_REFERENCE}Login"})
    made = contract(
        {"/both": {"post": both}, "/send": {"post": sent}},
        schemas={
            "User": user,
            "Team": {"type": "object", "properties": {"lead": {"$ref": f"{_REFERENCE}User"}}},
            "Login": {**user, "x-handfast-request-name": "Unused"},
            "Plain": {"type": "object", "properties": {"a": {"type": "string"}}},
        },
    )
    with imported(made, tmp_path) as package:
        models = package.models
        assert set(models.User.model_fields) == {"id", "name", "friends"}
        assert set(models.UserRequest.model_fields) == set(models.Login.model_fields) == {"name", "password", "friends"}
        assert not hasattr(models, "PlainRequest")
        assert not hasattr(models, "LoginRequest")
        request = {"lead": {"name": "a", "password": "b", "friends": [{"name": "c", "password": "d"}]}}
        assert _dumped(TypeAdapter(models.TeamRequest), request) == request
        with pytest.raises(ValidationError):
            _dumped(TypeAdapter(models.TeamRequest), {"lead": {"id": 1, "name": "a", "password": "b"}})


def test_a_union_takes_the_branch_that_the_tag_says(tmp_path: Path) -> None:
    def shape(tag: str) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {"kind": {"const": tag}, "size": {"type": "integer"}},
            "required": ["kind"],
        }

    schemas = {
        "A": shape("a"),
        "B": shape("b"),
        "Either": {"oneOf": [{"$ref": f"{_REFERENCE}A"}, {"$ref": f"{_REFERENCE}B"}]},
    }
    with imported(contract(schemas=schemas), tmp_path) as package:
        adapter = TypeAdapter[Any](package.models.Either)
        for tag, name in (("a", "A"), ("b", "B")):
            assert type(adapter.validate_json(f'{{"kind": "{tag}", "size": 1}}')).__name__ == name


def test_a_discriminator_is_a_hint_that_is_followed(tmp_path: Path) -> None:
    def pet(**more: Any) -> dict[str, Any]:
        return {"type": "object", "properties": {"petType": {"type": "string"}, "n": {"type": "integer"}, **more}}

    branches = [{"$ref": f"{_REFERENCE}Cat"}, {"$ref": f"{_REFERENCE}Dog"}, {"type": "null"}]
    union = {"oneOf": branches, "discriminator": {"propertyName": "petType", "mapping": {"woof": "Dog"}}}
    inline = {**union, "discriminator": {"propertyName": "petType", "mapping": {"miau": f"{_REFERENCE}Cat"}}}
    schemas = {"Cat": pet(), "Dog": pet(friend={"$ref": f"{_REFERENCE}Pet"}), "Pet": union}
    made = contract({"/p": {"post": operation("addPet", request=inline)}}, schemas=schemas)
    with imported(made, tmp_path) as package:
        models = package.models
        pets, requests = TypeAdapter[Any](models.Pet), TypeAdapter[Any](models.AddPetRequest)
        for adapter, tag, model in [
            (pets, "Cat", models.Cat),
            (pets, "Dog", models.Dog),
            (pets, "woof", models.Dog),
            (requests, "miau", models.Cat),
            (requests, "Dog", models.Dog),
        ]:
            value = {"petType": tag, "n": 1}
            assert type(adapter.validate_json(json.dumps(value))) is model
            assert _dumped(adapter, value) == value
        for each in [
            None,
            {"petType": "unknown"},
            {"n": 1},
            {"petType": "Dog", "friend": {"petType": "woof", "friend": None}},
        ]:
            assert _dumped(pets, each) == each
        nested = pets.validate_json('{"petType": "Cat", "friend": {"petType": "woof"}}')
        assert type(nested) is models.Cat
        given = models.Dog(pet_type="Dog", friend=models.Dog(pet_type="woof"))
        assert type(models.Dog(friend=given).friend.friend) is models.Dog


@pytest.mark.parametrize(
    ("paths", "components", "message"),
    [
        (
            {},
            {"schemas": {"foo-bar": {}, "FooBar": {}}},
            "two schemas become the class FooBar: #/components/schemas/foo-bar",
        ),
        (
            {"/a": {"get": operation("getIt")}, "/b": {"get": operation("get_it")}},
            {},
            "two operations become the method get_it: #/paths/~1a/get (made.json:1:",
        ),
        (
            {"/a": {"get": operation("a", tags=["a b"])}, "/b": {"get": operation("b", tags=["a-b"])}},
            {},
            "two tags become the module a_b",
        ),
        (
            {
                "/a": {
                    "get": operation(
                        "a",
                        responses={
                            "400": {"$ref": "#/components/responses/not-good"},
                            "404": {"$ref": "#/components/responses/NotGood"},
                        },
                    )
                }
            },
            {"responses": {"not-good": {"description": "No."}, "NotGood": {"description": "No."}}},
            "two responses become the class NotGood: #/components/responses/not-good",
        ),
        (
            {
                "/a": {
                    "get": operation(
                        "a",
                        responses={
                            "200": {"description": "", "headers": {"a-b": {"schema": {}}, "A_B": {"schema": {}}}}
                        },
                    )
                }
            },
            {},
            "two headers become the field a_b",
        ),
    ],
)
def test_names_that_become_one_are_an_error_that_names_both_places(
    tmp_path: Path, paths: Any, components: Any, message: str
) -> None:
    with pytest.raises(GenerationError) as caught:
        generate(contract(paths, **components), tmp_path / "generated")
    assert message in str(caught.value)
    assert str(caught.value).count("#/") >= 2
    assert "hint: " in str(caught.value)


def test_names_that_python_has_are_no_names_of_classes_and_methods(tmp_path: Path) -> None:
    warnings = {"type": "array", "items": {"$ref": f"{_REFERENCE}Warning"}}
    schemas = {
        "Answer": {"type": "object", "properties": {"list": {"type": "object"}, "warnings": warnings}},
        "Import": {"type": "object", "properties": {"error": {"type": "object", "properties": {"a": {}}}}},
        "Warning": {
            "type": "object",
            "properties": {"text": {"type": "string"}, "cause": {"$ref": f"{_REFERENCE}Answer"}},
        },
        "Wrapped": {"type": "object", "properties": {"list": {"$ref": f"{_REFERENCE}Answer"}, "warnings": warnings}},
    }
    paths = {
        "/l": {"get": operation("list", response=warnings)},
        "/m": {"post": operation("more", request={"type": "array", "items": {"type": "string"}}, response=warnings)},
    }
    value = {"list": {"warnings": [{"text": "a"}]}, "warnings": [{"text": "b", "cause": {"warnings": []}}]}
    with imported(contract(paths, schemas=schemas), tmp_path) as package:
        assert {"Warning_", "ImportErrorInline"} <= set(vars(package.models))
        assert _dumped(TypeAdapter[Any](package.models.Wrapped), value) == value
        methods = package.operations.things.ThingsOperations
        assert callable(methods.list_)
        assert methods.more.__annotations__["body"] == list[str]


def test_a_name_that_ends_like_none_is_none_the_more_optional(tmp_path: Path) -> None:
    schemas = {"AllOrNone": {"type": "object", "properties": {"a": {}}}, "TextOrNone": {"enum": ["a", "b"]}}
    everything, text = ({"$ref": f"{_REFERENCE}{name}"} for name in schemas)
    answer = {"description": "Done.", "headers": {"X-Text": {"schema": text}}}
    sent = operation(
        "send",
        parameters=[{"name": "q", "in": "query", "schema": text}],
        requestBody={"content": json_content(everything)},
        responses={"204": answer},
    )
    with imported(contract({"/s": {"post": sent}}, schemas=schemas), tmp_path) as package:
        hints = get_type_hints(package.operations.things.ThingsOperations.send)
        assert hints["q"] == package.models.TextOrNone | None
        assert hints["body"] == package.models.AllOrNone | None
        assert package.operations.things.Send204().x_text is None
        assert get_type_hints(package.operations.things.Send204)["x_text"] == package.models.TextOrNone | None


def test_a_derived_name_gives_way_to_an_author(tmp_path: Path) -> None:
    inline = {"type": "object", "properties": {"a": {"type": "integer"}}}
    listed = operation("list", response={"type": "array", "items": inline}, request=inline)
    schemas = {
        "List200BodyItem": {"type": "string"},
        "ThingRequest": {"type": "string"},
        "Thing": {"type": "object", "properties": {"id": {"type": "integer", "readOnly": True}}},
    }
    reference = {"$ref": f"{_REFERENCE}Thing"}
    things = operation("things", response=reference, request=reference)
    with imported(contract({"/l": {"post": listed}, "/t": {"post": things}}, schemas=schemas), tmp_path) as package:
        assert {"List200BodyItemInline", "ListRequest", "ThingRequestForm"} <= set(vars(package.models))


def test_a_status_without_content_has_no_body(tmp_path: Path) -> None:
    answer = {"description": "Done.", "content": json_content({"type": "object"})}
    with imported(contract({"/s": {"get": operation("send", responses={"204": answer})}}), tmp_path) as package:
        assert package.operations.things.Send204().__dict__ == {}


def test_equal_bodies_of_two_media_types_are_one_class(tmp_path: Path) -> None:
    inline = {"type": "object", "properties": {"a": {"type": "integer"}}}
    content = json_content(inline) | {"application/x-www-form-urlencoded": {"schema": inline}}
    sent = operation("send", requestBody={"content": content, "required": True})
    with imported(contract({"/s": {"post": sent}}), tmp_path) as package:
        method = package.operations.things.ThingsOperations.send
        assert method.__annotations__["body"] is package.models.SendRequest


def test_values_that_have_names_become_an_enum(tmp_path: Path) -> None:
    schemas = {
        "Mood": {"type": "string", "enum": ["a b", "c"], "x-enum-varnames": ["HAPPY", "class"], "description": "Mood."},
        "Level": {"type": "integer", "enum": [1, 2], "x-enum-varnames": ["low one", "HIGH"]},
        "Wrong": {"type": "string", "enum": ["a", "b"], "x-enum-varnames": ["ONE"]},
        "Maybe": {"type": ["string", "null"], "enum": ["a", None], "x-enum-varnames": ["A", "NONE"]},
        "Holder": {
            "type": "object",
            "properties": {name: {"$ref": _REFERENCE + name} for name in ("Mood", "Level", "Wrong", "Maybe")},
        },
    }
    with imported(contract(schemas=schemas), tmp_path) as package:
        models = package.models
        assert {member.name: member.value for member in models.Mood} == {"HAPPY": "a b", "class_": "c"}
        assert {member.name: member.value for member in models.Level} == {"LOW_ONE": 1, "HIGH": 2}
        value = {"Mood": "c", "Level": 2, "Wrong": "b", "Maybe": None}
        assert _dumped(TypeAdapter(models.Holder), value) == value
        holder = models.Holder(mood=models.Mood.HAPPY, level=models.Level.HIGH)
        assert json.loads(holder.model_dump_json()) == {"Mood": "a b", "Level": 2}
        assert holder.mood == "a b"
        assert not _admits(TypeAdapter(models.Holder), {"Mood": "d"})


def test_names_of_values_are_nothing_that_texts_or_integers_have(tmp_path: Path) -> None:
    assert {name for name in (*dir(str), *dir(int)) if not name.startswith("_")} <= TAKEN
    names = ["title", "count", "name", "__init__", "self", "real", "OK"]
    values = [f"v{index}" for index in range(len(names))]
    schemas = {
        "Text": {"type": "string", "enum": values, "x-enum-varnames": names},
        "Whole": {"type": "integer", "enum": list(range(len(names))), "x-enum-varnames": names},
    }
    with imported(contract(schemas=schemas), tmp_path) as package:
        expected = ["title_", "count_", "name_", "init", "self", "real_", "OK"]
        assert [each.name for each in package.models.Text] == [each.name for each in package.models.Whole] == expected
        assert [each.value for each in package.models.Text] == values


def test_each_media_type_of_a_body_has_one_member_of_its_annotation(tmp_path: Path) -> None:
    union = {"anyOf": [{"$ref": f"{_REFERENCE}A"}, {"$ref": f"{_REFERENCE}B"}]}
    form = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
    content = {**json_content(union), "multipart/form-data": {"schema": form}, "text/plain": {}, "image/png": {}}
    schemas = {name: {"type": "object", "properties": {name: {"type": "integer"}}} for name in "AB"}
    sent = operation("send", requestBody={"content": content})
    with imported(contract({"/s": {"post": sent}}, schemas=schemas), tmp_path) as package:
        models, runtime = package.models, import_module("handfast.runtime")
        method = package.operations.things.ThingsOperations.send
        assert method.__annotations__["body"] == (
            models.SendRequestJson | models.SendRequestFormData | str | runtime.ByteStream | None
        )
        assert models.SendRequestFormData.model_fields["file"].annotation == runtime.Upload | MISSING
