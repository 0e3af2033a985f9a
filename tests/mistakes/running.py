"""What start-up, and the log behind the wire, say of a mistake."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import httpx2
from fastapi import FastAPI
from starlette.testclient import TestClient

from handfast.contract import load_contract
from handfast.errors import BindError, ContractError
from handfast.runtime import HttpxTransport
from tests.mistakes.mistake import Ask, Mistake

QUARTZ = {"kind": "mineral", "id": 1, "name": "Quartz", "hardness": 7, "rarity": 1}
AMMONITE = {"kind": "fossil", "id": 2, "name": "Ammonite", "age": 9007199254740993, "mood": "calm"}


def start(museum: ModuleType, mistake: Mistake, folder: Path) -> tuple[FastAPI | None, list[str]]:
    """The application with a mistake in it, and what `bind` and `receive` say instead of making one."""
    try:
        with _contract(museum, mistake, folder):
            return _made(museum, mistake, folder), []
    except BindError as error:
        return None, list(error.gaps)
    except ContractError as error:
        return None, [str(each) for each in error.diagnostics]


@contextmanager
def _contract(museum: ModuleType, mistake: Mistake, folder: Path) -> Iterator[None]:
    """For a mistake in the contract: the museum reads that one."""
    path = museum.CONTRACT
    if mistake.file == path.name:
        path = folder / "contract.yaml"
        path.write_text(mistake.text(), encoding="utf-8")
    with patch.object(museum, "CONTRACT", path):
        yield


def _made(museum: ModuleType, mistake: Mistake, folder: Path) -> FastAPI:
    if not mistake.file.endswith(".py"):
        return museum.create_app(folder)  # type: ignore[no-any-return]  # a module that was made for the tests
    module = import_module(f"museum.mistakes.{mistake.slug}")
    if mistake.file == "app.py":
        with patch.object(module, "CONTRACT", museum.CONTRACT):
            return module.create_app(folder)  # type: ignore[no-any-return]
    handlers = [getattr(module, each.__name__, each) for each in museum.HANDLERS]
    receivers = [getattr(module, each.__name__, each) for each in museum.RECEIVERS]
    return museum.create_app(folder, handlers, receivers)  # type: ignore[no-any-return]


def ask(app: FastAPI, mistake: Mistake) -> tuple[int, str, str]:
    """The status and the body of the answer that shows a mistake, and what was logged or raised."""
    models = import_module("museum.generated.models")
    quartz = models.Mineral.model_validate(QUARTZ)
    app.state.collection.specimens.update({1: quartz, 2: models.Fossil.model_validate(AMMONITE)})
    with _logged() as records:
        if mistake.ask.method == "ANNOUNCE":
            hooks = import_module(f"museum.mistakes.{mistake.slug}")
            try:
                asyncio.run(_announced(app, hooks, quartz))
            except Exception as error:  # what the sender says
                records.append(f"{type(error).__name__}: {error}")
            return 0, "", "\n".join(records)
        status, body, raised = _answered(app, mistake.ask)
    return status, body, "\n".join([*records, *raised])


def _answered(app: FastAPI, asked: Ask) -> tuple[int, str, list[str]]:
    """An answer, and the exception that goes on to the server after it."""
    raised: list[str] = []
    answered: list[tuple[int, str]] = []

    async def watched(scope: object, receive: object, send: object) -> None:
        try:
            await app(scope, receive, send)  # type: ignore[arg-type]
        except Exception as error:
            raised.append(f"{type(error).__name__}: {error}")
            raise

    with TestClient(watched, raise_server_exceptions=False) as client:
        answer = client.request(asked.method, asked.target, **asked.more)
        answered.append((answer.status_code, answer.text))
    return *answered[0], raised


async def _announced(app: FastAPI, hooks: ModuleType, specimen: object) -> None:
    contract = load_contract(import_module("museum.app").CONTRACT)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as client:
        await hooks.announce(contract, HttpxTransport(client), "http://museum.example", specimen)


@contextmanager
def _logged() -> Iterator[list[str]]:
    """What is logged about violations."""
    logger, records = logging.getLogger("handfast.violations"), list[str]()
    handler = logging.Handler()
    handler.emit = lambda record: records.append(record.getMessage())  # type: ignore[method-assign]
    logger.addHandler(handler)
    try:
        yield records
    finally:
        logger.removeHandler(handler)


def told(text: str, mistake: Mistake, folder: Path) -> str:
    """A message with the names of files as an author would see them, wherever the tests run."""
    text = re.sub(rf"[\w./-]*museum/mistakes/{mistake.slug}\.py", f"museum/{mistake.file}", text)
    text = re.sub(r"[\w./-]*/museum/", "museum/", text.replace(f"{folder}/contract.yaml", "museum/contract.yaml"))
    text = text.replace(f"museum.mistakes.{mistake.slug}", f"museum.{mistake.file.removesuffix('.py')}")
    return re.sub(r"\n\s*For further information visit \S+", "", text)
