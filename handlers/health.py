"""Health: whether the process lives, and whether it can do its work."""

from __future__ import annotations

from typing import final

from fastapi import Request
from typing_extensions import override

from blog.refusals import Unavailable
from generated.models import Health as HealthBody
from generated.operations.health import HealthOperations
from generated.replies import Healthy, ServiceUnavailable
from handlers.refusals import refusing
from handlers.services import ServicesDep


@final
class Health(HealthOperations):
    """Answers those who watch over the process."""

    def __init__(self, request: Request, services: ServicesDep) -> None:
        # `handfast serve` says so from the first signal on, while requests are still taken.
        self.is_draining: object = getattr(request.state, "draining", False)
        self.services = services

    @override
    async def get_liveness(self) -> Healthy:
        return Healthy(HealthBody(status="ok"))

    @override
    async def get_readiness(self) -> Healthy | ServiceUnavailable:
        with refusing():
            if self.is_draining:
                raise Unavailable("The process is shutting down.")
            await self.services.database.answers()
        return Healthy(HealthBody(status="ok"))
