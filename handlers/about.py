"""About: what is running here, and which contract it keeps."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import final

from fastapi import Request
from typing_extensions import override

from generated.models import Version
from generated.operations.about import AboutOperations, GetVersion200
from handfast.contract import Contract, published


@dataclass(frozen=True, slots=True)
class Edition:
    """The versions of an application; `digest` is that of the contract as `/openapi.json` publishes it."""

    contract: str
    digest: str
    service: str
    build: str | None

    @classmethod
    def of(cls, contract: Contract, build: str | None) -> Edition:
        """The edition that keeps a contract; the service has the version of the distribution that it comes in."""
        return cls(contract.info_version, published.digest(contract.source), version("handfast"), build)


@final
class About(AboutOperations):
    """Says what whoever made the application knows of it."""

    def __init__(self, request: Request) -> None:
        self.edition: object = request.app.state.edition

    @override
    async def get_version(self) -> GetVersion200:
        edition = self.edition
        if not isinstance(edition, Edition):
            raise TypeError("the application was made without an edition")
        return GetVersion200(
            Version(
                contract_version=edition.contract,
                contract_digest=edition.digest,
                service_version=edition.service,
                build=edition.build,
            )
        )
