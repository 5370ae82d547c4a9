"""Passwords, kept by Argon2id (RFC 9106) and checked in threads of their own."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: How many passwords are worked on at once: each takes 64 MiB.
THREADS: Final = 2


class Passwords:
    """Makes and checks what is kept of passwords; whoever comes when both threads are busy waits."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """Hash by *hasher*, or with the library's parameters, which are those of RFC 9106 for 64 MiB."""
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(THREADS, "passwords")

    async def hashed(self, password: str) -> str:
        """Return what is to be kept of *password*."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._hasher.hash, password)

    async def is_right(self, password: str, kept: str | None) -> bool:
        """Return whether *kept* was made of *password*; without *kept* it takes as long to say no."""
        if kept is None:
            await self.hashed(password)
            return False
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._verify, password, kept)

    def is_outdated(self, kept: str) -> bool:
        """Return whether *kept* was made in a way that is too weak by now."""
        return self._hasher.check_needs_rehash(kept)

    async def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password: str, kept: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False
