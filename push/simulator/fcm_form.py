"""What Google's service asks of a message, with the errors that it gives.

After the REST resource `projects.messages` and Google's JSON errors (`google.rpc.Status`). Names
are taken as the reference has them, with underscores, and not in camel case, which the real
service takes too.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import msgspec

LARGEST = 4096
LONGEST_TTL_S = 2_419_200
_RESERVED = re.compile(r"(?:from|message_type|gcm.*|google.*)\Z", re.DOTALL)
_TOKEN = re.compile(r"[A-Za-z0-9_:.-]{1,1000}\Z")
_TTL = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,9})?s\Z")
_PATH = re.compile(r" - at `\$\.?(.*)`\Z")
_FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
_CODES = {
    "INVALID_ARGUMENT",
    "UNREGISTERED",
    "SENDER_ID_MISMATCH",
    "QUOTA_EXCEEDED",
    "UNAVAILABLE",
    "INTERNAL",
    "THIRD_PARTY_AUTH_ERROR",
}
_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
_MESSAGES = {
    400: "Request contains an invalid argument.",
    401: "Request had invalid authentication credentials.",
    403: "The caller does not have permission",
    404: "Requested entity was not found.",
    429: "Quota exceeded for quota metric 'Sending requests'.",
    500: "Internal error encountered.",
    503: "The service is currently unavailable.",
}

Text = Annotated[str, msgspec.Meta(max_length=LARGEST)]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the message; what it does not know is an error."""


class Notification(_Part, frozen=True):
    """What every platform shows."""

    title: Text = ""
    body: Text = ""
    image: Text = ""


class AndroidNotification(_Part, frozen=True):
    """What Android shows."""

    title: Text = ""
    body: Text = ""
    icon: Text = ""
    color: Text = ""
    sound: Text = ""
    tag: Text = ""
    click_action: Text = ""
    body_loc_key: Text = ""
    body_loc_args: list[Text] = []
    title_loc_key: Text = ""
    title_loc_args: list[Text] = []
    channel_id: Text = ""
    ticker: Text = ""
    sticky: bool = False
    event_time: Text = ""
    local_only: bool = False
    notification_priority: Literal[
        "PRIORITY_UNSPECIFIED",
        "PRIORITY_MIN",
        "PRIORITY_LOW",
        "PRIORITY_DEFAULT",
        "PRIORITY_HIGH",
        "PRIORITY_MAX",
    ] = "PRIORITY_UNSPECIFIED"
    default_sound: bool = False
    default_vibrate_timings: bool = False
    default_light_settings: bool = False
    vibrate_timings: list[Text] = []
    visibility: Literal["VISIBILITY_UNSPECIFIED", "PRIVATE", "PUBLIC", "SECRET"] = "PRIVATE"
    notification_count: int = 0
    image: Text = ""


class Android(_Part, frozen=True):
    """How Android is to be reached."""

    collapse_key: Text = ""
    priority: Literal["NORMAL", "HIGH", "normal", "high"] = "NORMAL"
    ttl: Text = ""
    restricted_package_name: Text = ""
    data: dict[str, str] = {}
    notification: AndroidNotification | None = None
    direct_boot_ok: bool = False
    fcm_options: dict[str, Any] = {}


class Message(_Part, frozen=True):
    """One message to one installation of an app."""

    token: Text = ""
    topic: Text = ""
    condition: Text = ""
    data: dict[str, str] = {}
    notification: Notification | None = None
    android: Android = Android()
    webpush: dict[str, Any] = {}
    apns: dict[str, Any] = {}
    fcm_options: dict[str, Any] = {}

    @property
    def collapse(self) -> str:
        """What it replaces on the device: notifications by their tag."""
        shown = self.android.notification
        return (shown.tag if shown else "") or self.data.get("tag", "")

    @property
    def banner(self) -> bool:
        """Android shows it by itself, or the app does."""
        shown = self.notification or self.android.notification
        return shown is not None or self.data.get("kind") not in {None, "badge"}


class Asked(_Part, frozen=True):
    """The body of `messages:send`."""

    message: Message
    validate_only: bool = False


class Invalid(ValueError):
    """Google answers 400 with this field and description; without a field it names none."""

    def __init__(self, description: str, *, field: str = "") -> None:
        super().__init__(description)
        self.description = description
        self.field = field


def read_message(body: bytes) -> Asked:
    """Read a request and look at it as Google does. Raises Invalid."""
    try:
        asked = msgspec.json.decode(body, type=Asked)
    except msgspec.ValidationError as error:
        found = _PATH.search(str(error))
        raise Invalid(str(error), field=found[1] if found else "message") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"Invalid JSON payload received. {error}") from None
    message = asked.message
    if [message.token, message.topic, message.condition].count("") != 2:
        raise Invalid("Recipient of the message is not set.", field="message")
    if not _TOKEN.match(message.token):
        raise Invalid("Invalid registration token", field="message.token")
    for name in (*message.data, *message.android.data):
        if _RESERVED.match(name):
            raise Invalid(f"Invalid data payload key: {name}", field="message.data")
    ttl = message.android.ttl
    if ttl and not (_TTL.match(ttl) and float(ttl[:-1]) <= LONGEST_TTL_S):
        raise Invalid(f"Invalid TTL: {ttl}", field="message.android.ttl")
    if size_of(message) > LARGEST:
        raise Invalid("Android message is too big", field="")
    return asked


def size_of(message: Message) -> int:
    """Bytes of what is delivered, keys and values; how Google counts is not documented to a byte.

    The token and the delivery's own options do not count.
    """
    parts: dict[str, Any] = {
        "data": message.data | message.android.data,
        "notification": message.notification,
        "android": message.android.notification,
    }
    shown = {name: part for name, part in parts.items() if part}
    return len(msgspec.json.encode(_without_defaults(shown)))


def _without_defaults(value: Any) -> Any:
    plain = msgspec.to_builtins(value)
    if isinstance(plain, dict):
        kept = {key: _without_defaults(part) for key, part in plain.items()}
        return {key: part for key, part in kept.items() if part not in ("", [], {}, 0, False)}
    return plain


def error_body(
    status: int, *, code: str = "", message: str = "", field: str = "", description: str = ""
) -> bytes:
    """An error as Google writes it; `code` is told as FCM's `errorCode` where it is one."""
    details: list[dict[str, Any]] = []
    if code in _CODES:
        details.append({"@type": _FCM_ERROR, "errorCode": code})
    if field:
        violation = {"field": field, "description": description}
        details.append({"@type": _BAD_REQUEST, "fieldViolations": [violation]})
    error = {
        "code": status,
        "message": message or description or _MESSAGES.get(status, "An error."),
        "status": _STATUSES.get(status, "UNKNOWN"),
        **({"details": details} if details else {}),
    }
    return msgspec.json.encode({"error": error})
