"""One push to try an address: past the outbox, with the service's own answer."""

from __future__ import annotations

import time
import uuid
from typing import Literal

import msgspec

from inbox.core.errors import BadRequest, Conflict, NotFound
from inbox.flows.context import Context
from inbox.ringing.bells import Bells
from inbox.ringing.targets import make_target
from inbox.store.engine import Row, Tx
from inbox.store.queries import Q
from push.model import (
    Answer,
    Environment,
    Notice,
    NotProcessed,
    Outcome,
    ProviderName,
    Push,
    Refused,
    Target,
)
from push.retry import duty

LIVES_MS = 60_000
"""Somebody looks at the phone: what comes later tells nothing."""
STOP_S = 1.0


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """Where to: a registered device, or a token with its service."""

    customer: str | None = None
    device: str | None = None
    token: str | None = None
    service: ProviderName | None = None
    app: str = ""
    environment: Environment = "production"


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it, in the service's own words. `follows`: what is done about such an answer."""

    service: ProviderName
    app: str
    environment: Environment | None
    result: Literal["answered", "not processed", "unknown", "refused by us"]
    status: int | None
    reason: str
    detail: str
    provider_id: str
    follows: str
    push_id: str
    took_ms: int

    @property
    def is_well(self) -> bool:
        """Whether the service took it."""
        return self.status is not None and 200 <= self.status < 300


async def try_out(ctx: Context, trial: Trial) -> Tried:
    """Send a push that says that it is a test, through the connections of the server if it runs.

    Neither circuits nor quiet hours hold it back, it is not stored, and no address is removed for
    its answer. Raises NotFound for a device that is not registered, Conflict where no service is
    set up, BadRequest where the token's service is not said.
    """
    if not ctx.push:
        raise Conflict("no push service is set up: apns_apps, fcm_projects or webpush_contact")
    target = await _target(ctx, trial)
    push = Push(
        id="test",
        push_id=str(uuid.uuid4()),
        device="test",
        collapse="test",
        target=target,
        notice=Notice(kind="test", thread="", seq=0, badge=0),
        attempts=0,
        expires_at=ctx.clock() + LIVES_MS,
    )
    began = time.monotonic()
    if ctx.ringer is not None:
        outcome = await ctx.ringer.send_now(push)
    else:
        bells = Bells(ctx)
        try:
            outcome = await bells.send_now(push)
        finally:
            await bells.stop(within_s=STOP_S)
    return _tell(push, outcome, took_ms=round((time.monotonic() - began) * 1000))


async def _target(ctx: Context, trial: Trial) -> Target:
    if trial.token is not None:
        if trial.service is None or trial.service == "webpush":
            raise BadRequest.field("service", "must be apns or fcm for a token")
        return Target(
            provider=trial.service,
            token=trial.token.lower() if trial.service == "apns" else trial.token,
            app=trial.app or _only_app(ctx, trial.service),
            environment=trial.environment if trial.service == "apns" else None,
        )
    if trial.customer is None or trial.device is None:
        raise BadRequest.field("device", "a customer and a device, or a token, is needed")

    async def look(tx: Tx) -> list[Row]:
        return await tx.fetch(Q.list_devices, customer=trial.customer)

    rows = await ctx.store.read(look)
    for device, platform, token, subscription, app, environment, *_ in rows:
        if device == trial.device:
            return make_target(
                platform,
                token=token,
                subscription=subscription,
                app=app,
                environment=environment,
                registered_at=0,
            )
    known = ", ".join(row[0] for row in rows) or "none"
    raise NotFound(f"{trial.customer} has no device {trial.device}; registered: {known}")


def _only_app(ctx: Context, service: ProviderName) -> str:
    """The app that is meant where there is but one."""
    apps = {one.app for one in ctx.settings.apns_apps}
    if service != "apns":
        return ""
    if len(apps) != 1:
        raise BadRequest.field("app", f"must be one of {', '.join(sorted(apps)) or 'none'}")
    return apps.pop()


def _tell(push: Push, outcome: Outcome, *, took_ms: int) -> Tried:
    target = push.target
    answer = outcome if isinstance(outcome, Answer) else None
    return Tried(
        service=target.provider,
        app=target.app,
        environment=target.environment,
        result=_RESULTS.get(type(outcome), "unknown"),
        status=answer.status if answer else None,
        reason=outcome.reason,
        detail=answer.detail if answer else "",
        provider_id=answer.provider_id if answer else "",
        follows=duty(target.provider, answer).value if answer else "",
        push_id=push.push_id,
        took_ms=took_ms,
    )


_Result = Literal["answered", "not processed", "unknown", "refused by us"]
_RESULTS: dict[type[object], _Result] = {
    Answer: "answered",
    NotProcessed: "not processed",
    Refused: "refused by us",
}
