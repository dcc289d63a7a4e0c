"""The words of push: what is sent where, what came of it, and what follows from that.

A `Push` is one notification for one device, claimed from an `Outbox` under a lease. A `Provider`
sends it and says what happened as an `Outcome`; `push.retry` judges that into a `Verdict`, and the
worker hands the verdict back to the outbox. All times are Unix milliseconds.
"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

ProviderName = Literal["apns", "fcm", "webpush"]
Environment = Literal["production", "sandbox"]
Kind = Literal["message", "callback", "badge", "test"]


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where a push goes: a device as its app registered it."""

    provider: ProviderName
    token: str
    """APNs: the device token, lower-case hex. FCM: registration token. Web Push: the endpoint."""
    app: str = ""
    """APNs: the topic (bundle id). FCM: the app's id, which leads to its project.

    Web Push: the origin of the endpoint. What one service, or one app's key, does wrong must hold
    back no other (`push.circuit.circuit_key`).
    """
    environment: Environment | None = None
    p256dh: str = ""
    auth: str = ""
    """The keys of a Web Push subscription (RFC 8291), base64url."""
    registered_at: int = 0
    """When its app last said that this is its address."""


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What a push says, before a provider's form is given to it."""

    kind: Kind
    thread: str
    seq: int
    """The newest item that it tells of; the app fetches up to it."""
    badge: int
    """Unread over everything, absolute; 0 clears."""
    count: int = 1
    """How many new messages it stands for."""
    author: str | None = None
    """The agent's name, where the operator allows it."""
    author_id: str | None = None
    avatar: str | None = None
    preview: str | None = None
    """The text, where the operator turned previews on."""
    locale: str | None = None
    passive: bool = False
    """Delivered without sound or light: quiet hours, if they are set so."""


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """One push to one device, under this worker's lease until it is settled."""

    id: str
    """The outbox's row."""
    push_id: str
    """A UUID, the same on every try; APNs' `apns-id`."""
    device: str
    """Which device, for the rate that one may have; not its token."""
    collapse: str
    """22 base64url characters: a banner replaces the one before it that has the same."""
    target: Target
    notice: Notice
    attempts: int
    """Tries before this one whose outcome counts against it."""
    expires_at: int
    lease: str = ""
    """The claim that it is under. What another claim holds by now, this one settles no more."""
    created_at: int = 0
    """When what it tells of was stored, for the latency that people see; 0 where not known."""


class ApnsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A push in the form of APNs, but for the device token, the `apns-id` and the authorization."""

    topic: str
    push_type: str
    priority: int
    """10 now, 5 when it suits the battery."""
    expiration: int
    """Unix seconds: APNs keeps it no longer."""
    collapse_id: str
    """At most 64 bytes."""
    body: bytes
    """JSON of at most 4,096 bytes."""


class FcmRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A push in the form of FCM's HTTP v1 interface."""

    message: bytes
    """The `message` object as JSON, its `token` included."""


class WebPushRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A push as a Web Push service takes it, before it is encrypted."""

    plaintext: bytes
    """At most 3,993 bytes: what one record of 4,096 leaves (RFC 8291)."""
    ttl: int
    """How many seconds the service may keep it; 0: now or never."""
    urgency: Literal["very-low", "low", "normal", "high"] = "normal"
    topic: str = ""
    """At most 32 base64url characters: replaces what waits under the same topic. Empty: none."""


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The provider answered."""

    status: int
    reason: str = ""
    """Its own word: APNs' `reason`, FCM's `errorCode`, a Web Push service's errno or reason."""
    detail: str = ""
    """What else it said that helps an operator; never a token.

    FCM: begins with the field at fault where one is named, and so with `message.token:` where an
    INVALID_ARGUMENT means the address and not the rest of the push.
    """
    provider_id: str = ""
    dead_since: int | None = None
    """APNs' `timestamp` of a 410: from then on the token was known to be dead."""
    retry_after: int | None = None
    """Milliseconds that it asks us to wait."""


class NotProcessed(msgspec.Struct, frozen=True, tag=True):
    """It was certainly not taken: sending it again doubles nothing.

    No connection, REFUSED_STREAM, or a stream beyond GOAWAY's last.
    """

    reason: str


class Unknown(msgspec.Struct, frozen=True, tag=True):
    """It was sent and nothing came back: it may have been delivered."""

    reason: str


class Refused(msgspec.Struct, frozen=True, tag=True):
    """We would not send it: a forbidden address, an app without a key, a payload too large."""

    reason: str
    keep: bool = False
    """The operator can mend it (a missing key): the row waits; else it is a dead letter."""


Outcome = Answer | NotProcessed | Unknown | Refused


class Sent(msgspec.Struct, frozen=True, tag=True):
    """Done: the provider has it."""

    provider_id: str


class Again(msgspec.Struct, frozen=True, tag=True):
    """Try once more, not before `at`; never after the push expires."""

    at: int
    reason: str
    counts: bool = True
    """Whether this try counts as an attempt."""
    whole_device: bool = False
    """The provider slows down this device: all its rows wait until `at`, and coalesce."""


class Forget(msgspec.Struct, frozen=True, tag=True):
    """The address is dead.

    The outbox removes it if it was registered before `dead_since` (where that is given) and was
    not registered anew since this push was claimed.
    """

    reason: str
    dead_since: int | None = None


class Dead(msgspec.Struct, frozen=True, tag=True):
    """A fault of ours, which no repetition mends: a dead letter, and an alarm. The token stays."""

    reason: str


class Hold(msgspec.Struct, frozen=True, tag=True):
    """The configuration is wrong.

    The row goes back untouched, and the circuit of this provider's app opens until a probe
    succeeds.
    """

    reason: str


Verdict = Sent | Again | Forget | Dead | Hold


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a claimed push. `outcome` is kept for the trail, without tokens."""

    push: Push
    verdict: Verdict
    outcome: Outcome


class Provider(Protocol):
    """One service that delivers. Safe to use from many tasks of one event loop."""

    name: ProviderName

    async def send(self, push: Push, *, timeout: float) -> Outcome:
        """Send it once and say what happened.

        Answers within `timeout` seconds, waiting for a place included. Raises nothing but
        CancelledError; a cancelled push is reset on the wire.
        """
        ...

    async def close(self) -> None:
        """Let what is in flight end, then close the connections."""
        ...


class Outbox(Protocol):
    """Durable rows, one per device and thing that rings.

    Claims are leased and fenced: what a worker whose lease ran out settles changes nothing.
    """

    async def claim(
        self, provider: ProviderName, *, limit: int, hold: frozenset[str]
    ) -> list[Push]:
        """Lease up to `limit` due pushes, decided and coalesced, with badge and count of now.

        `hold`: keys of circuits that are open (`push.circuit.circuit_key`); their rows stay.
        """
        ...

    async def wanted(self, pushes: list[Push]) -> set[str]:
        """Ids of those still wanted now: the second look, just before sending.

        The others are settled as suppressed by this call.
        """
        ...

    async def settle(self, settled: list[Settled]) -> None:
        """Store what became of them, in one transaction."""
        ...

    async def release(self, pushes: list[Push]) -> None:
        """Give back what was claimed and not sent."""
        ...

    async def wait(self, provider: ProviderName, *, timeout: float) -> None:
        """Return when something may be due for the provider, or after `timeout` seconds."""
        ...
