"""Content that is not held in memory: files of multipart bodies, and bodies as streams of bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast
from weakref import finalize

from anyio.to_thread import run_sync
from pydantic_core import core_schema
from typing_extensions import override

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

_CHUNK = 64 * 1024


class Upload:
    """One file of a multipart body: what its part said of it, and its bytes, from memory while small, else from disk.

    `filename` is what the client called it (never a path to trust), `content_type` the media type of the part,
    `headers` all headers of the part with names in lower case, `size` its length in bytes. The file is closed, and
    gone, when the request is over.
    """

    __slots__ = ("__weakref__", "_spool", "content_type", "filename", "headers", "size")

    def __init__(
        self,
        content: bytes = b"",
        *,
        filename: str | None = None,
        content_type: str = "application/octet-stream",
        headers: Mapping[str, str] | None = None,
        spool: int = _CHUNK,
    ) -> None:
        self.filename = filename
        self.content_type = content_type
        self.headers: Mapping[str, str] = headers or {}
        self.size = len(content)
        self._spool = SpooledTemporaryFile[bytes](max_size=spool)
        finalize(self, self._spool.close)
        if content:
            self._spool.write(content)
            self._spool.seek(0)

    @property
    def file(self) -> BinaryIO:
        """The open file, for libraries that want one; reading it blocks, so do it in a thread."""
        return cast("BinaryIO", self._spool)

    async def read(self, size: int = -1) -> bytes:
        """The next `size` bytes, or all that are left."""
        if self._in_memory:
            return self._spool.read(size)
        return await run_sync(self._spool.read, size)

    async def seek(self, offset: int) -> None:
        """Go to a byte, counted from 0."""
        if self._in_memory:
            self._spool.seek(offset)
        else:
            await run_sync(self._spool.seek, offset)

    async def append(self, chunk: bytes) -> None:
        """Add bytes behind what is there; the runtime does while it reads the request."""
        self.size += len(chunk)
        if self._in_memory and self._spool.tell() + len(chunk) <= _CHUNK:
            self._spool.write(chunk)
        else:
            await run_sync(self._spool.write, chunk)

    def close(self) -> None:
        """Let go of the file; harmless when it is closed already."""
        with suppress(OSError):
            self._spool.close()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The whole file in chunks, from its beginning."""
        await self.seek(0)
        while chunk := await self.read(_CHUNK):
            yield chunk

    @property
    def _in_memory(self) -> bool:
        return not getattr(self._spool, "_rolled", True)

    @override
    def __repr__(self) -> str:
        return f"Upload(filename={self.filename!r}, content_type={self.content_type!r}, size={self.size})"

    @classmethod
    def validate(cls, value: object, info: core_schema.ValidationInfo) -> Upload:
        """An upload itself, or the name under which the context of the validation has it."""
        if isinstance(value, cls):
            return value
        if isinstance(value, str) and isinstance(info.context, Uploads):
            return info.context.named(value)
        raise ValueError("a file of a multipart body is expected")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(cls.validate)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "format": "binary"}


class UploadName(str):
    """A text that stands for a file where only JSON fits."""

    __slots__ = ()


class Uploads:
    """The files of one multipart body under the names that stand for them where only JSON fits."""

    __slots__ = ("_files",)

    def __init__(self) -> None:
        self._files: list[Upload] = []

    def add(self, upload: Upload) -> UploadName:
        """Keep a file; the answer is the name that stands for it."""
        self._files.append(upload)
        return UploadName(len(self._files) - 1)

    def named(self, name: str) -> Upload:
        """The file that a name stands for; ValueError when there is none."""
        if not name.isdecimal() or int(name) >= len(self._files):
            raise ValueError("no file of this body has this name")
        return self._files[int(name)]

    def put_back(self, items: object, names: Sequence[object]) -> None:
        """Files in the place of their names in a list whose items may be anything; typed ones are there already."""
        if isinstance(items, list):
            listed = cast("list[object]", items)
            for index, name in enumerate(names):
                if isinstance(name, UploadName) and isinstance(listed[index], str):
                    listed[index] = self.named(name)

    def close(self) -> None:
        """Let go of all files."""
        for upload in self._files:
            upload.close()


class ByteStream:
    """A request body as it arrives: iterate over its chunks once, or read the whole of it.

    `content_type` is the media type that the client sent. Reading raises `RequestViolation` when the body grows over
    its limit, which the runtime answers with 413.
    """

    __slots__ = ("_chunks", "content_type")

    def __init__(self, chunks: AsyncIterator[bytes], content_type: str = "application/octet-stream") -> None:
        self._chunks = chunks
        self.content_type = content_type

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._chunks

    async def read(self) -> bytes:
        """All bytes that are left, in memory; for bodies that are known to be small."""
        return b"".join([chunk async for chunk in self._chunks])

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.is_instance_schema(cls)
