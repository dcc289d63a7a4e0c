"""Callbacks: a customer books a call with the team, an agent makes it."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import msgspec

from inbox.client.answers import AgentRef
from inbox.client.calls import Calls


class Callback(msgspec.Struct, frozen=True):
    """A call that the customer wants: *booked*, *due*, *done*, *missed* or *canceled*.

    `by` and `remark` are for the desk alone.
    """

    id: str
    state: str
    due_at: datetime
    ends_at: datetime
    phone: str
    topic: str
    attempts: int = 0
    agent: AgentRef | None = None
    by: str | None = None
    remark: str | None = None


class Slot(msgspec.Struct, frozen=True):
    """A time that can be booked."""

    starts_at: datetime
    ends_at: datetime


class Slots(msgspec.Struct, frozen=True):
    """The free times of a day by the customer's clock; `now`: somebody could call at once."""

    day: date
    time_zone: str
    enabled: bool
    now: bool
    items: tuple[Slot, ...] = ()


class Caller(msgspec.Struct, frozen=True):
    """Whom to call, and their clock."""

    id: str
    name: str | None = None
    time_zone: str | None = None


class DeskCallback(msgspec.Struct, frozen=True):
    """A callback in the desk's list; `tel` is a link that dials."""

    callback: Callback
    thread: str
    team: str
    customer: Caller
    tel: str


class DeskCallbackPage(msgspec.Struct, frozen=True):
    """A page of the desk's list; `next` is the `cursor` of the next one."""

    items: tuple[DeskCallback, ...] = ()
    next: str | None = None


class _Open(msgspec.Struct, frozen=True):
    items: tuple[Callback, ...]


class _Draft(msgspec.Struct, frozen=True, omit_defaults=True):
    client_id: str
    when: str
    topic: str
    phone: str | None = None
    any_hour: bool = False


class _Attempt(msgspec.Struct, frozen=True, omit_defaults=True):
    outcome: str
    remark: str | None = None


class Callbacks:
    """The calls under `/v1/callbacks`: a customer's own."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def slots(self, day: date | None = None, *, any_hour: bool = False) -> Slots:
        """The free times of a day; today where none is given."""
        return await _slots(self._calls, "/v1/callbacks/slots", day, any_hour=any_hour)

    async def open(self) -> tuple[Callback, ...]:
        """What is booked and not over."""
        answer, _ = await self._calls.call("GET", "/v1/callbacks", into=_Open)
        return answer.items

    async def book(
        self,
        topic: str,
        *,
        when: datetime | None = None,
        phone: str | None = None,
        any_hour: bool = False,
        client_id: str | None = None,
    ) -> Callback:
        """Ask for a call: at the beginning of a free slot, or at once where no time is given.

        Repeating with one `client_id` books once. Conflict where the time is taken, the team is
        closed, or a callback is booked already.
        """
        draft = _draft(topic, when, phone, any_hour=any_hour, client_id=client_id)
        answer, _ = await self._calls.call("POST", "/v1/callbacks", into=Callback, body=draft)
        return answer

    async def cancel(self, callback: str) -> None:
        """I do not want to be called any more. Again is safe."""
        await self._calls.call("DELETE", f"/v1/callbacks/{callback}", into=object)


class TeamCallbacks:
    """The calls under `/v1/desk/callbacks`: those of an agent's teams."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def list(self, *, over: bool = False, cursor: str | None = None) -> DeskCallbackPage:
        """Callbacks to come, the next one first; or those that are over, the newest first."""
        query = {"view": "over" if over else "open", "cursor": cursor}
        answer, _ = await self._calls.call(
            "GET", "/v1/desk/callbacks", into=DeskCallbackPage, query=query
        )
        return answer

    async def slots(self, thread: str, day: date | None = None, *, any_hour: bool = False) -> Slots:
        """When the home team could call this customer."""
        path = f"/v1/desk/threads/{thread}/callbacks/slots"
        return await _slots(self._calls, path, day, any_hour=any_hour)

    async def book(
        self,
        thread: str,
        topic: str,
        *,
        when: datetime | None = None,
        phone: str | None = None,
        any_hour: bool = False,
        client_id: str | None = None,
    ) -> Callback:
        """Book a call for a customer, as they would."""
        draft = _draft(topic, when, phone, any_hour=any_hour, client_id=client_id)
        path = f"/v1/desk/threads/{thread}/callbacks"
        answer, _ = await self._calls.call("POST", path, into=Callback, body=draft)
        return answer

    async def take(self, callback: str) -> Callback:
        """Say that I make this call. Conflict names the holder."""
        path = f"/v1/desk/callbacks/{callback}/take"
        answer, _ = await self._calls.call("POST", path, into=Callback)
        return answer

    async def attempt(self, callback: str, *, spoke: bool, remark: str | None = None) -> Callback:
        """Say what came of a call. After two in vain it is missed."""
        made = _Attempt("spoke" if spoke else "no_answer", remark)
        path = f"/v1/desk/callbacks/{callback}/attempt"
        answer, _ = await self._calls.call("POST", path, into=Callback, body=made)
        return answer

    async def cancel(self, callback: str) -> Callback:
        """Call it off for the customer. Again is safe."""
        answer, _ = await self._calls.call(
            "DELETE", f"/v1/desk/callbacks/{callback}", into=Callback
        )
        return answer


async def _slots(calls: Calls, path: str, day: date | None, *, any_hour: bool) -> Slots:
    query = {
        "day": None if day is None else day.isoformat(),
        "any_hour": "true" if any_hour else None,
    }
    answer, _ = await calls.call("GET", path, into=Slots, query=query)
    return answer


def _draft(
    topic: str,
    when: datetime | None,
    phone: str | None,
    *,
    any_hour: bool,
    client_id: str | None,
) -> _Draft:
    at = "now" if when is None else when.isoformat()
    return _Draft(client_id or str(uuid.uuid4()), at, topic, phone, any_hour)
