"""Where everything meets."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fastapi import FastAPI

from handfast.contract import load_contract
from handfast.runtime import Operations, bind, receive
from museum.collection import Collection
from museum.desks import Desks
from museum.files import Files
from museum.hooks import Arrivals, Verdicts
from museum.members import Members, by_badge, by_password, by_token
from museum.specimens import Specimens
from museum.streams import Streams

CONTRACT = Path(__file__).with_name("contract.yaml")
HANDLERS: tuple[type[Operations], ...] = (Specimens, Desks, Files, Streams, Members)
RECEIVERS: tuple[type[Operations], ...] = (Arrivals, Verdicts)
AUTHENTICATORS = {"badge": by_badge, "basic": by_password, "oauth": by_token}


def create_app(
    folder: Path, handlers: Iterable[type[Operations]] = HANDLERS, receivers: Iterable[type[Operations]] = RECEIVERS
) -> FastAPI:
    """The museum, with its files in a folder; raises ContractError and BindError with everything that does not fit."""
    contract = load_contract(CONTRACT)
    app = FastAPI(openapi_url=None)
    app.state.collection = Collection(folder)
    bind(app, contract, handlers, security=AUTHENTICATORS)
    receive(app, contract, receivers, at={"specimenArrived": "/arrivals", "judged": "/verdicts"})
    return app
