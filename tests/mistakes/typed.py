"""Mistakes that both type checkers report, on the line where they were made."""

from __future__ import annotations

from tests.mistakes.mistake import Catcher, Mistake
from tests.mistakes.museum import SOURCE


def _typed(name: str, file: str, old: str, new: str, line: str, *more: tuple[str, str]) -> Mistake:
    return Mistake(name=name, file=f"{file}.py", old=old, new=new, by=Catcher.TYPES, line=line, more=more)


def _method(file: str, name: str) -> str:
    """The text of a method, as it stands in a file."""
    text = (SOURCE / f"{file}.py").read_text(encoding="utf-8")
    start = text.index(f"    @override\n    async def {name}(")
    return text[start : text.index("\n\n    ", start) + 2]


TYPED = (
    # The method and its arguments
    _typed("method missing", "specimens", _method("specimens", "remove_specimen"), "", "class Specimens("),
    _typed("method misspelt", "specimens", "def get_specimen(", "def read_specimen(", "def read_specimen("),
    _typed("method not async", "specimens", "async def remove_specimen", "def remove_specimen", "def remove_specimen"),
    _typed(
        "argument missing",
        "specimens",
        "        flag: str | None,\n",
        "",
        "def list_specimens",
        ('"flag": repr(flag),', '"flag": "",'),
    ),
    _typed(
        "argument misspelt",
        "specimens",
        "x_reply_to: str | None, body",
        "reply_to: str | None, body",
        "def add_specimen",
    ),
    _typed(
        "argument too many", "specimens", "*, query: Filter | None", "*, query: Filter | None, page: int", "def search"
    ),
    _typed(
        "path parameter of another type", "specimens", "id: int, body: Changes", "id: str, body: Changes", "def change"
    ),
    _typed(
        "query array taken for a text",
        "specimens",
        "tag: list[str] | None",
        "tag: str | None",
        "def list_specimens or tag: str | None",
    ),
    _typed(
        "exploded path array taken for a text",
        "specimens",
        "route: list[str], box",
        "route: str, box",
        "def find_place",
    ),
    _typed(
        "parameter with content taken for a text",
        "specimens",
        "where: Filter | None",
        "where: str",
        "def list_specimens or where: str",
    ),
    _typed(
        "parameter object taken for granted",
        "specimens",
        "x_window: Window | None",
        "x_window: Window",
        "def list_specimens or x_window: Window",
    ),
    _typed("enum parameter too narrow", "specimens", '["dark", "light"]', '["dark"]', 'def list_specimens or ["dark"]'),
    _typed(
        "whole query taken for a dictionary",
        "specimens",
        "query: Filter | None",
        "query: dict[str, str] | None",
        "def se",
    ),
    # Bodies that come in
    _typed(
        "body of another operation", "specimens", "id: int, body: Changes", "id: int, body: Filter", "def change_spec"
    ),
    _typed(
        "body in the variant of replies",
        "specimens",
        "x_reply_to: str | None, body: SpecimenRequest",
        "x_reply_to: str | None, body: Specimen",
        "def add_specimen or body: Specimen",
    ),
    _typed(
        "readOnly member asked of a request",
        "specimens",
        "            id=number,",
        "            id=body.id,",
        "body.id",
    ),
    _typed(
        "absent member not thought of",
        "specimens",
        '"" if wanted is None or wanted.text is MISSING else wanted.text',
        '"" if wanted is None else wanted.text',
        "else wanted.text",
    ),
    _typed(
        "absent member taken for null",
        "specimens",
        "MISSING if body.found_on is None else body.found_on",
        "body.found_on",
        "specimen.found_on =",
    ),
    _typed(
        "branch of a union not asked for",
        "specimens",
        "isinstance(specimen, Mineral) and body.found_on",
        "body.found_on",
        "specimen.found_on =",
    ),
    _typed("member of a part taken for a dictionary's", "desks", "body.form.to", 'body.form["to"]', 'body.form["to"]'),
    _typed("file of a form taken for bytes", "desks", "len(await each.read())", "len(each)", "len(each)"),
    _typed("text taken for bytes", "desks", "body.upper()", "body.decode().upper()", "body.decode()"),
    _typed("media types of a body not told apart", "desks", "(await body.read()).hex()", "body.text", "else body.text"),
    _typed(
        "stream of bytes taken for bytes",
        "files",
        "            async for chunk in body:\n",
        "            for chunk in body:\n",
        "for chunk in body",
    ),
    _typed(
        "lines of JSON taken for a list",
        "streams",
        "async for reading in body:",
        "for reading in body:",
        "for reading in body",
    ),
    # Replies
    _typed(
        "reply not declared",
        "specimens",
        "-> RemoveSpecimen204 | Missing:",
        "-> RemoveSpecimen204 | Known:",
        "def remove",
    ),
    _typed(
        "reply of another operation", "specimens", "return RemoveSpecimen204()", "return GetSpecimen304()", "return Get"
    ),
    _typed(
        "shared reply of another operation",
        "specimens",
        "return RemoveSpecimen204()",
        "return Refused(Problem(title='', status=400), status=400)",
        "return Refused(Problem(title='',",
    ),
    _typed(
        "dictionary returned", "specimens", "return ChangeSpecimen200(specimen)", 'return {"id": id}', 'return {"id"'
    ),
    _typed("model returned", "specimens", "return ChangeSpecimen200(specimen)", "return specimen", "return specimen"),
    _typed(
        "nothing returned", "specimens", "        return RemoveSpecimen204()\n", "", "-> RemoveSpecimen204 | Missing:"
    ),
    _typed(
        "success raised", "specimens", "return GetSpecimen304()", "raise GetSpecimen304()", "raise GetSpecimen304()"
    ),
    _typed("body forgotten", "specimens", "ChangeSpecimen200(specimen)", "ChangeSpecimen200()", "ChangeSpecimen200()"),
    _typed("body where there is none", "specimens", "GetSpecimen304()", "GetSpecimen304(specimen)", "304(specimen)"),
    _typed(
        "status of a range forgotten",
        "specimens",
        'Refused(Problem(title="No teapots", status=418), status=418)',
        'Refused(Problem(title="No teapots", status=418))',
        "return Refused(",
    ),
    _typed(
        "error with the body of a success",
        "files",
        'Problem(title="Not here", status=404)',
        "file",
        "Missing(file",
        ("            return Missing(", "            file = self.folder\n            return Missing("),
    ),
    _typed("media type not declared", "specimens", 'media_type="text/plain"', 'media_type="text/csv"', "text/csv"),
    # Headers
    _typed("required header forgotten", "specimens", ", x_total=len(found)", "", "return ListSpecimens200"),
    _typed(
        "required header of a shared reply forgotten",
        "specimens",
        ', location=f"/v1/specimens/{known.id}"',
        "",
        "raise Known(",
    ),
    _typed("header of another type", "specimens", "x_total=len(found)", "x_total=str(len(found))", "x_total=str"),
    _typed("header that nobody declares", "specimens", "x_seen=x_fields", "x_cached=True", "x_cached"),
    _typed("array header as a text", "specimens", "x_seen=x_fields", 'x_seen="name"', 'x_seen="name"'),
    _typed(
        "part of a file without Content-Range",
        "files",
        "return GetFile200(file, etag='\"1\"')",
        "return GetFile206(file, etag='\"1\"')",
        "GetFile206(file",
    ),
    # Models
    _typed(
        "writeOnly member in a reply",
        "specimens",
        "            hardness=body.hardness,",
        "            donor_phone=body.donor_phone,\n            hardness=body.hardness,",
        "Mineral( or donor_phone=body",
    ),
    _typed(
        "request given back as the reply",
        "specimens",
        "AddSpecimen201(specimen,",
        "AddSpecimen201(body,",
        "AddSpecimen201(body",
    ),
    _typed(
        "required member forgotten", "specimens", "name=body.name, age=body.age", "name=body.name", "return Fossil("
    ),
    _typed("member misspelt", "specimens", "age=body.age", "ages=body.age", "ages="),
    _typed(
        "member by its name in the contract",
        "specimens",
        "found_on=body.found_on",
        "foundOn=body.found_on",
        "Mineral( or foundOn=",
    ),
    _typed("member of another type", "specimens", "age=body.age", "age=str(body.age)", "age=str"),
    _typed("enum without such a value", "specimens", "mood=body.mood", 'mood="angry"', '"angry"'),
    _typed("enum member without such a name", "specimens", "Rarity.COMMON if", "Rarity.LEGENDARY if", "LEGENDARY"),
    _typed("number in the place of an enum member", "specimens", "Rarity.COMMON if", "1 if", "1 if"),
    _typed(
        "discriminator of another branch", "specimens", 'Fossil(kind="fossil"', 'Fossil(kind="mineral"', '"mineral", id'
    ),
    _typed(
        "text in the place of a date", "specimens", "found_on=body.found_on", 'found_on="2026-01-01"', '"2026-01-01"'
    ),
    _typed("any names, but other values", "specimens", "{name: round(value)", "{name: str(value)", "str(value)"),
    _typed(
        "one child in the place of children", "specimens", "children=children)", "children=children[0])", "children[0]"
    ),
    # Streams
    _typed("list in the place of a stream", "streams", "Watch200(_events())", "Watch200([])", "Watch200([])"),
    _typed(
        "function in the place of a stream", "streams", "Watch200(_events())", "Watch200(_events)", "Watch200(_events)"
    ),
    _typed(
        "items of another type",
        "streams",
        "GetReadings200(_readings())",
        "GetReadings200(_events())",
        "(_events())",
        ("Watch200(_events())", "Watch200( _events() )"),
    ),
    _typed("event without such a name", "streams", '"opened"', '"ajar"', '"ajar"'),
    _typed(
        "model as the data of an event", "streams", "data=reading.model_dump_json()", "data=reading", "data=reading"
    ),
    # Dependencies and security
    _typed(
        "anonymous request not thought of",
        "members",
        '        if self.person is None:\n            return WhoAmI200(Member(name="nobody"))\n',
        "",
        "self.person.name",
    ),
    _typed(
        "authenticator without its grant",
        "app",
        '"oauth": by_token',
        '"oauth": by_name',
        "security=AUTHENTICATORS",
        (
            "CONTRACT = Path",
            (
                "\n\n"
                "async def by_name(credentials: Credentials) -> str:\n"
                "    return credentials.value\n\n\n"
                "CONTRACT = Path"
            ),
        ),
        ("import Operations, bind", "import Credentials, Operations, bind"),
    ),
    _typed(
        "authenticator not async",
        "app",
        '"oauth": by_token',
        '"oauth": by_name',
        "security=AUTHENTICATORS",
        (
            "CONTRACT = Path",
            (
                "\n\n"
                "def by_name(credentials: Credentials) -> Grant:\n"
                "    return Grant(credentials.value)\n\n\n"
                "CONTRACT = Path"
            ),
        ),
        ("import Operations, bind", "import Credentials, Grant, Operations, bind"),
    ),
    _typed("no handler class", "app", "Streams, Members)", "Streams, Members, Collection)", "Collection)"),
    # Webhooks and callbacks
    _typed(
        "webhook without its required header",
        "hooks",
        "specimen_arrived(x_attempt=1, body",
        "specimen_arrived(body",
        "heard =",
    ),
    _typed(
        "webhook with the body of a callback",
        "hooks",
        "x_attempt=1, body=specimen",
        "x_attempt=1, body=verdict",
        "heard =",
        ("    heard = ", "    verdict = Verdict(id=1, rarity=Rarity.RARE)\n    heard = "),
    ),
    _typed(
        "callback that is none",
        "hooks",
        "await verdicts.judged(body=Verdict(id=specimen.id, rarity=Rarity.RARE))",
        "await verdicts.judge(body=Verdict(id=specimen.id, rarity=Rarity.RARE))",
        "verdicts.judge(",
    ),
    _typed(
        "receiver without the header",
        "hooks",
        "self, *, x_attempt: int, body: Specimen",
        "self, *, body: Specimen",
        "def specimen_arrived",
        ("        if x_attempt > 3:\n            raise SpecimenArrived410()\n", ""),
    ),
    _typed("answer to a callback without its status", "hooks", "Judged4XX(status=429)", "Judged4XX()", "Judged4XX()"),
)
