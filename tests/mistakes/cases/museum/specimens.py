"""Specimens: parameters of every style and place, unions, variants for each direction, ranges of statuses."""

from __future__ import annotations

from typing import Literal, final

from fastapi import BackgroundTasks
from pydantic import MISSING
from typing_extensions import override

from handfast.runtime import Uuid
from museum.collection import CollectionDep
from museum.generated.models import (
    Changes,
    Filter,
    Fossil,
    Measurements,
    Mineral,
    MineralRequest,
    Page,
    Place,
    Problem,
    Rarity,
    Specimen,
    SpecimenRequest,
    Taxon,
    Window,
)
from museum.generated.operations.specimens import (
    AddSpecimen201,
    ChangeSpecimen200,
    FindPlace200,
    GetSpecimen200,
    GetSpecimen304,
    ListSpecimens200,
    PutMeasurements200,
    PutTaxa200,
    QuerySpecimens200,
    RemoveSpecimen204,
    Search200,
    SpecimensOperations,
)
from museum.generated.replies import Failed, Known, Missing, Refused


@final
class Specimens(SpecimensOperations):
    """What is collected."""

    def __init__(self, collection: CollectionDep, tasks: BackgroundTasks) -> None:
        self.collection = collection
        self.tasks = tasks

    @override
    async def list_specimens(
        self,
        *,
        x_trace: Uuid | None,
        limit: int,
        tag: list[str] | None,
        ids: list[int] | None,
        colours: list[str] | None,
        sizes: list[int | float] | None,
        filter: Filter | None,
        where: Filter | None,
        rarity: Rarity | None,
        flag: str | None,
        x_fields: list[str] | None,
        x_window: Window | None,
        theme: Literal["dark", "light"] | None,
    ) -> ListSpecimens200 | Refused | Failed:
        if tag == ["teapot"]:
            return Refused(Problem(title="No teapots", status=418), status=418)
        if tag == ["broken"]:
            raise Failed(Problem(title="Closed for repairs", status=503), status=503)
        asked = {
            "trace": str(x_trace),
            "tag": str(tag),
            "ids": str(ids),
            "colours": str(colours),
            "sizes": str(sizes),
            "filter": _text(filter),
            "where": _text(where),
            "rarity": "any" if rarity is None else rarity.name,
            "flag": repr(flag),
            "window": "any" if x_window is None else f"{x_window.from_} to {x_window.to}",
            "theme": str(theme),
        }
        found = [each for number, each in self.collection.specimens.items() if ids is None or number in ids]
        return ListSpecimens200(Page(items=found[:limit], asked=asked), x_total=len(found), x_seen=x_fields)

    @override
    async def add_specimen(
        self, *, x_trace: Uuid | None, x_reply_to: str | None, body: SpecimenRequest
    ) -> AddSpecimen201 | Known | Refused | Failed:
        number = len(self.collection.specimens) + 1
        for known in self.collection.specimens.values():
            if known.name == body.name:
                raise Known(Problem(title="It is there", status=409), location=f"/v1/specimens/{known.id}")
        self.collection.specimens[number] = specimen = _specimen(number, body)
        self.tasks.add_task(self.collection.log.append, f"thank {body.donor_phone}")
        return AddSpecimen201(specimen, location=f"/v1/specimens/{number}", etag=f'"{number}"')

    @override
    async def query_specimens(self, *, x_trace: Uuid | None, body: Filter) -> QuerySpecimens200 | Failed:
        return QuerySpecimens200(self._page(body))

    @override
    async def get_specimen(
        self, *, id: int, if_none_match: str | None
    ) -> GetSpecimen200 | GetSpecimen304 | Missing | Refused | Failed:
        specimen = self._find(id)
        if if_none_match == f'"{id}"':
            return GetSpecimen304()
        if isinstance(specimen, Fossil):
            return GetSpecimen200(f"{specimen.name}, {specimen.age}", media_type="text/plain", etag=f'"{id}"')
        return GetSpecimen200(specimen, etag=f'"{id}"')

    @override
    async def change_specimen(self, *, id: int, body: Changes) -> ChangeSpecimen200 | Missing | Failed:
        specimen = self._find(id)
        if body.name is not MISSING:
            specimen.name = body.name
        if isinstance(specimen, Mineral) and body.found_on is not MISSING:
            specimen.found_on = MISSING if body.found_on is None else body.found_on
        return ChangeSpecimen200(specimen)

    @override
    async def remove_specimen(self, *, id: int) -> RemoveSpecimen204 | Missing:
        del self.collection.specimens[self._find(id).id]
        return RemoveSpecimen204()

    @override
    async def find_place(self, *, point: list[int | float], route: list[str], box: Window) -> FindPlace200 | Failed:
        return FindPlace200(Place(point=point, route=route, box=box))

    @override
    async def search(self, *, query: Filter | None) -> Search200 | Failed:
        return Search200(self._page(query))

    @override
    async def put_taxa(self, *, body: Taxon) -> PutTaxa200 | Failed:
        return PutTaxa200(_sorted(body))

    @override
    async def put_measurements(self, *, body: Measurements) -> PutMeasurements200 | Failed:
        return PutMeasurements200({name: round(value) for name, value in body.items()})

    def _find(self, number: int) -> Specimen:
        specimen = self.collection.specimens.get(number)
        if specimen is None:
            raise Missing(Problem(title="Not here", status=404, detail=f"There is no specimen {number}"))
        return specimen

    def _page(self, wanted: Filter | None) -> Page:
        found: list[Specimen] = list(self.collection.specimens.values())
        if wanted is not None and wanted.rarity is not MISSING:
            found = [each for each in found if isinstance(each, Mineral) and each.rarity == wanted.rarity]
        return Page(items=found, asked={"text": _text(wanted)})


def _specimen(number: int, body: SpecimenRequest) -> Specimen:
    """A new specimen, without what is the donor's alone."""
    if isinstance(body, MineralRequest):
        return Mineral(
            kind="mineral",
            id=number,
            name=body.name,
            hardness=body.hardness,
            rarity=Rarity.COMMON if body.rarity is MISSING else body.rarity,
            found_on=body.found_on,
        )
    return Fossil(kind="fossil", id=number, name=body.name, age=body.age, mood=body.mood)


def _text(wanted: Filter | None) -> str:
    return "" if wanted is None or wanted.text is MISSING else wanted.text


def _sorted(taxon: Taxon) -> Taxon:
    if taxon.children is MISSING:
        return taxon
    children = sorted((_sorted(each) for each in taxon.children), key=lambda each: each.name)
    return Taxon(name=taxon.name, children=children)
