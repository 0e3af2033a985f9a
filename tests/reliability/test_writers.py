"""64 writers on one article, over HTTP, with one process and with two: one succeeds for each version, none is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from httpx2 import Response

from tests.reliability.service import serving, writer

WRITERS = 64
VERSIONS = 4
COUNTERS = 16


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_of_64_writers_one_succeeds_for_each_version(tmp_path: Path, workers: str) -> None:
    with serving(tmp_path, "--workers", workers) as service:
        async with service.client() as client:
            headers = await writer(client, "ada")
            created = await client.post("/articles", json={"title": "0", "body": "x"}, headers=headers)
            path, etag = f"/articles/{created.json()['slug']}", created.headers["etag"]
            seen = {etag}
            for version in range(VERSIONS):

                async def write(number: int, etag: str = etag, version: int = version) -> Response:
                    change = {"title": f"{version} by {number}"}
                    return await client.patch(path, json=change, headers=headers | {"If-Match": etag})

                answers = await asyncio.gather(*map(write, range(WRITERS)))
                assert Counter(answer.status_code for answer in answers) == {200: 1, 412: WRITERS - 1}
                (winner,) = (answer for answer in answers if answer.status_code == 200)
                stored = await client.get(path, headers=headers)
                assert (stored.json(), stored.headers["etag"]) == (winner.json(), winner.headers["etag"])
                etag = winner.headers["etag"]
                assert etag not in seen, "no version comes back"
                seen.add(etag)
    assert "locked" not in service.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_no_update_is_lost(tmp_path: Path, workers: str) -> None:
    with serving(tmp_path, "--workers", workers) as service:
        async with service.client() as client:
            headers = await writer(client, "ada")
            created = await client.post("/articles", json={"title": "0", "body": "x"}, headers=headers)
            path = f"/articles/{created.json()['slug']}"

            async def add_one(_: int) -> None:
                while True:
                    read = await client.get(path, headers=headers)
                    change = {"title": str(int(read.json()["title"]) + 1)}
                    answer = await client.patch(path, json=change, headers=headers | {"If-Match": read.headers["etag"]})
                    if answer.status_code == 200:
                        return
                    assert answer.status_code == 412, answer.text

            await asyncio.gather(*map(add_one, range(COUNTERS)))
            assert (await client.get(path, headers=headers)).json()["title"] == str(COUNTERS)
    assert "locked" not in service.log.read_text(encoding="utf-8")
