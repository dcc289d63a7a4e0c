"""Every choice of words that a request or a frame has tells its words to whoever missed them."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import msgspec
import pytest

from inbox.core.choices import choices
from inbox.core.errors import BadRequest
from inbox.core.frames import ClientFrame
from inbox.core.misfit import misfit
from inbox.web.routes import ROUTES

Size = Literal["small", "large", "medium"]


class Shirt(msgspec.Struct, tag_field="kind", tag="shirt"):
    """One of two kinds, with a choice at each place at which one can stand."""

    size: Size | None = None
    noted: Annotated[Size, msgspec.Meta(description="with a note")] = "small"
    more: tuple[Size, ...] = ()
    named: dict[str, list[Size]] = {}
    fellow: Shirt | Hat | None = None


class Hat(msgspec.Struct, tag_field="kind", tag="hat"):
    """The other."""

    size: Literal["one"] = "one"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"kind": "shoe"}, "kind: must be one of: hat, shirt"),
        ({"kind": "hat", "size": "small"}, "size: must be one of: large, medium, one, small"),
        ({"kind": "shirt", "noted": "x"}, "noted: must be one of: large, medium, small"),
        (
            {"kind": "shirt", "more": ["small", "x"]},
            "more[1]: must be one of: large, medium, small",
        ),
        (
            {"kind": "shirt", "named": {"a": ["x"]}},
            "named[...][0]: must be one of: large, medium, small",
        ),
        ({"kind": "shirt", "fellow": {"kind": "x"}}, "fellow.kind: must be one of: hat, shirt"),
    ],
)
def test_the_words_are_found_wherever_they_stand(given: Any, says: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(json.dumps(given), type=Shirt | Hat)
    error = misfit(refused.value, kind=Shirt | Hat)
    assert isinstance(error, BadRequest)
    assert error.detail == says


@pytest.mark.parametrize("path", ["$", "$.size[0]", "$.nothing", "$.kind.x", "", "$.named"])
def test_where_no_choice_stands_there_are_no_words(path: str) -> None:
    assert choices(Shirt, path) == ()


def test_requests_and_frames_name_theirs() -> None:
    told = {
        f"{route.method} {route.path} {field.encode_name}": choices(kind, f"$.{field.encode_name}")
        for route in ROUTES
        for kind in (route.query, route.body)
        if kind is not None
        for field in msgspec.structs.fields(kind)
    }
    assert told["POST /v1/admin/agents role"] == ("admin", "agent", "lead")
    assert "waiting" in told["GET /v1/desk/queue view"]
    assert told["PUT /v1/devices/{device} platform"] == ("apns", "fcm", "webpush")
    assert {"hello", "send", "pong"} < set(choices(ClientFrame, "$.type"))
