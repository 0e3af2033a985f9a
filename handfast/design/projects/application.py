"""The application of a new project: the module that binds, and the one that says who may do what."""

from __future__ import annotations

from collections.abc import Iterable

from handfast.contract import Contract
from handfast.generate.formatting import formatted

_APP = '''\
"""Where everything meets: the contract, the handlers, and what answers until a handler is written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from fastapi import FastAPI

{imports}
from handfast import bind, load_contract
from handfast.design.mock import mock
from handfast.runtime import Authenticator

CONTRACT = Path(__file__).resolve().parents[1] / "openapi" / "api.yaml"
HANDLERS = ({classes})  # one class for each tag
IS_MOCKED = os.environ.get("MOCK") == "1"


def create_app(
    authenticators: Mapping[str, Authenticator] = {access}.AUTHENTICATORS, *, mocked: bool = IS_MOCKED
) -> FastAPI:
    """The application; with `mocked`, a mock answers for what is not written yet.

    Raises ContractError and BindError with everything that does not fit.
    """
    contract = load_contract(CONTRACT)
    app = FastAPI(title=contract.title, version=contract.info_version, openapi_url=None, redirect_slashes=False)
    bind(app, contract, HANDLERS, security=authenticators, fallback=mock(contract) if mocked else None)
    return app


app = create_app()
'''

_ACCESS = '''\
"""Who may do what: an authenticator for each security scheme of the contract."""

from __future__ import annotations

from handfast.runtime import {names}

{nobody}AUTHENTICATORS: dict[str, Authenticator] = {{{schemes}}}
'''

_NOBODY = '''\

async def nobody(credentials: Credentials) -> Grant | None:
    """Refuse everybody with 401, as long as nobody is known; a Grant lets in whom the credentials stand for."""
    return None


'''


def application(contract: Contract, modules: Iterable[tuple[str, str]]) -> tuple[str, dict[str, str]]:
    """The name of the module with the application, and the text of each module by its name.

    `modules` are those of the handler classes, with the class in each. A tag may be called `app` or `access` too: then
    the application's own modules make way.
    """
    classes = list(modules)
    taken = {module for module, _ in classes}
    app, access = _free("app", taken), _free("access", taken)
    imported = sorted({access, *taken})
    texts = {
        app: _APP.format(
            imports="\n".join(f"import handlers.{module}" for module in imported),
            classes="".join(f"handlers.{module}.{name}," for module, name in classes),
            access=f"handlers.{access}",
        ),
        access: _access(contract),
    }
    return app, formatted(texts)


def _access(contract: Contract) -> str:
    needed = dict.fromkeys(
        name for operation in contract.operations for requirement in operation.security for name in requirement
    )
    if not needed:
        return _ACCESS.format(names="Authenticator", nobody="", schemes="")
    schemes = "".join(f"{name!r}: nobody," for name in needed)
    return _ACCESS.format(names="Authenticator, Credentials, Grant", nobody=_NOBODY, schemes=schemes)


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name = f"{name}_"
    return name
