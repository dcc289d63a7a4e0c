"""What msgspec complains of, said as Pinbox says it: which field, and what is wrong with it."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from inbox.core.choices import choices
from inbox.core.errors import BadRequest
from inbox.core.plain import say_plainly

_PLACE = re.compile(r"(.*?)(?: - at `(\$.*)`)?$", re.DOTALL)
_MEMBER = re.compile(r"(?:missing required|contains unknown) field `(.*)`$", re.DOTALL)


def misfit(error: msgspec.ValidationError, *, kind: Any, root: str = "") -> BadRequest:
    """The field by its path under `root`; with neither there is no field to name.

    `kind` is what was to be read: of it come the words that are allowed, where it is a choice.
    """
    found = _PLACE.match(str(error))
    message, where = (found[1], found[2]) if found else (str(error), None)
    path = root + (where or "$")[1:]
    if named := _MEMBER.search(message):
        unknown = "unknown" in message
        name = "parameter" if root == "query" else "member"
        message = f"there is no such {name} here" if unknown else "is missing"
        path = f"{path}.{named[1][:64]}"
    path = path.removeprefix(".")
    message = say_plainly(message, allowed=choices(kind, where or "$"))
    return BadRequest.field(path, message) if path else BadRequest(message)
