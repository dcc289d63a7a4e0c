"""The AsyncAPI 3 document of the live protocol, made from the frames and the close codes."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from inbox.core.events import EVENTS
from inbox.core.frames import ClientFrame, ServerFrame
from inbox.core.sync import CloseCode
from inbox.live.door import SUBPROTOCOL

_REF = "#/components/schemas/{name}"

_ABOUT = f"""\
JSON text frames over a WebSocket with subprotocol `{SUBPROTOCOL}`, each an object with `type`.

Say `hello` first: it signs in, subscribes and resumes in one round trip. A cursor is an opaque
text; keep the `until` of the last `events` that you applied, and give it as `since` when you come
back. Apply `events` if `since` ≤ cursor < `until`, then set the cursor to `until`. Skip frames,
members and item types that you do not know, and still advance.

Answer each `ping` with `pong`; when you hear nothing for `ping_s` + `pong_s`, the connection is
dead. Wait `random(0, min(30 s, 0.5 s · 2ⁿ))` before each try to connect, the first included, and
keep one `send` in flight per thread; repeat it with the same `client_id` until it was answered.

Close codes below 4500 mean: come back. From 4500 on: do not, before something is mended.
"""

_MARKS = {
    "entered": "the team sees the thread from now on; `summary` is all of it",
    "left": "the team sees the thread no longer: forget it",
    "withdrawn": "stands for an item of a thread that the team may no longer see",
}


def describe(*, version: str, server: str = "") -> dict[str, Any]:
    """The document as JSON values; `server` is the public URL, where one is set."""
    sent, heard = _types(ClientFrame), _types(ServerFrame)
    events = tuple(dict.fromkeys(EVENTS.values()))
    _, schemas = msgspec.json.schema_components((*sent, *heard, *events), ref_template=_REF)
    schemas["Item"] = _item()
    schemas["Events"]["properties"]["items"]["items"] = {"$ref": _REF.format(name="Item")}
    document: dict[str, Any] = {
        "asyncapi": "3.0.0",
        "info": {"title": "Pinbox live sync", "version": version, "description": _ABOUT},
        "defaultContentType": "application/json",
        "channels": {
            "customer": _channel("/v1/thread/live", "A customer's own thread.", sent, heard),
            "desk": _channel("/v1/desk/live", "The streams of an agent's teams.", sent, heard),
        },
        "operations": {},
        "components": {
            "schemas": schemas,
            "messages": {kind.__name__: _message(kind) for kind in (*sent, *heard)},
        },
        "x-close-codes": {
            str(code.value): {
                "name": code.name.lower(),
                "reconnect": code < CloseCode.BAD_TOKEN,
            }
            for code in CloseCode
        },
    }
    for channel in ("customer", "desk"):
        # From the server's side, as AsyncAPI 3 wants it: it receives what clients say.
        document["operations"] |= {
            f"{channel}Says": _operation("receive", channel, sent),
            f"{channel}Hears": _operation("send", channel, heard),
        }
    if server:
        scheme, _, host = server.partition("://")
        document["servers"] = {
            "this": {"host": host, "protocol": "wss" if scheme == "https" else "ws"}
        }
    return document


def _types(union: Any) -> tuple[type[msgspec.Struct], ...]:
    return get_args(union)


def _tag(kind: type[msgspec.Struct]) -> str:
    return str(kind.__struct_config__.tag)


def _message(kind: type[msgspec.Struct]) -> dict[str, Any]:
    about = (kind.__doc__ or "").strip().split("\n\n")[0]
    return {
        "name": _tag(kind),
        "summary": " ".join(about.split()),
        "payload": {"$ref": _REF.format(name=kind.__name__)},
    }


def _item() -> dict[str, Any]:
    by_type: dict[str, list[str]] = {}
    for name, kind in EVENTS.items():
        by_type.setdefault(kind.__name__, []).append(name)
    known = [
        {
            "properties": {"type": {"enum": names}},
            "allOf": [{"$ref": _REF.format(name=kind)}],
        }
        for kind, names in by_type.items()
    ]
    marks = [
        {"properties": {"type": {"const": name}}, "description": about}
        for name, about in _MARKS.items()
    ]
    return {
        "description": "One place of a stream. In a team's stream it names its thread too.",
        "type": "object",
        "required": ["seq", "type", "at"],
        "properties": {
            "seq": {"type": "integer"},
            "type": {"type": "string"},
            "at": {"type": "string", "format": "date-time"},
            "thread": {"type": "string"},
            "thread_seq": {"type": "integer"},
        },
        "anyOf": [*known, *marks, {"description": "Types to come: skip them."}],
    }


def _channel(
    address: str,
    about: str,
    sent: tuple[type[msgspec.Struct], ...],
    heard: tuple[type[msgspec.Struct], ...],
) -> dict[str, Any]:
    return {
        "address": address,
        "description": about,
        "messages": {
            kind.__name__: {"$ref": f"#/components/messages/{kind.__name__}"}
            for kind in (*sent, *heard)
        },
        "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
    }


def _operation(
    action: str, channel: str, kinds: tuple[type[msgspec.Struct], ...]
) -> dict[str, Any]:
    messages = [{"$ref": f"#/channels/{channel}/messages/{kind.__name__}"} for kind in kinds]
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "messages": messages}
