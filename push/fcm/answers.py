"""What FCM's answers say, kept apart as far as the duty differs.

UNREGISTERED is a dead token, a 404 without that word may be a wrong project; INVALID_ARGUMENT is
the token or our own fault, as the field says that it names. Source: Firebase's reference of
`ErrorCode` and `google.rpc.Status`.
"""

from __future__ import annotations

from http import HTTPStatus

import msgspec

from push.exchange import Reply, brief, wait_asked
from push.model import Answer

TOKEN_FIELD = "message.token"  # noqa: S105  the name of a field
_TOKEN_WORDS = "registration token"  # noqa: S105  what an answer says of one


class _Violation(msgspec.Struct, frozen=True):
    field: str = ""
    description: str = ""


class _Detail(msgspec.Struct, frozen=True, rename="camel"):
    error_code: str = ""
    field_violations: list[_Violation] = []
    retry_delay: str = ""


class _Error(msgspec.Struct, frozen=True):
    message: str = ""
    status: str = ""
    details: list[_Detail] = []


class _Body(msgspec.Struct, frozen=True):
    name: str = ""
    error: _Error = _Error()


def read_answer(reply: Reply, *, token: str, now_ms: int) -> Answer:
    """The answer to one push. What is not understood leaves the status, which is judged alone."""
    try:
        body = msgspec.json.decode(reply.body, type=_Body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        # A page of a proxy on the way, or a body that was cut.
        text = reply.body.decode("utf-8", "replace") if reply.status != HTTPStatus.OK else ""
        body = _Body(error=_Error(message=text))
    error = body.error
    return Answer(
        status=reply.status,
        reason=next((part.error_code for part in error.details if part.error_code), error.status),
        detail=brief(_say(error), secret=token),
        provider_id=body.name,
        retry_after=_wait(reply, error, now_ms),
    )


def _say(error: _Error) -> str:
    violations = [found for part in error.details for found in part.field_violations]
    if violations:
        # The token's first: by it the address is judged dead.
        violations.sort(key=lambda found: found.field != TOKEN_FIELD)
        return "; ".join(f"{found.field}: {found.description}" for found in violations)
    if error.status == "INVALID_ARGUMENT" and _TOKEN_WORDS in error.message:
        return f"{TOKEN_FIELD}: {error.message}"
    return error.message


def _wait(reply: Reply, error: _Error, now_ms: int) -> int | None:
    asked = wait_asked(reply.headers, now_ms=now_ms)
    if asked is not None:
        return asked
    for part in error.details:  # google.rpc.RetryInfo: "12.5s"
        try:
            return max(0, int(float(part.retry_delay.removesuffix("s")) * 1000))
        except (ValueError, OverflowError):
            continue
    return None
