"""Apple's answers, read: from status, headers and body to an `Answer`.

After "Handling notification responses from APNs". What the reasons mean for a push is
`push.retry`'s matter; here stand only those that the client itself acts upon.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import msgspec

from push.model import Answer

CONFIGURATION = frozenset(
    {
        "BadCertificate",
        "BadCertificateEnvironment",
        "BadEnvironmentKeyIdInToken",
        "Forbidden",
        "InvalidProviderToken",
        "MissingProviderToken",
        "TopicDisallowed",
    }
)
"""In a GOAWAY: another connection would meet the same."""
_LONGEST_REASON = 64
_LONGEST_DETAIL = 200


class _Said(msgspec.Struct):
    reason: str = ""
    timestamp: int | None = None


class _Reason(msgspec.Struct):
    reason: str = ""


def read_answer(status: int, headers: dict[bytes, bytes], body: bytes) -> Answer:
    """The answer as Apple gave it; anything that is not as documented is classed by its status."""
    reason, detail, dead_since = "", "", None
    if body:
        try:
            said = msgspec.json.decode(body, type=_Said)
            reason, dead_since = said.reason[:_LONGEST_REASON], said.timestamp
        except (msgspec.MsgspecError, UnicodeDecodeError):
            detail = _printable(body)
    if unique := headers.get(b"apns-unique-id"):
        detail = f"apns-unique-id {_printable(unique)}"
    return Answer(
        status=status,
        reason=reason,
        detail=detail,
        provider_id=headers.get(b"apns-id", b"").decode("ascii", "replace"),
        dead_since=dead_since if status == 410 else None,
        retry_after=_milliseconds(headers.get(b"retry-after", b"")),
    )


def read_goaway(data: bytes | None, code: int) -> str:
    """Why a connection goes away: Apple's reason, or HTTP/2's code."""
    try:
        reason = msgspec.json.decode(data or b"", type=_Reason).reason
    except (msgspec.MsgspecError, UnicodeDecodeError):
        reason = ""
    return reason[:_LONGEST_REASON] or f"code {code}"


def read_date(headers: dict[bytes, bytes]) -> float | None:
    """Apple's clock as it answered, Unix seconds, where it says so."""
    try:
        return parsedate_to_datetime(headers[b"date"].decode("ascii")).timestamp()
    except (KeyError, ValueError):
        return None


def _milliseconds(seconds: bytes) -> int | None:
    return int(seconds) * 1000 if seconds.isdigit() and len(seconds) < 10 else None


def _printable(text: bytes) -> str:
    decoded = text[:_LONGEST_DETAIL].decode("utf-8", "replace")
    return "".join(one if one.isprintable() else " " for one in decoded)
