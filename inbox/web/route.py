"""One address of the API: who may use it, what it takes, what it gives, what it may refuse."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, NamedTuple, TypeVar

import msgspec
from aiohttp import web

from inbox.core.errors import PinboxError
from inbox.flows.context import Context
from inbox.web.site import Site

Scope = Literal["public", "customer", "anyone", "agent", "lead", "admin"]
"""`agent` lets in every role, `lead` leads and admins, `anyone` customers and agents."""

W = TypeVar("W")
B = TypeVar("B")
Q = TypeVar("Q")


class Call(Generic[W, B, Q]):
    """One request after sign-in and reading: who asks, the body and the query as their structs."""

    __slots__ = ("again", "body", "ctx", "path", "query", "request", "site", "who")

    def __init__(
        self, site: Site, request: web.Request, who: W, body: B, query: Q, path: Mapping[str, str]
    ) -> None:
        self.site = site
        self.ctx: Context = site.ctx
        self.request = request
        self.who = who
        self.body = body
        self.query = query
        self.path = path
        self.again: Callable[[], Awaitable[W]] | None = None
        """Signs the caller in anew, on routes that stream: a body may take its time."""


Handler = Callable[[Call[Any, Any, Any]], Awaitable[Any]]
"""Answers with a struct (sent with the route's first status), an Answer, or none (204)."""


class Answer(NamedTuple):
    """An answer with another status than the first, or more headers."""

    value: Any
    status: int
    headers: Mapping[str, str] | None = None


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No member is needed here."""


@dataclass(frozen=True, slots=True)
class Route:
    """A row of the table. Its name and description are the handler's docstring.

    `errors` are those that its flow raises; what reading, sign-in and limits can refuse follows
    from the rest. `counted` requests count against the caller's limit of requests.
    """

    scope: Scope
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    handler: Handler
    body: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] | None = None
    gives: type[msgspec.Struct] | None = None
    success: tuple[int, ...] = (200,)
    errors: tuple[type[PinboxError], ...] = ()
    counted: bool = True
    fetch: bool = False
    """Whether a device's fetch token may use it too, beside the customer's own."""
    media: str = "application/json"
    streams: bool = False
    """Whether the body is a file, which the handler reads itself, in pieces (`Call.pieces`)."""
    also: str = ""
    """Another media type in which the answer can be asked for."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the path."""
        return tuple(re.findall(r"\{(\w+)\}", self.path))

    @property
    def is_socket(self) -> bool:
        """Whether it becomes a live socket."""
        return self.success == (101,)


_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
ID_PATTERN = f"^{_UUID}$"
IDS = {
    "thread",
    "team",
    "agent",
    "token",
    "canned",
    "callback",
    "upload",
    "webhook",
    "delivery",
}
"""Names in paths that are ids of ours; others are made by the company (`sub`) or its app."""
NUMBERS = {"number"}
"""Names in paths that count from 1."""

_is_id = re.compile(_UUID).fullmatch
_is_number = re.compile("[1-9][0-9]{0,14}").fullmatch
CUSTOMER_ID_LIMIT = 128


def is_sane(name: str, value: str) -> bool:
    """Whether a path's part can name anything at all."""
    if name in IDS:
        return _is_id(value) is not None
    if name in NUMBERS:
        return _is_number(value) is not None
    return len(value) <= CUSTOMER_ID_LIMIT and value.isprintable()
