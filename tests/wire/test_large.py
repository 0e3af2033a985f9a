"""A small part of the campaign in `large`: nothing large is held in memory, and no item waits for another."""

from collections.abc import Iterator

import pytest

from tests.wire.large import Served, first_of_many, running, transfers

SIZE = 96 * 1024 * 1024
MOST_EXTRA = 48 * 1024
"""KiB; half of what a process would need that holds a body once."""


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with running(tmp_path_factory.mktemp("large"), SIZE) as made:
        yield made


def test_large_bodies_are_not_held_in_memory(at: Served) -> None:
    assert {name: extra for name, _, extra in transfers(at, SIZE) if extra > MOST_EXTRA} == {}


def test_a_range_of_a_large_file(at: Served) -> None:
    status, body = at.ask("GET", "/file", Range=f"bytes={SIZE - 3}-")
    assert (status, body) == (206, b"\xfd\xfe\xff")


@pytest.mark.parametrize(
    ("accept", "first"),
    [
        ("application/jsonl", b'{"n":0}\n'),
        ("application/json-seq", b'\x1e{"n":0}\n'),
        ("text/event-stream", b'data: {"n":0}\n\n'),
    ],
)
def test_the_first_item_does_not_wait_for_the_second(accept: str, first: bytes, at: Served) -> None:
    came, rest, is_complete = first_of_many(at, accept, 10_000)
    assert came == first
    assert rest.count(b'{"n":') == 9_999
    assert is_complete


def test_a_wrong_item_ends_the_stream_and_is_logged(at: Served) -> None:
    _, rest, is_complete = first_of_many(at, "application/jsonl", 10_000, wrong=5_000)
    assert rest.count(b'{"n":') == 4_999
    assert not is_complete
    assert "/n: must be an integer [wrong-type]" in at.log.read_text(encoding="utf-8")
