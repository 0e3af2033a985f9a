"""Passwords: Argon2id in a few threads of its own, so that a storm of logins takes neither all cores nor all memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from blog.refusals import Unavailable

if TYPE_CHECKING:
    from blog.settings import Settings

_Result = TypeVar("_Result")
_LONGEST_QUEUE = 64
"""So many may wait for a thread, about 2 s with the default settings; the next one is refused."""
_UNKNOWN = "nobody has this password"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password is right, and the hash to keep from now on if the settings have changed since."""

    right: bool
    new_hash: str | None = None


class Passwords:
    """Hashes and compares passwords with the settings of the service."""

    def __init__(self, settings: Settings) -> None:
        self._hasher = PasswordHash(
            (Argon2Hasher(time_cost=settings.argon2_iterations, memory_cost=settings.argon2_memory_kib, parallelism=1),)
        )
        self._threads = ThreadPoolExecutor(settings.argon2_threads, thread_name_prefix="passwords")
        self._unknown_hash = self._hasher.hash(_UNKNOWN)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """The hash to keep of a password; raises Unavailable when too many wait."""
        return await self._aside(lambda: self._hasher.hash(password))

    async def compare(self, password: str, kept: str | None) -> Verdict:
        """Compare a password with the hash that is kept; without one it takes as long, and is wrong.

        Raises Unavailable when too many wait.
        """
        return await self._aside(lambda: self._compare(password, kept))

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _compare(self, password: str, kept: str | None) -> Verdict:
        try:
            right, new_hash = self._hasher.verify_and_update(password, kept or self._unknown_hash)
        except UnknownHashError:
            return Verdict(right=False)
        return Verdict(right=right, new_hash=new_hash) if kept else Verdict(right=False)

    async def _aside(self, work: Callable[[], _Result]) -> _Result:
        if self._waiting >= _LONGEST_QUEUE:
            raise Unavailable("Too many passwords are being checked at the moment.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
