"""The same through generated code: handlers whose arguments are models.

Operations that reply with what they got are left out: their handlers would have to build models of wrong values.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import itertools
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic_core import from_json, to_json

from handfast.contract import Operation, load_contract_text, names
from handfast.generate import generate
from handfast.runtime import Operations, bind
from tests.differential.judging import Subject
from tests.differential.oracle import Json, Request

_numbers = itertools.count(1)


class GeneratedSubject(Subject):
    """A contract whose operations are answered by handlers of its generated package, which echo their arguments."""

    def __init__(self, document: Json, runner: asyncio.Runner, package: Path) -> None:
        super().__init__(document, runner)
        contract = load_contract_text(json.dumps(document), "openapi.json", validate=False)
        generate(contract, package)
        module: Any = importlib.import_module(f"{package.name}.operations.default")
        echoes = {names.method_name(each): _echo(module, each) for each in contract.operations}
        handlers: type[Operations] = type("Echo", (module.DefaultOperations,), echoes)
        self.app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        bind(self.app, contract, [handlers], docs=None)

    def check(self, request: Request) -> int:
        """The status of a request, 0 for one that is left out; raises Disagreement."""
        return 0 if request.operation.startswith("reply") else super().check(request)


def _echo(module: Any, operation: Operation) -> Any:
    reply: Any = getattr(module, f"{operation.operation_id[0].upper()}{operation.operation_id[1:]}200")
    declared = getattr(module.DefaultOperations, names.method_name(operation))
    places = {argument: f"{place} {name}" for (place, name), argument in names.argument_names(operation).items()}

    async def echo(self: object, **arguments: object) -> object:
        found = {places.get(name, name): from_json(to_json(value, by_alias=True)) for name, value in arguments.items()}
        optional = {f"{each.location} {each.name}" for each in operation.parameters if not each.required}
        return reply({name: value for name, value in found.items() if value is not None or name not in optional})

    echo.__signature__ = inspect.signature(declared)  # type: ignore[attr-defined]  # what bind reads
    echo.__annotations__ = dict(declared.__annotations__)
    return echo


@contextmanager
def generated(document: Json, runner: asyncio.Runner, folder: Path) -> Iterator[GeneratedSubject]:
    """A subject of a package that is forgotten afterwards."""
    package = folder / f"differential{next(_numbers)}"
    sys.path.insert(0, str(folder))
    try:
        yield GeneratedSubject(document, runner, package)
    finally:
        sys.path.remove(str(folder))
        for name in [each for each in sys.modules if each.partition(".")[0] == package.name]:
            del sys.modules[name]
