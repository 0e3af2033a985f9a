"""Mistakes in values, which show when a reply is judged: the client gets a 500 without detail, the log has it."""

from __future__ import annotations

from typing import Any

from tests.mistakes.mistake import Ask, Catcher, Mistake

GIFT = {"kind": "mineral", "name": "Opal", "hardness": 7, "donorPhone": "+1"}
ADD = Ask("POST", "/v1/specimens", {"json": GIFT})
LIST = Ask("GET", "/v1/specimens")
CHANGE = Ask(
    "PATCH",
    "/v1/specimens/1",
    {"content": '{"name": "Onyx"}', "headers": {"content-type": "application/merge-patch+json"}},
)
REMOVE = Ask("DELETE", "/v1/specimens/1")
MEASURE = Ask("PUT", "/v1/measurements", {"json": {"a": 1, "b": 2, "c": 3}})
TREE = Ask("PUT", "/v1/taxa", {"json": {"name": "a"}})
TEXT = Ask("GET", "/v1/specimens/2")
ANNOUNCE = Ask("ANNOUNCE")
"""Not a request to the museum but one that it makes: its webhooks are sent to its own receivers."""

CAST = ("from typing import Literal, final", "from typing import Any, Literal, cast, final")
CAST_ALONE = ("from typing import Literal, final", "from typing import Literal, cast, final")
CAST_STREAM = ("from typing import final", "from typing import Any, cast, final")


def _wired(name: str, file: str, old: str, new: str, says: str, ask: Ask, *more: Any) -> Mistake:
    return Mistake(name=name, file=f"{file}.py", old=old, new=new, by=Catcher.WIRE, says=says, ask=ask, more=more)


