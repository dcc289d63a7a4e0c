"""What one connection's requests earn, and what is remembered of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from push.model import Environment
from push.simulator.apns.keys import Key
from push.simulator.apns.rules import (
    Credentials,
    Refusal,
    Request,
    check_credentials,
    check_request,
    device_token,
)
from push.simulator.record import Arrived, Cut, Deed, GoAway, Hole, Records, Reply, Reset, Silence

TOKEN_UPDATES_S = 1200
_SECRET = {"authorization"}


class Heard(msgspec.Struct, kw_only=True):
    """A request, and what will be answered."""

    stream: int
    request: Request
    topic: str = ""
    token: str = ""
    push_id: str = ""
    payload: Any = None
    reply: Reply


class Service(Protocol):
    """What a judge must know of the stand-in."""

    environment: Environment
    clock: Callable[[], float]
    dead: dict[str, int]
    records: Records

    def credentials(self, authorization: str | None) -> Credentials:
        """What a header proves. Raises Refusal."""


class Judge:
    """For one connection, which Apple binds to the first key that it sees."""

    def __init__(self, service: Service, *, connection: int) -> None:
        self.key_id: str | None = None
        """Whose connection it is, from the first valid provider token on."""
        self._service, self._connection = service, connection
        self._tokens: set[str] = set()
        self._updated = float("-inf")

    def judge(self, stream: int, request: Request) -> Heard:
        """What the request earns by itself, before any fault."""
        named = request.named()
        heard = Heard(
            stream=stream,
            request=request,
            topic=named.get("apns-topic", ""),
            push_id=named.get("apns-id", ""),
            reply=Reply(status=200),
        )
        try:
            heard.token = device_token(named.get(":method", ""), named.get(":path", ""))
            key = self._sign_in(named.get("authorization"))
            heard.payload = check_request(request, key, heard.token)
        except Refusal as refusal:
            heard.reply = Reply(status=refusal.status, reason=refusal.reason)
        else:
            if (died := self._service.dead.get(heard.token)) is not None:
                heard.reply = Reply(status=410, reason="Unregistered", timestamp=died)
        return heard

    def record(self, heard: Heard, deed: Deed | None) -> None:
        """Remember it with what is done about it."""
        named, body = heard.request.named(), heard.payload
        if body is None:
            body = bytes(heard.request.body).decode("utf-8", "replace")
        outcome, delivered = _outcome(heard.reply, deed)
        records = self._service.records
        records.add(
            Arrived(
                number=records.next_number(),
                at=int(self._service.clock() * 1000),
                provider="apns",
                app=heard.topic,
                environment=self._service.environment,
                token=heard.token,
                push_id=heard.push_id,
                collapse=named.get("apns-collapse-id", ""),
                headers={name: value for name, value in named.items() if name not in _SECRET},
                body=body,
                connection=self._connection,
                outcome=outcome,
                delivered=delivered,
                banner=_is_banner(heard.payload),
            )
        )

    def _sign_in(self, authorization: str | None) -> Key:
        now = self._service.clock()
        shown = self._service.credentials(authorization)
        check_credentials(shown, environment=self._service.environment, now=now)
        if self.key_id not in {None, shown.key.key_id}:
            raise Refusal(403, "UnrelatedKeyIdInToken")
        if shown.text not in self._tokens:
            if self._tokens:
                if now - self._updated < TOKEN_UPDATES_S:
                    raise Refusal(429, "TooManyProviderTokenUpdates")
                self._updated = now
            self._tokens.add(shown.text)
        self.key_id = shown.key.key_id
        return shown.key


def _outcome(reply: Reply, deed: Deed | None) -> tuple[str, bool]:
    """What is written into the record, and whether the device has it."""
    good = 200 <= reply.status < 300
    match deed:
        case Silence():
            return "silence", good
        case Cut():
            return "cut", good and deed.delivered
        case Hole():
            return "hole", good
        case Reset():
            return f"reset {deed.code}", False
        case GoAway() if not deed.accepted:
            return "goaway", False
        case GoAway() if not deed.answers:
            return "goaway unanswered", good
        case _:
            return f"{reply.status} {reply.reason}".rstrip(), good


def _is_banner(payload: Any) -> bool:
    aps = payload.get("aps") if isinstance(payload, dict) else None
    alert = aps.get("alert") if isinstance(aps, dict) else None
    return bool(alert)
