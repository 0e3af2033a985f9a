"""Webhooks and callbacks: who hears of a specimen, from both sides."""

from __future__ import annotations

from typing import final

from typing_extensions import override

from handfast.contract import Contract
from handfast.runtime import Sender, Transport, anywhere
from museum.collection import CollectionDep
from museum.generated.callbacks.verdicts import Judged4XX, Judged204, VerdictsCallbacks
from museum.generated.models import Rarity, Specimen, Verdict
from museum.generated.webhooks.arrivals import ArrivalsWebhooks, SpecimenArrived204, SpecimenArrived410


@final
class Arrivals(ArrivalsWebhooks):
    """Hears of specimens."""

    def __init__(self, collection: CollectionDep) -> None:
        self.collection = collection

    @override
    async def specimen_arrived(self, *, x_attempt: int, body: Specimen) -> SpecimenArrived204 | SpecimenArrived410:
        if x_attempt > 3:
            raise SpecimenArrived410()
        self.collection.log.append(f"arrived {body.name}")
        return SpecimenArrived204()


@final
class Verdicts(VerdictsCallbacks):
    """Hears what became of a specimen."""

    def __init__(self, collection: CollectionDep) -> None:
        self.collection = collection

    @override
    async def judged(self, *, body: Verdict) -> Judged204 | Judged4XX:
        if body.rarity is Rarity.COMMON:
            return Judged4XX(status=429)
        self.collection.log.append(f"judged {body.id} {body.rarity.name}")
        return Judged204()


async def announce(contract: Contract, transport: Transport, url: str, specimen: Specimen) -> list[str]:
    """Tell a receiver of a specimen, and of what became of it; answers what it said."""
    arrivals = Sender(ArrivalsWebhooks, contract, transport, allow=anywhere).to(f"{url}/arrivals")
    verdicts = Sender(VerdictsCallbacks, contract, transport, allow=anywhere).to(f"{url}/verdicts")
    heard = await arrivals.specimen_arrived(x_attempt=1, body=specimen)
    tired = await arrivals.specimen_arrived(x_attempt=4, body=specimen)
    judged = await verdicts.judged(body=Verdict(id=specimen.id, rarity=Rarity.RARE))
    later = await verdicts.judged(body=Verdict(id=specimen.id, rarity=Rarity.COMMON))
    return [f"{type(each).__name__} {each.status}" for each in (heard, tired, judged, later)]
