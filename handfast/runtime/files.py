"""Files as bodies of replies: sent from disk in chunks, the whole or the range that a client asks for.

async def get_photo(self, *, id: int) -> GetPhoto200 | GetPhoto404:
    try:
        file = File(folder / f"{id}.jpeg")
    except FileNotFoundError:
        return GetPhoto404(...)
    return GetPhoto200(file, etag=file.etag)
"""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncGenerator, AsyncIterator
from email.utils import formatdate
from pathlib import Path
from weakref import finalize

from anyio.to_thread import run_sync

_CHUNK = 256 * 1024


class File:
    """A regular file as a body; it is opened at once, so that a missing one is found while there is still an answer.

    `size` is in bytes, as it was when the file was opened: what is appended later is not sent. Raises OSError when the
    file cannot be opened, ValueError when it is no regular file.
    """

    __slots__ = ("__weakref__", "_file", "_status", "path", "size")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._file = self.path.open("rb", buffering=0)
        finalize(self, self._file.close)
        self._status = os.fstat(self._file.fileno())
        if not stat.S_ISREG(self._status.st_mode):
            raise ValueError(f"{self.path} is no regular file")
        self.size = self._status.st_size

    @property
    def etag(self) -> str:
        """An entity tag from size and time of change, for a reply that declares `ETag`."""
        return f'"{self._status.st_mtime_ns:x}-{self.size:x}"'

    @property
    def last_modified(self) -> str:
        """The time of change as an HTTP date, for a reply that declares `Last-Modified`."""
        return formatdate(self._status.st_mtime, usegmt=True)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self.chunks(0, self.size)

    def chunks(self, start: int, end: int) -> FileStream:
        """The bytes from `start` up to `end`, in chunks."""
        return FileStream(self, start, end)

    async def read(self, start: int, size: int) -> bytes:
        """At most `size` bytes from `start` on; none at the end."""
        return await run_sync(self._read, start, size)

    def _read(self, start: int, size: int) -> bytes:
        self._file.seek(start)
        return self._file.read(size) or b""


class FileStream:
    """Bytes of a file on their way; `size` is how many there are."""

    __slots__ = ("_chunks", "file", "size")

    def __init__(self, file: File, start: int, end: int) -> None:
        self.file = file
        self.size = end - start
        self._chunks = _read(file, start, end)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._chunks

    async def __anext__(self) -> bytes:
        return await anext(self._chunks)


async def _read(file: File, start: int, end: int) -> AsyncGenerator[bytes, None]:
    while start < end and (chunk := await file.read(start, min(_CHUNK, end - start))):
        yield chunk
        start += len(chunk)
