"""Store what became of pushes: done, once more, never again, or back untouched."""

from __future__ import annotations

from inbox.core.pushes import PushState
from inbox.flows.context import Writing
from inbox.ringing.targets import endpoint_of
from inbox.store.queries import Q, Value
from push.model import (
    Again,
    Answer,
    Dead,
    Forget,
    Hold,
    Outcome,
    Push,
    Sent,
    Settled,
    Target,
)

Rows = list[dict[str, Value]]


async def settle(writing: Writing, settled: list[Settled]) -> None:
    """Store all of it in the caller's transaction.

    Every change is fenced by the push's claim: what another claim holds by now stays as it is.
    """
    finished, again = Rows(), Rows()
    for one in settled:
        match one.verdict:
            case Sent(provider_id):
                finished.append(_finished(writing, one, PushState.SENT, provider_id=provider_id))
            case Dead(reason):
                finished.append(_finished(writing, one, PushState.FAILED, reason=reason))
            case Again():
                if is_too_late(one):
                    finished.append(_finished(writing, one, PushState.EXPIRED))
                else:
                    again.append(_again(one, one.verdict.at, tries=int(one.verdict.counts)))
                if one.verdict.whole_device:
                    await _slow_down(writing, one.push, until=one.verdict.at)
            case Hold(reason):
                again.append(_again(one, writing.at, tries=0, reason=reason))
            case Forget():
                await _forget(writing, one, one.verdict)
    if finished:
        await writing.tx.execute_many(Q.finish_push, finished)
    if again:
        await writing.tx.execute_many(Q.retry_push, again)


def is_too_late(one: Settled) -> bool:
    """Whether another try would come when nobody needs it any more."""
    return isinstance(one.verdict, Again) and one.verdict.at >= one.push.expires_at


async def release(writing: Writing, pushes: list[Push]) -> None:
    """Give back what was not tried."""
    rows: Rows = [{"id": push.id, "claim": push.lease} for push in pushes]
    await writing.tx.execute_many(Q.release_push, rows)


def _finished(
    writing: Writing,
    one: Settled,
    state: PushState,
    *,
    reason: str | None = None,
    provider_id: str | None = None,
) -> dict[str, Value]:
    status, said = _told(one.outcome)
    return {
        "id": one.push.id,
        "claim": one.push.lease,
        "state": state.value,
        "provider_id": provider_id or None,
        "status": status,
        "reason": reason or said,
        "at": writing.at,
    }


def _again(one: Settled, at: int, *, tries: int, reason: str | None = None) -> dict[str, Value]:
    status, said = _told(one.outcome)
    return {
        "id": one.push.id,
        "claim": one.push.lease,
        "tries": tries,
        "not_before": at,
        "status": status,
        "reason": reason or said,
    }


def _told(outcome: Outcome) -> tuple[int | None, str | None]:
    """The provider's status, and the reason in its own word or ours."""
    status = outcome.status if isinstance(outcome, Answer) else None
    return status, outcome.reason or None


def _device(push: Push) -> str:
    return push.device.partition("/")[2]


async def _slow_down(writing: Writing, push: Push, *, until: int) -> None:
    """Leave the device alone: all that waits for it waits longer, and gathers."""
    place: dict[str, Value] = {
        "thread": push.notice.thread,
        "device": _device(push),
        "until": until,
    }
    await writing.tx.execute(Q.slow_device, **place)
    await writing.tx.execute(Q.put_off_device, **place)


async def _forget(writing: Writing, one: Settled, verdict: Forget) -> None:
    """Forget the device, unless its app has registered it since the claim, or since it died.

    One that has another address by now gets the push there.
    """
    tx, push = writing.tx, one.push
    device = await tx.fetch_one(Q.find_push_device, thread=push.notice.thread, device=_device(push))
    if device is not None and not is_there(push.target, token=device[3], subscription=device[4]):
        again = _again(one, writing.at, tries=1)
        await tx.execute(Q.retry_push, **again)
        return
    over = _finished(writing, one, PushState.FAILED, reason=verdict.reason)
    if not await tx.execute(Q.finish_push, **over) or device is None:
        return
    customer, platform, address, _, _, seen_at = device
    dies = verdict.dead_since is None or seen_at < verdict.dead_since
    if not dies or seen_at != push.target.registered_at:
        return
    gone = await tx.execute(
        Q.forget_device,
        customer=customer,
        device=_device(push),
        address=address,
        seen_at=seen_at,
    )
    if gone:
        await tx.execute(
            Q.bury_address,
            address=address,
            platform=platform,
            reason=verdict.reason,
            at=writing.at,
        )


def is_there(target: Target, *, token: str | None, subscription: str | None) -> bool:
    """Whether a device still has the address to which a push goes."""
    if subscription is not None:
        return endpoint_of(subscription) == target.token
    return token == target.token
