"""The application that `handfast mock` serves: a contract, with nothing but the mock behind it.

`app` is made when it is first asked for, from the environment: a server's process knows an application by its name.
"""

from __future__ import annotations

import os
from pathlib import Path

from fastapi import FastAPI

from handfast.contract import load_contract
from handfast.design.mock import anybody, mock
from handfast.runtime import bind

APP = "handfast.design.mocking:app"
CONTRACT, SEED = "HANDFAST_MOCK_CONTRACT", "HANDFAST_MOCK_SEED"


def mocked(path: Path, seed: int = 0) -> FastAPI:
    """An application that answers every operation of a contract; any credentials are right."""
    contract = load_contract(path)
    app = FastAPI(title=contract.title, openapi_url=None)
    bind(app, contract, [], fallback=mock(contract, seed=seed), security=anybody(contract))
    return app


def __getattr__(name: str) -> FastAPI:
    if name == "app":
        return mocked(Path(os.environ[CONTRACT]), int(os.environ.get(SEED, "0")))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
