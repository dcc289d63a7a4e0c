"""A problem as it stands on the wire, and the error with the same code that it tells of."""

from __future__ import annotations

import msgspec

from inbox.core.errors import (
    ERRORS,
    Conflict,
    FieldError,
    Gone,
    Holder,
    Internal,
    Overloaded,
    PinboxError,
    StaleView,
)
from inbox.core.frames import Error

_BY_CODE = {error.code: error for error in ERRORS}
_BY_STATUS = {error.status: error for error in reversed(ERRORS)} | {
    502: Overloaded,
    503: Overloaded,
    504: Overloaded,
}


class Problem(msgspec.Struct, frozen=True):
    """RFC 9457 with the members that some codes add."""

    code: str = ""
    detail: str = ""
    errors: tuple[FieldError, ...] = ()
    holder: Holder | None = None
    unseen: tuple[msgspec.Raw, ...] = ()
    head: int = 0
    reason: str = ""
    cursor: str | None = None


_read = msgspec.json.Decoder(Problem).decode


def read_problem(status: int, body: bytes, *, retry_after: float | None = None) -> PinboxError:
    """An HTTP answer's problem; one that is not ours (a proxy's page) is judged by its status."""
    try:
        problem = _read(body)
    except msgspec.DecodeError:
        problem = Problem()
    kind = _BY_CODE.get(problem.code) or _BY_STATUS.get(status, Internal)
    return _make(kind, problem, retry_after)


def read_error(frame: Error) -> PinboxError:
    """A live `error` frame."""
    problem = Problem(
        frame.code,
        frame.detail,
        frame.errors or (),
        holder=frame.holder or None,
        unseen=frame.unseen or (),
        head=frame.head or 0,
    )
    retry_after = None if frame.retry_ms is msgspec.UNSET else frame.retry_ms / 1000
    return _make(_BY_CODE.get(frame.code, Internal), problem, retry_after)


def _make(kind: type[PinboxError], problem: Problem, retry_after: float | None) -> PinboxError:
    if kind is StaleView:
        return StaleView(problem.unseen, head=problem.head)
    if kind is Gone:
        return Gone(problem.reason or problem.detail, cursor=problem.cursor)
    if kind is Conflict:
        return Conflict(problem.detail, holder=problem.holder)
    return kind(problem.detail, errors=problem.errors, retry_after=retry_after)
