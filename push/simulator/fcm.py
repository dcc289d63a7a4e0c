"""A stand-in for Firebase Cloud Messaging: Google's OAuth endpoint and FCM's, on one address."""

from __future__ import annotations

import secrets
import ssl
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from push.simulator.doorway import HOST
from push.simulator.fcm_form import Invalid, Message, error_body, read_message
from push.simulator.google import Account, InvalidGrant, judge_assertion, make_account
from push.simulator.record import Arrived, Door, Faults, Records, Reply
from push.simulator.stand import Stand, decide, give

TOKEN_LIFE_S = 3599
_OAUTH = "/token"
_BEARER = "Bearer "


class FcmSimulator:
    """Google's service on loopback. `dead` are registration tokens that answer UNREGISTERED.

    A door other than open meets requests for access tokens too, since both have one address.
    """

    def __init__(
        self,
        *,
        context: ssl.SSLContext,
        records: Records,
        faults: Faults,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.records = records
        self.faults = faults
        self.clock = clock
        self.accounts: dict[str, Account] = {}
        """By e-mail."""
        self.dead: set[str] = set()
        self.life_s = TOKEN_LIFE_S
        self.asked = 0
        """How many access tokens were ever asked for."""
        self._tokens: dict[str, tuple[Account, float]] = {}
        self._stand = Stand(
            [
                web.post(_OAUTH, self._grant),
                web.post("/v1/projects/{project}/{call}", self._send),
            ],
            context=context,
        )

    @property
    def url(self) -> str:
        """Its address, once it is open."""
        return self._stand.url

    @property
    def connections(self) -> int:
        """How many connections ever brought a request."""
        return self._stand.made

    @property
    def door(self) -> Door:
        """How it meets new connections."""
        return self._stand.door

    async def start(self, *, host: str = HOST, port: int = 0) -> None:
        """Listen; without a port, on one that the kernel gives."""
        await self._stand.start(host=host, port=port)

    async def set_door(self, door: Door) -> None:
        """Meet new connections so from now on; those that exist stay."""
        await self._stand.set_door(door)

    def cut(self) -> None:
        """Cut all connections, without a word."""
        self._stand.cut()

    async def close(self) -> None:
        """Cut everything and listen no more."""
        await self._stand.close()

    def make_account(self, file: Path, *, project: str) -> Account:
        """Write a new service account's key file, readable by its owner only, and know it.

        It names this stand-in's address for access tokens: start first.
        """
        account, content = make_account(project, token_uri=self.url + _OAUTH)
        file.touch(mode=0o600)
        file.write_bytes(content)
        self.accounts[account.email] = account
        return account

    def revoke(self) -> None:
        """Let no access token be good any more that was given so far."""
        self._tokens.clear()

    # ── access tokens ────────────────────────────────────────────────────────────────────────────
    async def _grant(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        self.asked += 1
        audience, now = self.url + _OAUTH, self.clock()
        account: Account | None = None
        refused = "A fault."
        try:
            account = judge_assertion(form, self.accounts, audience=audience, now_s=now)
        except InvalidGrant as error:
            refused = str(error)
        earned = Reply(status=200) if account else Reply(status=400, reason="invalid_grant")
        email = account.email if account else ""
        fate = decide(earned, self.faults.meet("fcm", app=email, token="", oauth=True))
        body: dict[str, Any]
        if account and fate.delivered:
            token = f"ya29.{secrets.token_urlsafe(32)}"
            self._tokens[token] = (account, now + self.life_s)
            body = {"access_token": token, "expires_in": self.life_s, "token_type": "Bearer"}
        else:
            word = fate.reply.reason if fate.reply else ""
            body = {"error": word or "internal_failure", "error_description": refused}
        return await give(request, fate, body=msgspec.json.encode(body), headers=self._date())

    # ── messages ─────────────────────────────────────────────────────────────────────────────────
    async def _send(self, request: web.Request) -> web.StreamResponse:
        project = request.match_info["project"]
        content = await request.read()
        message = Message()
        invalid: Invalid | None = None
        try:
            asked = read_message(content)
            message = asked.message
        except Invalid as error:
            invalid = error
        earned = self._earned(request, project, message, invalid)
        deed = self.faults.meet("fcm", app=project, token=message.token)
        fate = decide(earned, deed)
        name = f"projects/{project}/messages/0:{secrets.token_hex(8)}"
        self.records.add(
            Arrived(
                number=self.records.next_number(),
                at=int(self.clock() * 1000),
                provider="fcm",
                app=project,
                token=message.token,
                collapse=message.collapse,
                headers={
                    header.lower(): value
                    for header, value in request.headers.items()
                    if header.lower() != "authorization"
                },
                body=_plain(content),
                connection=self._stand.number(request),
                outcome=fate.outcome,
                delivered=fate.delivered,
                banner=message.banner,
            )
        )
        body = _body(fate.reply, earned, invalid, name)
        return await give(request, fate, body=body, headers=self._date())

    def _date(self) -> dict[str, str]:
        return {"Date": formatdate(self.clock(), usegmt=True)}

    def _earned(
        self, request: web.Request, project: str, message: Message, invalid: Invalid | None
    ) -> Reply:
        bearer = request.headers.get("Authorization", "")
        account, ends_at = self._tokens.get(bearer.removeprefix(_BEARER), (None, 0.0))
        if request.match_info["call"] != "messages:send":
            return Reply(status=404)
        if account is None or not bearer.startswith(_BEARER) or self.clock() >= ends_at:
            return Reply(status=401, reason="UNAUTHENTICATED")
        if account.project != project:
            known = any(other.project == project for other in self.accounts.values())
            return Reply(status=403 if known else 404)
        if invalid is not None:
            return Reply(status=400, reason="INVALID_ARGUMENT" if invalid.field else "")
        if message.token in self.dead:
            return Reply(status=404, reason="UNREGISTERED")
        return Reply(status=200)


def _body(reply: Reply | None, earned: Reply, invalid: Invalid | None, name: str) -> bytes:
    if reply is None:
        return b""
    if reply.status == 200:
        return b"{}" if reply.nameless else msgspec.json.encode({"name": name})
    if invalid is not None and reply is earned and reply.status == 400:
        return error_body(
            400, code=reply.reason, field=invalid.field, description=invalid.description
        )
    return error_body(reply.status, code=reply.reason)


def _plain(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return content.decode("utf-8", "replace")
