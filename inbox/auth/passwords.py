"""Agents' passwords: argon2id (RFC 9106), off the event loop, a few at a time."""

from __future__ import annotations

import asyncio
import unicodedata

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from inbox.core.errors import BadRequest

SHORTEST, LONGEST = 12, 256


class Passwords:
    """Hashes and checks passwords with the second recommended parameters of RFC 9106.

    Each takes 64 MiB and some 50 ms in a thread; at most `at_once` run at the same moment and the
    rest wait, so that a flood of sign-ins costs time and not memory.
    """

    def __init__(
        self,
        *,
        at_once: int = 2,
        time_cost: int = 3,
        memory_kib: int = 65_536,
        lanes: int = 4,
    ) -> None:
        self._hasher = PasswordHasher(
            time_cost=time_cost, memory_cost=memory_kib, parallelism=lanes, type=Type.ID
        )
        self._turns = asyncio.Semaphore(at_once)

    async def hash(self, password: str) -> str:
        """Hash a new password, 12 to 256 characters of any kind; BadRequest otherwise."""
        text = _prepared(check_password(password))
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, text)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the one of the stored hash.

        With none stored (no such name, or an agent without a password) it works as long and says
        no, so that the time does not tell which names exist.
        """
        text = _prepared(password[:LONGEST])
        async with self._turns:
            if stored is None:
                await asyncio.to_thread(self._hasher.hash, text)
                return False
            return await asyncio.to_thread(self._matches, stored, text) and (
                len(password) <= LONGEST
            )

    def needs_rehash(self, stored: str) -> bool:
        """Whether the hash was made with other parameters: hash again at the next sign-in."""
        return self._hasher.check_needs_rehash(stored)

    def _matches(self, stored: str, text: bytes) -> bool:
        try:
            return self._hasher.verify(stored, text)
        except (VerificationError, InvalidHashError):
            return False


def check_password(password: str, *, path: str = "password") -> str:
    """Give the password back if it may be one: length alone decides (NIST SP 800-63B)."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadRequest.field(path, f"must have {SHORTEST} to {LONGEST} characters")
    return password


def _prepared(password: str) -> bytes:
    """NFC (RFC 8265), since one keyboard writes `é` as one character and another as two."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
