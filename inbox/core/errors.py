"""Every error that a client can meet, in one tree with one table of codes.

    PinboxError
    ├── BadRequest     bad_request   400   the input is wrong; `errors` names the fields
    ├── Unauthorized   unauthorized  401   no valid sign-in
    ├── Forbidden      forbidden     403   signed in, but this role may not
    ├── NotFound       not_found     404   absent, or not yours to see (never told apart)
    ├── Conflict       conflict      409   somebody or something else holds the place
    ├── StaleView      stale_view    409   the customer has written since you looked
    ├── Gone           gone          410   it was there and is no longer
    ├── TooLarge       too_large     413
    ├── Unsupported    unsupported   415
    ├── RateLimited    rate_limited  429   temporary
    ├── NotDurable     not_durable   503   temporary; nothing was stored, send it again
    ├── Overloaded     overloaded    503   temporary
    └── Internal       internal      500   our fault; says nothing of the inside

Core and flows raise them; each door maps them once: HTTP to RFC 9457
`application/problem+json`, live to an `error` frame with the same `code`.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec


class FieldError(msgspec.Struct, frozen=True):
    """One fault in the input: `path` as `body.seen_seq` or `query.limit`, `message` for people."""

    path: str
    message: str


class PinboxError(Exception):
    """Base of the tree: `code` and `status` are the contract, `detail` is for people."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong on our side"
    temporary: ClassVar[bool] = False

    def __init__(
        self,
        detail: str = "",
        *,
        errors: tuple[FieldError, ...] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = errors
        self.retry_after = retry_after
        """Seconds to wait before the next try; given with every temporary error."""


class BadRequest(PinboxError):
    """The input is wrong."""

    code, status, title = "bad_request", 400, "The request is not valid"

    @classmethod
    def field(cls, path: str, message: str) -> BadRequest:
        """Say that one field is wrong, and name it."""
        return cls(f"{path}: {message}", errors=(FieldError(path, message),))


class Unauthorized(PinboxError):
    """No valid sign-in."""

    code, status, title = "unauthorized", 401, "Sign in first"


class Expired(Unauthorized):
    """The token was good and its time is over: another one helps. Same code, own close code."""


class Forbidden(PinboxError):
    """Signed in, but this role may not."""

    code, status, title = "forbidden", 403, "Your role does not allow this"


class NotFound(PinboxError):
    """Absent, or not the caller's to see: the two are never told apart."""

    code, status, title = "not_found", 404, "There is no such thing here"


class Holder(msgspec.Struct, frozen=True):
    """The agent who already has what the caller wanted."""

    id: str
    name: str


class Conflict(PinboxError):
    """The state does not allow it now; `holder` names the agent who was first, where one was."""

    code, status, title = "conflict", 409, "This is in another state now"

    def __init__(self, detail: str = "", *, holder: Holder | None = None) -> None:
        super().__init__(detail)
        self.holder = holder


class StaleView(PinboxError):
    """The customer has written since the author looked; `unseen` is what they wrote, as wire JSON.

    Not a Conflict, since a client treats it differently: show the messages, then send with force.
    """

    code, status, title = "stale_view", 409, "The customer has written since you looked"

    def __init__(self, unseen: tuple[msgspec.Raw, ...], *, head: int) -> None:
        super().__init__(f"{len(unseen)} newer customer message(s); look, then send with force")
        self.unseen = unseen
        self.head = head


class Gone(PinboxError):
    """It was there and is no longer; `cursor` is where to go on from, where that makes sense."""

    code, status, title = "gone", 410, "This is no longer kept"

    def __init__(self, reason: str = "", *, cursor: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.cursor = cursor


class TooLarge(PinboxError):
    """The body, frame or file is over its limit."""

    code, status, title = "too_large", 413, "This is too large"


class Unsupported(PinboxError):
    """The media type is not one that this address takes."""

    code, status, title = "unsupported", 415, "This media type is not supported here"


class RateLimited(PinboxError):
    """More than the setting allows; come back after `retry_after` seconds."""

    code, status, title, temporary = "rate_limited", 429, "Too many requests", True


class NotDurable(PinboxError):
    """The write did not reach the disk (full, broken, away): nothing was stored, send again."""

    code, status, title, temporary = "not_durable", 503, "Nothing was stored; send it again", True


class Overloaded(PinboxError):
    """The server takes no more work at this moment."""

    code, status, title, temporary = "overloaded", 503, "Busy; try again", True


class Internal(PinboxError):
    """Our fault. The log has the cause under the request id; the answer never does."""


ERRORS: tuple[type[PinboxError], ...] = (
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    Conflict,
    StaleView,
    Gone,
    TooLarge,
    Unsupported,
    RateLimited,
    NotDurable,
    Overloaded,
    Internal,
)
"""The whole table of codes, in the order of the contract."""
