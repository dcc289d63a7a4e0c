"""Access tokens of one project: asked for once, whoever needs one, and renewed in good time."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import structlog

from push.exchange import Exchange, Reply, brief, read_date, wait_asked
from push.fcm.account import GRANT, ServiceAccount, read_account, sign_assertion
from push.model import NotProcessed, Refused

RENEW_BEFORE_S = 300.0
LONGEST_PAUSE_S = 60.0
_ANSWER_WITHIN_S = 10.0
_FILE_LOOK_S = 1.0
_LEAST_AGE_S = 60.0
_SKEW_MS = 5 * 60_000
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_log = structlog.get_logger(__name__)

FileMark = tuple[int, int, int] | None
"""What changes when a file does: time, size and number; none where there is no file."""


class Access(msgspec.Struct, frozen=True, eq=False):
    """One access token and the project that it is for. Times are the timer's seconds."""

    token: str
    project: str
    given_at: float
    renew_at: float
    ends_at: float
    mark: FileMark


class _Granted(msgspec.Struct):
    access_token: str
    expires_in: float


class _Denied(msgspec.Struct):
    error: str = ""
    error_description: str = ""


class AccessTokens:
    """The access token of one service account's file, which is read again when it changed.

    One request at a time, whoever asks. From five minutes before its end on, a token is renewed
    beside the pushes that it still serves. After a failure the next try waits, 1 to 60 s, and
    meanwhile everyone is told at once what went wrong; a changed file ends that wait.
    """

    def __init__(
        self,
        file: Path,
        *,
        exchange: Exchange,
        project: str = "",
        timer: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._file = file
        self._exchange = exchange
        self._project = project
        self._timer = timer
        self._clock = clock
        self._chance = chance
        self._mark: FileMark = None
        self._looked_at = -_FILE_LOOK_S
        self._held: Access | None = None
        self._failure: NotProcessed | Refused = NotProcessed("oauth: not asked yet")
        self._failures = 0
        self._failed_mark: FileMark = None
        self._not_before = 0.0
        self._flight: asyncio.Task[None] | None = None

    async def get(self) -> Access | NotProcessed | Refused:
        """A token that is good now, or why there is none: what the push's outcome shall be."""
        now = self._timer()
        self._look(now)
        if self._flight is None and self._due(now):
            self._flight = asyncio.create_task(self._fly(), name="fcm-access")
        if access := self._good(now):
            return access
        if self._flight is not None:
            await asyncio.wait([self._flight])  # who gives up waiting takes it from nobody
        return self._good(self._timer()) or self._failure

    def refuse(self, access: Access) -> bool:
        """Forget a token that was answered with 401; whether it is worth asking for another.

        Not where it is quite new: then another would be refused as well.
        """
        if self._held is access:
            if self._timer() - access.given_at < _LEAST_AGE_S:
                return False
            self._held = None
        return True

    async def close(self) -> None:
        """End a request that is under way."""
        if self._flight is not None:
            self._flight.cancel()
            await asyncio.gather(self._flight, return_exceptions=True)
            self._flight = None

    def _good(self, now: float) -> Access | None:
        return self._held if self._held is not None and now < self._held.ends_at else None

    def _due(self, now: float) -> bool:
        if self._failures and now < self._not_before and self._failed_mark == self._mark:
            return False
        held = self._held
        return held is None or now >= held.renew_at or held.mark != self._mark

    def _look(self, now: float) -> None:
        if now - self._looked_at >= _FILE_LOOK_S:
            self._looked_at = now
            try:
                found = self._file.stat()
                self._mark = (found.st_mtime_ns, found.st_size, found.st_ino)
            except OSError:
                self._mark = None

    async def _fly(self) -> None:
        mark = self._mark
        try:
            result = await self._ask(mark)
        finally:
            self._flight = None
        if isinstance(result, Access):
            self._held, self._failures = result, 0
            _log.info("fcm_access_granted", project=result.project)
            return
        failure, asked_s = result
        longest = min(LONGEST_PAUSE_S, 2.0**self._failures)
        if isinstance(failure, Refused):
            longest = LONGEST_PAUSE_S
        self._failure, self._failed_mark = failure, mark
        self._failures += 1
        self._not_before = self._timer() + max(asked_s, longest * (0.5 + self._chance() / 2))
        _log.warning("fcm_access_not_granted", file=self._file.name, why=failure.reason)

    async def _ask(self, mark: FileMark) -> Access | tuple[NotProcessed | Refused, float]:
        try:
            account = read_account(await asyncio.to_thread(self._file.read_bytes))
        except OSError as error:
            return Refused(f"{self._file.name}: {error.strerror}", keep=True), 0
        except ValueError as error:
            return Refused(f"{self._file.name}: {error}", keep=True), 0
        project = self._project or account.project
        if not project:
            return Refused(f"{self._file.name}: names no project", keep=True), 0
        reply = await self._exchange.post(
            account.token_uri, headers=_FORM, body=self._form(account), timeout=_ANSWER_WITHIN_S
        )
        if not isinstance(reply, Reply):
            return NotProcessed(f"oauth: {reply.reason}"), 0
        if reply.status != HTTPStatus.OK:
            return self._denied(reply)
        try:
            granted = msgspec.json.decode(reply.body, type=_Granted, strict=False)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return NotProcessed("oauth: an answer without a token"), 0
        now = self._timer()
        life = granted.expires_in
        return Access(
            token=granted.access_token,
            project=project,
            given_at=now,
            renew_at=now + max(life - RENEW_BEFORE_S, life / 2),
            ends_at=now + life,
            mark=mark,
        )

    def _form(self, account: ServiceAccount) -> bytes:
        assertion = sign_assertion(account, now_s=int(self._clock()))
        return urlencode({"grant_type": GRANT, "assertion": assertion}).encode()

    def _denied(self, reply: Reply) -> tuple[NotProcessed | Refused, float]:
        try:
            words = msgspec.json.decode(reply.body, type=_Denied)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            words = _Denied()
        reason = brief(f"oauth: {reply.status} {words.error} {words.error_description}")
        now_ms = int(self._clock() * 1000)
        temporary = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
        if reply.status in temporary or not 400 <= reply.status < 500:
            return NotProcessed(reason), (wait_asked(reply.headers, now_ms=now_ms) or 0) / 1000
        ahead = now_ms - (read_date(reply.headers.get("Date", "")) or now_ms)
        if abs(ahead) > _SKEW_MS:
            side = "ahead of" if ahead > 0 else "behind"
            reason += f"; our clock is {abs(ahead) // 1000} s {side} theirs"
        return Refused(reason, keep=True), 0
