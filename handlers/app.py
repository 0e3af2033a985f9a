"""Where everything meets: the contract, the handlers, the domain, and what every request passes through."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from blog.settings import Settings
from blog.start import prepare
from handfast.contract import Contract, ParameterLocation, load_contract
from handfast.runtime import bind
from handlers.about import About, Edition
from handlers.accounts import Accounts
from handlers.articles import Articles
from handlers.attachments import Attachments
from handlers.comments import Comments
from handlers.health import Health
from handlers.logs import logging_to_stderr
from handlers.observing import RequestObserver
from handlers.services import Services
from handlers.shielding import SecurityHeaders
from handlers.tags import Tags
from handlers.tokens import Tokens
from handlers.viewers import authenticate

_LOG = logging.getLogger("handlers.app")

CONTRACT = Path(__file__).resolve().parents[1] / "openapi" / "api.yaml"
HANDLERS = (Accounts, Tokens, Articles, Comments, Attachments, Tags, Health, About)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application with these settings, by default those of the environment; nothing is connected to yet.

    Raises ContractError and BindError with everything that does not fit.
    """
    settings = settings or Settings()
    contract = load_contract(CONTRACT)
    app = FastAPI(
        title=contract.title,
        version=contract.info_version,
        lifespan=_lifespan(settings),
        openapi_url=None,
        redirect_slashes=False,
    )
    bind(app, contract, HANDLERS, security={"oauth2": authenticate}, docs="/docs" if settings.docs else None)
    app.state.edition = Edition.of(contract, settings.build)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_credentials=settings.cors_credentials,
            allow_methods=sorted({operation.method for operation in contract.operations}),
            allow_headers=["Authorization", "Content-Type", "traceparent", *_header_parameters(contract)],
            expose_headers=["Link", "X-Request-ID", *_response_headers(contract)],
            max_age=600,
        )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestObserver)
    return app


def _header_parameters(contract: Contract) -> list[str]:
    parameters = (parameter for operation in contract.operations for parameter in operation.parameters)
    return sorted({each.name for each in parameters if each.location is ParameterLocation.HEADER})


def _response_headers(contract: Contract) -> list[str]:
    responses = (response for operation in contract.operations for response in operation.responses)
    return sorted({name for response in responses for name in response.headers})


def _lifespan(settings: Settings) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        with logging_to_stderr(settings):
            if settings.has_known_secret:
                _LOG.warning(
                    "everybody knows the key that signs access tokens: where others can reach this service, "
                    "set SECRET_KEY and ENVIRONMENT=production"
                )
            services = Services.of(settings)
            try:
                await prepare(services.database, examples=settings.seeds)
                app.state.services = services
                yield
            finally:
                await services.close()

    return lifespan


app = create_app()
