"""The application that `handfast mock` serves: a contract, with nothing but the mock behind it.

`app` is made when it is first asked for, from the environment: a server's process knows an application by its name.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from handfast.contract import Contract, load_contract
from handfast.design.mock.access import anybody
from handfast.design.mock.failures import made_up
from handfast.design.mock.mocking import mock
from handfast.design.mock.options import MockOptions
from handfast.design.samples import Samples
from handfast.runtime import bind
from handfast.runtime.problem_bodies import LastResort

APP = "handfast.design.mock.serving:app"
CONTRACT, OPTIONS, ORIGINS = "HANDFAST_MOCK_CONTRACT", "HANDFAST_MOCK_OPTIONS", "HANDFAST_MOCK_ORIGINS"


def mocked(
    contract: Contract, options: MockOptions | None = None, *, origins: Sequence[str] = (), docs: str | None = "/docs"
) -> FastAPI:
    """An application that answers every operation of a contract; any credentials are right.

    `origins` are those whose pages may ask it (CORS); `*` is any.
    """
    app = FastAPI(title=contract.title, openapi_url=None, redirect_slashes=False)
    refusing = LastResort(partial(made_up, Samples(contract.document, contract.judges)))
    bind(app, contract, [], fallback=mock(contract, options), security=anybody(contract), problems=refusing, docs=docs)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=sorted({operation.method for operation in contract.operations}),
            allow_headers=["*"],
            expose_headers=["*", *_headers(contract)],
        )
    return app


def _headers(contract: Contract) -> list[str]:
    """The headers that replies may have; `*` does not stand for all of them when credentials are sent."""
    declared = {
        name.title()
        for operation in contract.operations
        for response in operation.responses
        for name in response.headers
    }
    return sorted({*declared, "Preference-Applied"})


def _from_environment() -> FastAPI:
    options = MockOptions.from_text(os.environ.get(OPTIONS, MockOptions().as_text()))
    origins = os.environ.get(ORIGINS, "").split()
    return mocked(load_contract(Path(os.environ[CONTRACT])), options, origins=origins)


def __getattr__(name: str) -> FastAPI:
    if name == "app":
        return _from_environment()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
