"""Files: bytes that are never held in memory as a whole, with ranges and conditions."""

from __future__ import annotations

from typing import final

from typing_extensions import override

from handfast.runtime import ByteStream, File
from museum.collection import CollectionDep
from museum.generated.models import Problem
from museum.generated.operations.files import FilesOperations, GetFile200, GetFile206, GetFile304, PutFile204
from museum.generated.replies import Failed, Missing


@final
class Files(FilesOperations):
    """Files of the collection's folder."""

    def __init__(self, collection: CollectionDep) -> None:
        self.folder = collection.folder

    @override
    async def put_file(self, *, name: str, body: ByteStream) -> PutFile204 | Failed:
        with (self.folder / name).open("wb") as file:
            async for chunk in body:
                file.write(chunk)
        return PutFile204()

    @override
    async def get_file(self, *, name: str) -> GetFile200 | GetFile206 | GetFile304 | Missing | Failed:
        try:
            file = File(self.folder / name)
        except FileNotFoundError:
            return Missing(Problem(title="Not here", status=404))
        return GetFile200(file, etag='"1"')
