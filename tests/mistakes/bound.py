"""Mistakes that no type checker can see, and `bind` or `receive` tells of at start-up."""

from __future__ import annotations

from tests.mistakes.mistake import Catcher, Mistake


def _bound(name: str, file: str, old: str, new: str, says: str, *more: tuple[str, str]) -> Mistake:
    return Mistake(name=name, file=file, old=old, new=new, by=Catcher.START_UP, says=says, more=more)


BOUND = (
    # The application
    _bound(
        "handler class forgotten", "app.py", "Desks, Files, Streams", "Desks, Streams", "the tag files (2 operations"
    ),
    _bound(
        "two handler classes for one tag",
        "app.py",
        "Desks, Files, Streams",
        "Desks, MoreFiles, Files, Streams",
        "the tag files has 2 handler classes",
        (
            "CONTRACT = Path",
            "\n\nclass MoreFiles(Files):  # type: ignore[misc]  # pyright: ignore\n    pass\n\n\nCONTRACT = Path",
        ),
    ),
    _bound(
        "handler class given twice",
        "app.py",
        "Desks, Files, Streams",
        "Desks, Files, Files, Streams",
        "Files is given to bind 2 times; give it once",
    ),
    _bound(
        "handler class for a tag that is not there",
        "app.py",
        "Desks, Files, Streams",
        "Desks, Files, Strays, Streams",
        "is for the tag stream, which the contract does not have (did you mean streams?)",
        ("CONTRACT = Path", '\n\nclass Strays(Operations, tag="stream"):\n    pass\n\n\nCONTRACT = Path'),
    ),
    _bound("receiver among the handlers", "app.py", "Streams, Members)", "Streams, Members, Arrivals)", "Arrivals"),
    _bound(
        "security scheme without an authenticator",
        "app.py",
        ', "oauth": by_token',
        "",
        "the security scheme oauth, which whoAmI needs, has no authenticator",
    ),
    _bound(
        "authenticator for an unknown scheme",
        "app.py",
        '"basic": by_password, ',
        '"basic": by_password, "magic": by_badge, ',
        "the contract has no security scheme magic",
    ),
    _bound(
        "authenticator of a misspelt scheme",
        "app.py",
        '"oauth": by_token',
        '"oauth2": by_token',
        "(did you mean oauth2?)",
    ),
    _bound("callback received nowhere", "app.py", ', "judged": "/verdicts"', "", "judged is received nowhere"),
    _bound(
        "webhook that is not there",
        "app.py",
        '"specimenArrived": "/arrivals", ',
        '"specimenArrived": "/arrivals", "specimenArived": "/x", ',
        "(did you mean specimenArrived?)",
    ),
    _bound(
        "variable in the path of a callback",
        "app.py",
        '"judged": "/verdicts"',
        '"judged": "/verdicts/{id}"',
        "the variables of the path must be those of the contract: none",
    ),
    # Handlers
    _bound(
        "public method without an operation",
        "files.py",
        "    @override\n    async def put_file",
        "    def remove(self, name: str) -> None:\n"
        "        (self.folder / name).unlink()\n\n"
        "    @override\n"
        "    async def put_file",
        "Files.remove is the method of no operation of files",
    ),
    _bound(
        "constructor argument that is no dependency",
        "files.py",
        "collection: CollectionDep)",
        "collection: CollectionDep, root: str)",
        "the argument root, which is no dependency",
    ),
    _bound(
        "dependency that reads the body",
        "files.py",
        "collection: CollectionDep)",
        "collection: CollectionDep, size: SizeDep)",
        "reads the request body (raw)",
        (
            "@final",
            (
                "def _size(raw: Annotated[dict[str, str], Body()]) -> int:\n"
                "    return len(raw)\n\n\n"
                "SizeDep = Annotated[int, Depends(_size)]\n\n\n"
                "@final"
            ),
        ),
        ("from typing import final", "from typing import Annotated, final\n\nfrom fastapi import Body, Depends"),
    ),
    _bound(
        "constructor that FastAPI cannot resolve",
        "files.py",
        "collection: CollectionDep)",
        "collection: CollectionDep, found: set[File])",
        "FastAPI cannot resolve the constructor of Files",
    ),
    _bound(
        "annotation that is there for type checkers alone",
        "files.py",
        "from museum.collection import CollectionDep\n",
        "",
        "FastAPI cannot read the annotations of the constructor of Files: name 'CollectionDep' is not defined",
        (
            "from typing import final\n",
            (
                "from typing import TYPE_CHECKING, final\n\n"
                "if TYPE_CHECKING:\n"
                "    from museum.collection import CollectionDep\n"
            ),
        ),
    ),
    _bound(
        "method not async, and no type checker asked",
        "files.py",
        "    async def put_file(",
        "    def put_file(  # type: ignore[override]  # pyright: ignore\n        ",
        "must be `async def`",
        ("            async for chunk in body:\n                file.write(chunk)", "            file.write(b'')"),
    ),
    # The contract
    _bound(
        "contract changed and not generated",
        "contract.yaml",
        "  /events:\n    get:\n",
        "  /events:\n"
        "    head:\n"
        "      operationId: lookIn\n"
        "      tags: [streams]\n"
        "      responses: { '204': { description: Here. } }\n"
        "    get:\n",
        "run `handfast generate`",
    ),
    _bound(
        "operation without a method",
        "contract.yaml",
        "  /events:\n    get:\n",
        "  /events:\n"
        "    head:\n"
        "      operationId: lookIn\n"
        "      tags: [streams]\n"
        "      responses: { '204': { description: Here. } }\n"
        "    get:\n",
        "lookIn (HEAD /events) has no method in Streams",
    ),
    _bound(
        "operationId given twice",
        "contract.yaml",
        "operationId: getReadings",
        "operationId: watch",
        "operation-id-duplicate",
    ),
    _bound(
        "two operations at one place",
        "contract.yaml",
        "  /search:\n",
        "  /specimens/{number}:\n"
        "    get:\n"
        "      operationId: getByNumber\n"
        "      tags: [specimens]\n"
        "      parameters: [{ name: number, in: path, required: true, schema: { type: integer } }]\n"
        "      responses: { '204': { description: Here. } }\n"
        "  /search:\n",
        "path-duplicate",
    ),
    _bound(
        "requirement of an undeclared scheme",
        "contract.yaml",
        "security: [{ oauth: [vault.open, members.read] }]",
        "security: [{ oauth2: [vault.open, members.read] }]",
        "security-scheme-unknown",
    ),
    _bound(
        "error bodies that no refusal fits",
        "contract.yaml",
        "        status: { type: integer }\n",
        "        status: { type: integer, maximum: 99 }\n",
        "a body that no form of a problem fits",
    ),
)