WIRED = (
    # Status
    _wired(
        "status that nobody declares",
        "specimens",
        "        del self.collection.specimens[",
        '        if id:\n            raise HTTPException(409, "Not now")\n        del self.collection.specimens[',
        "HTTPException with the status 409",
        REMOVE,
        ("import BackgroundTasks", "import BackgroundTasks, HTTPException"),
    ),
    _wired(
        "status outside of its range",
        "specimens",
        "status=418), status=418",
        "status=418), status=503",
        "Refused is declared for 4XX, not for 503",
        Ask("GET", "/v1/specimens?tag=teapot"),
    ),
    _wired(
        "status that is no status",
        "hooks",
        "Judged4XX(status=429)",
        "Judged4XX(status=42)",
        "Judged4XX has the status 42; give one from 200 to 599",
        ANNOUNCE,
    ),
    _wired(
        "status set on the injected response",
        "specimens",
        "tasks: BackgroundTasks)",
        "tasks: BackgroundTasks, response: Response)",
        "the status 202 was set on the injected Response",
        ADD,
        ("        self.tasks = tasks\n", "        self.tasks = tasks\n        response.status_code = 202\n"),
        ("import BackgroundTasks", "import BackgroundTasks, Response"),
    ),
    # Headers
    _wired(
        "header that breaks its pattern",
        "specimens",
        """etag=f'"{number}"')""",
        "etag=str(number))",
        "the header ETag breaks its schema",
        ADD,
    ),
    _wired(
        "header below its minimum",
        "specimens",
        "x_total=len(found)",
        "x_total=len(found) - 9",
        "the header X-Total breaks its schema",
        LIST,
    ),
    _wired(
        "header with a line break",
        "specimens",
        "x_seen=x_fields",
        'x_seen=["a\\r\\nSet-Cookie: b"]',
        "the header X-Seen has a line break",
        LIST,
    ),
    _wired(
        "header that a dependency adds",
        "specimens",
        "tasks: BackgroundTasks)",
        "tasks: BackgroundTasks, response: Response)",
        "the header x-colour is not declared",
        ADD,
        ("        self.tasks = tasks\n", '        self.tasks = tasks\n        response.headers["X-Colour"] = "red"\n'),
        ("import BackgroundTasks", "import BackgroundTasks, Response"),
    ),
    # Bodies
    _wired(
        "member out of bounds when it is made",
        "specimens",
        "hardness=body.hardness,",
        "hardness=body.hardness * 2,",
        "less than or equal to 10",
        ADD,
    ),
    _wired(
        "member out of bounds when it is set",
        "specimens",
        "specimen.name = body.name",
        "specimen.name = body.name * 9",
        "/name: must have at most 20 characters",
        CHANGE,
    ),
    _wired(
        "member of a closed object that is not declared",
        "specimens",
        "PutTaxa200(_sorted(body))",
        'PutTaxa200(Taxon.model_validate({"name": body.name, "rank": 1}))',
        "Extra inputs are not permitted",
        TREE,
    ),
    _wired(
        "member that was never judged",
        "specimens",
        "PutTaxa200(_sorted(body))",
        "PutTaxa200(Taxon.model_construct(name=1))",
        "/name: must be a string",
        TREE,
    ),
    _wired(
        "too many members",
        "specimens",
        "{name: round(value) for name, value in body.items()}",
        '{**body, "sum": 6}',
        "must have at most 3 members",
        MEASURE,
    ),
    _wired(
        "number that JSON does not have", "specimens", "round(value) for", 'float("nan") * value for', "NaN", MEASURE
    ),
    _wired(
        "branch with the name of another",
        "specimens",
        "return ChangeSpecimen200(specimen)",
        'return ChangeSpecimen200(Fossil.model_construct(kind="mineral", id=1, name="x", age=1))',
        "/age: the contract does not know this member",
        CHANGE,
    ),
    _wired(
        "whole text too long",
        "specimens",
        'f"{specimen.name}, {specimen.age}"',
        'f"{specimen.name}, {specimen.age}" * 9',
        "must have at most 40 characters",
        TEXT,
    ),
    _wired(
        "media type not said",
        "specimens",
        ', media_type="text/plain"',
        "",
        "give the reply a media_type if text/plain is meant",
        TEXT,
    ),
    _wired(
        "dictionary behind Any",
        "specimens",
        "ChangeSpecimen200(specimen)",
        'ChangeSpecimen200(cast("Any", {"id": 1}))',
        "(root): fits none of the alternatives",
        CHANGE,
        CAST,
    ),
    _wired(
        "nothing in the place of a reply",
        "specimens",
        "return ChangeSpecimen200(specimen)",
        'return cast("ChangeSpecimen200", None)',
        "and not a reply",
        CHANGE,
        CAST_ALONE,
    ),
    _wired(
        "reply of another operation behind a cast",
        "specimens",
        "return RemoveSpecimen204()",
        'return cast("RemoveSpecimen204", GetSpecimen304())',
        "GetSpecimen304 is not a declared reply",
        REMOVE,
        CAST_ALONE,
    ),
    _wired(
        "method that is not written yet",
        "specimens",
        "        return RemoveSpecimen204()",
        "        raise NotImplementedError",
        "removeSpecimen is not written yet",
        REMOVE,
    ),
    # Streams
    _wired(
        "item that breaks its schema when it is made",
        "streams",
        "Reading(value=value)",
        "Reading(value=value * 60)",
        "less than or equal to 100",
        Ask("GET", "/v1/readings"),
    ),
    _wired(
        "item that breaks its schema",
        "streams",
        "Reading(value=value)",
        "Reading.model_construct(value=value * 60)",
        "an item of the stream breaks its schema",
        Ask("GET", "/v1/readings"),
    ),
    _wired(
        "event whose data is no JSON",
        "streams",
        "data=reading.model_dump_json()",
        'data=f"value={reading.value}"',
        "/data: ",
        Ask("GET", "/v1/events"),
    ),
    _wired(
        "event whose data breaks its schema",
        "streams",
        "data=reading.model_dump_json()",
        "data=f'[{reading.value}]'",
        "/data: ",
        Ask("GET", "/v1/events"),
    ),
    _wired(
        "list behind Any in the place of a stream",
        "streams",
        "Watch200(_events())",
        'Watch200(cast("Any", [_events()]))',
        "must be an asynchronous iterable",
        Ask("GET", "/v1/events"),
        CAST_STREAM,
    ),
    # Webhooks
    _wired(
        "webhook with a header out of bounds",
        "hooks",
        "specimen_arrived(x_attempt=1, body",
        "specimen_arrived(x_attempt=0, body",
        "header parameter X-Attempt: must be at least 1",
        ANNOUNCE,
    ),
    _wired(
        "webhook with a body out of bounds",
        "hooks",
        "    heard = ",
        '    specimen.name = ""\n    heard = ',
        "/name: must have at least 1 character",
        ANNOUNCE,
    ),
)
