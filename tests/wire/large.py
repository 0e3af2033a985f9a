"""Large bodies and long streams through `handfast serve`: what a process needs for them, and when the first item comes.

python -m tests.wire.large --bytes 1073741824
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from handfast.contract import load_contract
from handfast.generate import generate
from tests.cli.serving import served

MOST_EXTRA = 64 * 1024
"""KiB of memory that a process may need more than before, however large a body is."""

_CONTRACT = Path(__file__).parent / "contracts" / "large-3.2.yaml"
_BLOCK = bytes(range(256)) * 256
_PROJECT = '[tool.handfast]\ncontract = "api.yaml"\ngenerated = "generated"\napp = "app:app"\n'
_APP = """
import asyncio, hashlib, resource
from fastapi import FastAPI
from handfast import bind, load_contract
from handfast.runtime import File
from generated.models import GetItems200BodyItem
from generated.operations import large

BLOCK = bytes(range(256)) * 256
GO = asyncio.Event()

async def digest(chunks):
    made = hashlib.sha256()
    async for chunk in chunks:
        made.update(chunk)
    return made.hexdigest()

class Large(large.LargeOperations):
    async def get_memory(self):
        return large.GetMemory200(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    async def post_parts(self, *, body):
        return large.PostParts200(await digest(body.file))
    async def put_bytes(self, *, body):
        return large.PutBytes200(await digest(body))
    async def get_file(self):
        return large.GetFile200(File("large.bin"))
    async def get_chunks(self, *, size):
        async def chunks():
            for _ in range(size // len(BLOCK)):
                yield BLOCK
        return large.GetChunks200(chunks())
    async def get_items(self, *, count, wrong):
        async def items():
            for n in range(count):
                yield GetItems200BodyItem.model_construct(n="wrong" if n == wrong else n)
                if n == 0:
                    await GO.wait()
                    GO.clear()
        return large.GetItems200(items())
    async def post_go(self):
        GO.set()
        return large.PostGo204()

app = FastAPI(openapi_url=None)
bind(app, load_contract("api.yaml"), [Large], docs=None)
"""


@dataclass(frozen=True)
class Served:
    """The application, and what it logs."""

    port: int
    log: Path

    def memory(self) -> int:
        """The most memory that the process had so far, in KiB."""
        return int(self.ask("GET", "/memory")[1])

    def ask(
        self, method: str, path: str, body: Iterator[bytes] | None = None, size: int = 0, **headers: str
    ) -> tuple[int, bytes]:
        """Status and body of an answer that is small."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)) as connection:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            sent |= {"Content-Length": str(size)} if body is not None else {}
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def digest(self, path: str, **headers: str) -> tuple[int, str]:
        """Size and digest of an answer that is large."""
        made, size = hashlib.sha256(), 0
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)) as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            while chunk := answer.read(1024 * 1024):
                made.update(chunk)
                size += len(chunk)
        return size, made.hexdigest()


@contextmanager
def running(folder: Path, size: int) -> Generator[Served]:
    """The application served by `handfast serve`, with a file of a size to be had."""
    (folder / "pyproject.toml").write_text(_PROJECT, encoding="utf-8")
    (folder / "api.yaml").write_text(_CONTRACT.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "app.py").write_text(_APP, encoding="utf-8")
    generate(load_contract(folder / "api.yaml"), folder / "generated")
    with (folder / "large.bin").open("wb") as file:
        for block in blocks(size):
            file.write(block)
    log = folder / "log"
    with served(folder, ready="/memory", log=log) as address:
        yield Served(urlsplit(address).port or 0, log)


def blocks(size: int) -> Iterator[bytes]:
    """Bytes, `size` of them in all, which is a multiple of 64 KiB."""
    return (_BLOCK for _ in range(size // len(_BLOCK)))


def transfers(at: Served, size: int) -> Iterator[tuple[str, float, int]]:
    """Each way for a large body to go: its name, the seconds that it took, the KiB that the process needed more."""
    made = hashlib.sha256()
    for block in blocks(size):
        made.update(block)
    digest = made.hexdigest()
    quoted = f'"{digest}"'.encode()
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n'
    foot = b"\r\n--b--\r\n"

    def parts() -> Iterator[bytes]:
        yield head
        yield from blocks(size)
        yield foot

    ways: dict[str, Callable[[], bool]] = {
        "multipart upload": lambda: (
            at.ask(
                "POST", "/parts", parts(), size + len(head) + len(foot), Content_Type="multipart/form-data; boundary=b"
            )
            == (200, quoted)
        ),
        "octet-stream upload": lambda: (
            at.ask("PUT", "/bytes", blocks(size), size, Content_Type="application/octet-stream") == (200, quoted)
        ),
        "file download": lambda: at.digest("/file") == (size, digest),
        "streamed download": lambda: at.digest(f"/chunks?size={size}") == (size, digest),
    }
    for name, way in ways.items():
        before, start = at.memory(), time.monotonic()
        assert way(), f"{name}: what came is not what was sent"
        yield name, time.monotonic() - start, at.memory() - before


def first_of_many(at: Served, accept: str, count: int, wrong: int | None = None) -> tuple[bytes, bytes, bool]:
    """The first item of a stream while the others are held back, all the others, and whether the end was regular."""
    with closing(http.client.HTTPConnection("127.0.0.1", at.port, timeout=60)) as connection:
        more = "" if wrong is None else f"&wrong={wrong}"
        connection.request("GET", f"/items?count={count}{more}", headers={"Accept": accept})
        answer = connection.getresponse()
        first = answer.read1()
        assert at.ask("POST", "/go")[0] == 204
        rest = bytearray()
        try:
            while chunk := answer.read1():
                rest += chunk
        except http.client.IncompleteRead:
            return first, bytes(rest), False
    return first, bytes(rest), True


def main() -> int:
    """Run what was asked for, and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bytes", type=int, default=1024**3)
    parser.add_argument("--items", type=int, default=10_000)
    options = parser.parse_args()
    is_right = True
    with TemporaryDirectory() as folder, running(Path(folder), options.bytes) as at:
        for name, seconds, extra in transfers(at, options.bytes):
            is_right &= extra < MOST_EXTRA
            print(f"{name:20} {options.bytes:>14,} bytes {seconds:6.1f} s {extra:>8,} KiB more memory", flush=True)
        for accept in ("application/jsonl", "application/json-seq", "text/event-stream"):
            first, rest, _ = first_of_many(at, accept, options.items)
            came = 1 + rest.count(b'{"n":')
            is_right &= first.count(b'{"n":0}') == 1 and came == options.items
            print(f"{accept:20} {came:>14,} items, the first before the others: {json.loads(first.strip(_FRAME))}")
    return 0 if is_right else 1


_FRAME = b"\x1e\n dat:"

if __name__ == "__main__":
    sys.exit(main())
