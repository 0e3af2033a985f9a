"""A mock that remembers: what was created can be read, listed, changed and deleted, as far as the contract says how.

Each operation with a role (see `resources`) is answered from the store, any other one as without state; but what stands
below a thing that is not there is 404. A collection begins with what the examples of the contract have in it. Statuses
of its own (404, 409, 412, 304) are given only where the operation declares them; only a thing that is not there, and
of which the operation says nothing, is told of in a problem of the mock itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from handfast.contract import Contract, Direction
from handfast.contract.model import JSONValue, Response
from handfast.design.mock.answers import Answers
from handfast.design.mock.choosing import Choice, respond, usual_status
from handfast.design.mock.conditions import Conditions
from handfast.design.mock.foreign import problem
from handfast.design.mock.identifiers import Identifiers, addressed, filled, text_of
from handfast.design.mock.paging import page_of
from handfast.design.mock.resources import Resource, Resources, Role, json_media, resources_of, success, template
from handfast.design.mock.seeds import Seeds
from handfast.design.mock.shaping import Shaper, merged
from handfast.design.mock.store import Store, Thing
from handfast.runtime.accept import best
from handfast.runtime.answers import may_have_body
from handfast.runtime.fallback import JudgedRequest, PlainReply


@dataclass(frozen=True, slots=True)
class _Call:
    """A request to an operation with a role: the path of its collection and, where there is one, of its thing."""

    request: JudgedRequest
    resource: Resource
    collection: str
    path: str
    dynamic: bool


class State:
    """Answers the operations of one contract from what was done before."""

    def __init__(self, contract: Contract, answers: Answers) -> None:
        self._contract = contract
        self._base = contract.servers[0].base_path if contract.servers else ""
        self._answers = answers
        self._resources: Resources = resources_of(contract, answers.shapes)
        self._shaper = Shaper(contract, answers.shapes)
        self._identifiers = Identifiers(contract, answers)
        self._seeds = Seeds(contract, answers, self._shaper)
        self._conditions = Conditions(answers)
        self._store = Store()
        self._actions = {
            Role.CREATE: self._create,
            Role.LIST: self._list,
            Role.READ: self._read,
            Role.REPLACE: self._replace,
            Role.CHANGE: self._change,
            Role.DELETE: self._delete,
        }

    def reply(self, request: JudgedRequest, *, dynamic: bool) -> PlainReply | None:
        """The reply to a request; None for one that has nothing to do with what is remembered."""
        path = filled(request.operation, request.parameters)
        if (lost := self._lost_above(request, path)) is not None:
            return lost
        resource, role = self._resources.roles.get(request.operation.operation_id, (None, None))
        if resource is None or role is None:
            return None
        depth = (resource.collection or "").count("/")
        collection = "/".join(path.split("/")[: depth + 1]) if resource.collection is not None else ""
        if role is Role.CREATE and not template(request.operation.path).startswith(resource.collection or ""):
            collection = resource.collection or ""  # a link led here
        self._fill(resource, collection)
        return self._actions[role](_Call(request, resource, collection, path, dynamic))

    # What is there

    def _lost_above(self, request: JudgedRequest, path: str) -> PlainReply | None:
        """The answer for a request below a thing that is not there."""
        segments = path.split("/")
        for resource in self._resources.above(template(request.operation.path)):
            above = "/".join(segments[: resource.thing.count("/") + 1])
            self._fill(resource, above.rpartition("/")[0] or "/")
            if above in self._store.gone or (not resource.is_open and above not in self._store.things):
                return self._lost(request, above)
        return None

    def _fill(self, resource: Resource, collection: str) -> None:
        """Put the examples into a collection that is used for the first time; one below what was created is empty."""
        if resource.collection is None or collection in self._store.filled:
            return
        self._store.filled.add(collection)
        for above in self._resources.above(resource.collection):
            parent = "/".join(collection.split("/")[: above.thing.count("/") + 1])
            if parent not in self._store.seeds and not above.is_open:
                return
        for thing in self._seeds.of(resource):
            value = thing.get(resource.member) if resource.member is not None else None
            if value is not None and (path := f"{collection.rstrip('/')}/{text_of(value)}") not in self._store.things:
                self._store.put(path, thing, is_seed=True)

    def _thing(self, call: _Call) -> Thing | None:
        """The thing of a request; one that nobody has to create is made when it is first asked for."""
        thing = self._store.things.get(call.path)
        if thing is not None or call.path in self._store.gone or not call.resource.is_open:
            return thing
        read = call.resource.operations.get(Role.READ)
        media = json_media(success(read)) if read is not None else None
        response = success(read) if read is not None else None
        if media is None or response is None:
            return None
        choice = Choice(response=response, status=usual_status(response), media=media)
        value = self._answers.value(choice, media, call.request, dynamic=call.dynamic).value
        found = self._seeds.things_in(value, call.resource, media) if call.resource.collection is not None else [value]
        made = found[0] if found else value
        if not isinstance(made, dict):
            return None
        self._store.put(call.path, self._named(made, call), is_seed=True)
        return self._store.things[call.path]

    def _named(self, thing: Thing, call: _Call) -> Thing:
        """A thing with the identifier that the path of the request gives it."""
        member = call.resource.member
        value = self._path_value(call)
        return thing if member is None or value is None else {**thing, member: value}

    def _path_value(self, call: _Call) -> JSONValue:
        return addressed(call.request, call.resource.parameter)

    # What is done

    def _create(self, call: _Call) -> PlainReply | None:
        given = self._given(call)
        if given is None:
            return None
        response = success(call.request.operation)
        choice = self._choice(call, response) if response is not None else None
        example = self._example(choice, call) if choice is not None else None
        bare = self._bare(example, choice, call) if choice is not None else {}
        settable = self._settable(call)
        thing: Thing = {name: value for name, value in bare.items() if name not in settable}
        thing |= {name: value[0] for name, value in settable.items() if value is not None}
        thing |= given
        member = call.resource.member
        identifier = given.get(member) if member is not None else None
        if identifier is None:
            identifier = self._identifiers.fresh(call.resource, call.collection, self._store, thing)
        path = f"{call.collection.rstrip('/')}/{text_of(identifier)}"
        if path in self._store.things and (conflict := respond(call.request, 409)) is not None:
            return self._answers.reply(conflict, call.request)
        if member is not None:
            thing[member] = identifier
        self._store.put(path, thing)
        return None if choice is None else self._told(choice, thing, example, call, location=path)

    def _list(self, call: _Call) -> PlainReply | None:
        response = success(call.request.operation)
        media = json_media(response)
        if response is None or media is None or media.schema is None:
            return None
        choice = self._choice(call, response)
        if choice.media is not media:
            return None
        example = self._example(choice, call)
        things = [thing for _, thing in self._store.in_collection(call.collection)]
        page = page_of(things, call.request)
        value = self._shaper.listing(
            page.things, media.schema.pointer, example, total=page.total, cursor=page.following
        )
        return None if value is None else self._answers.with_value(choice, value)

    def _read(self, call: _Call) -> PlainReply | None:
        thing = self._thing(call)
        if thing is None:
            return self._lost(call.request, call.path)
        if (known := self._conditions.known(call.request, call.resource, thing)) is not None:
            return self._answers.without_body(known, {"etag": self._conditions.etag(call.resource, thing)})
        return self._told_of(call, thing)

    def _replace(self, call: _Call) -> PlainReply | None:
        given = self._given(call)
        if given is None:
            return None
        call = self._addressed_by_body(call, given)
        if not call.path:
            return None
        old = self._thing(call)
        operation = call.request.operation
        is_upsert = operation.response(201) is not None or Role.CREATE not in call.resource.operations
        if old is None and not is_upsert:
            return self._lost(call.request, call.path)
        if old is not None and (refused := self._conditions.stale(call.request, call.resource, old)) is not None:
            return self._answers.reply(refused, call.request)
        settable = self._settable(call)
        kept = {name: value for name, value in (old or {}).items() if name not in settable}
        self._store.put(call.path, self._named({**kept, **given}, call))
        statuses = (201,) if old is None else (200, 204)
        said = [each for status in statuses if (each := self._exactly(call, status)) is not None]
        return self._told_of(call, self._store.things[call.path], next(iter(said), None))

    def _change(self, call: _Call) -> PlainReply | None:
        given = self._given(call)
        if given is None:
            return None
        call = self._addressed_by_body(call, given)
        if not call.path:
            return None
        old = self._thing(call)
        if old is None:
            return self._lost(call.request, call.path)
        if (refused := self._conditions.stale(call.request, call.resource, old)) is not None:
            return self._answers.reply(refused, call.request)
        changed = merged(dict(old), dict(given))
        thing = self._named(changed, call) if isinstance(changed, dict) else old
        self._store.things[call.path] = thing
        return self._told_of(call, thing)

    def _delete(self, call: _Call) -> PlainReply | None:
        thing = self._thing(call)
        if thing is None:
            return self._lost(call.request, call.path)
        if (refused := self._conditions.stale(call.request, call.resource, thing)) is not None:
            return self._answers.reply(refused, call.request)
        self._store.remove(call.path)
        return self._told_of(call, thing)

    # What is said

    def _told_of(self, call: _Call, thing: Thing, choice: Choice | None = None) -> PlainReply | None:
        response = success(call.request.operation)
        if choice is None and response is None:
            return None
        choice = choice or (self._choice(call, response) if response is not None else None)
        if choice is None:
            return None
        return self._told(choice, thing, self._example(choice, call), call)

    def _told(
        self, choice: Choice, thing: Thing, example: JSONValue, call: _Call, location: str | None = None
    ) -> PlainReply:
        headers: dict[str, JSONValue] = {"etag": self._conditions.etag(call.resource, thing)}
        if location is not None:
            headers["location"] = self._location(choice, location, call.request)
        media = choice.media
        if media is None:
            return self._answers.without_body(choice, headers)
        if media.schema is None or media is not json_media(choice.response):
            return self._answers.with_value(choice, example, headers)
        value = self._shaper.thing(thing, media.schema.pointer, example, call.resource.member)
        if not self._contract.judge(media.schema, Direction.RESPONSE).is_valid(value):
            value = example
        return self._answers.with_value(choice, value, headers)

    def _location(self, choice: Choice, path: str, request: JudgedRequest) -> JSONValue:
        """Where a thing is: an absolute path, or a whole URL where the contract wants one."""
        header = next((each for name, each in choice.response.headers.items() if name.lower() == "location"), None)
        where = self._base + path
        if header is None or self._answers.header_fits(header, where):
            return where
        host = next((value.decode("latin-1") for name, value in request.headers if name == b"host"), "127.0.0.1")
        return f"http://{host}{where}"

    def _lost(self, request: JudgedRequest, path: str) -> PlainReply:
        """Say that a thing is not there, as the operation declares it."""
        operation = request.operation
        for status in (404, 410):
            if (choice := respond(request, status)) is not None:
                return self._answers.reply(choice, request)
        return problem(404, "not-there", f"{path} is not there; {operation.operation_id} declares no response for that")

    def _exactly(self, call: _Call, status: int) -> Choice | None:
        """The response that is declared for a status by itself."""
        declared = any(each.status == str(status) for each in call.request.operation.responses)
        return respond(call.request, status) if declared else None

    def _choice(self, call: _Call, response: Response) -> Choice:
        """A response in JSON, unless the client wants something else of it."""
        status, media = usual_status(response), json_media(response)
        others = [each for each in response.content.values() if each is not media]
        content = [media, *others] if media is not None else others
        if not content or not may_have_body(status):
            return Choice(response=response, status=status, media=None)
        chosen = content[best([each.media_type for each in content], call.request.accept) or 0]
        return Choice(response=response, status=status, media=chosen)

    def _example(self, choice: Choice, call: _Call) -> JSONValue:
        if choice.media is None:
            return None
        return self._answers.value(choice, choice.media, call.request, dynamic=call.dynamic).value

    def _bare(self, example: JSONValue, choice: Choice, call: _Call) -> Thing:
        """What a response says of the thing that it is about."""
        media = choice.media
        if media is None or not isinstance(example, dict):
            return {}
        pointer = media.schema.pointer if media.schema is not None else ""
        inner = example.get(self._shaper.wrapper(pointer, call.resource.member) or "")
        return inner if isinstance(inner, dict) else example

    def _given(self, call: _Call) -> Thing | None:
        """What a client says of a thing, without what it is wrapped in; None where it says nothing of the kind."""
        body = call.request.body
        if not isinstance(body, dict):
            return None
        given = cast("Thing", body)
        response = success(call.request.operation)
        media = json_media(response)
        if media is not None and media.schema is not None and len(given) == 1:
            wrapper = self._shaper.wrapper(media.schema.pointer, call.resource.member)
            inner = given.get(wrapper or "")
            if isinstance(inner, dict):
                return inner
        return given

    def _settable(self, call: _Call) -> Mapping[str, tuple[JSONValue] | None]:
        """The members that a client can set, with their defaults."""
        shapes, found = self._answers.shapes, dict[str, tuple[JSONValue] | None]()
        body = call.request.operation.request_body
        for media in body.content.values() if body is not None else ():
            if media.schema is None:
                continue
            shape = shapes.of(media.schema.pointer)
            wrapped = (
                [name for name in shape.names if shapes.member(shape, name).is_object] if len(shape.names) == 1 else []
            )
            shape = shapes.member(shape, wrapped[0]) if wrapped else shape
            for name in shape.names:
                if not self._is_read_only(pointers := shapes.member(shape, name).pointers):
                    defaults = [value for each in pointers if (value := shapes.default(each)) is not None]
                    found[name] = defaults[0] if defaults else None
        return found

    def _is_read_only(self, pointers: tuple[str, ...]) -> bool:
        schemas = [layer.schema for layer in self._answers.shapes.of(*pointers).layers]
        return any(schema.get("readOnly") is True for schema in schemas)

    def _addressed_by_body(self, call: _Call, given: Thing) -> _Call:
        """A call whose thing is named by its body, where the path is that of the collection; "" where it is not."""
        member = call.resource.member
        if call.resource.collection is None or template(call.request.operation.path) == call.resource.thing:
            return call
        value = given.get(member) if member is not None else None
        path = f"{call.collection.rstrip('/')}/{text_of(value)}" if value is not None else ""
        return _Call(call.request, call.resource, call.collection, path, call.dynamic)
