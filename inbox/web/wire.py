"""The shapes of what goes out as ready-made JSON, for the OpenAPI document alone.

Flows hand messages and log items on as the bytes that were stored (`msgspec.Raw`), of which a
schema knows nothing. Here each such answer is named again with the struct that the bytes were made
of, so the document stands on the same structs as the store.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any, Literal

import msgspec

from inbox.core.errors import ERRORS
from inbox.core.events import EVENTS, PRIVATE, Author, Note
from inbox.flows.customer_views import RawPage
from inbox.flows.desk_views import SummaryPage
from inbox.flows.poll import Events
from inbox.flows.summaries import NumberedMessage, ThreadSummary
from inbox.web.problems import Problem
from inbox.web.shapes import MessageAnswer, NoteAnswer

Kind = type[msgspec.Struct]


def _known(kind: Kind, name: str = "", about: str = "", **types: Any) -> Kind:
    """The struct with the true types of its raw members."""
    sparse = kind.__struct_config__.omit_defaults
    fields: list[Any] = []
    for field in msgspec.structs.fields(kind):
        type_ = types.get(field.name, field.type)
        left_out = sparse or "UnsetType" in repr(type_)
        has_default = left_out and field.default is not msgspec.NODEFAULT
        fields.append((field.name, type_, field.default) if has_default else (field.name, type_))
    return _made(name or kind.__name__, about or kind.__doc__, fields, kw_only=True)


def _made(name: str, about: str | None, fields: list[Any], **config: Any) -> Kind:
    return msgspec.defstruct(name, fields, namespace={"__doc__": about}, **config)


def _item(prefix: str, type_: str, about: str, places: list[Any], members: list[Any]) -> Kind:
    return _made(
        f"{prefix}{type_.capitalize()}Item",
        about,
        [("seq", int), ("at", str), *places, *members],
        tag_field="type",
        tag=type_,
        kw_only=True,
    )


def _members(event: Kind) -> list[Any]:
    """An event's members as fields of an item."""
    return [
        (field.name, field.type)
        if field.default is msgspec.NODEFAULT
        else (field.name, field.type, field.default)
        for field in msgspec.structs.fields(event)
    ]


def _about(type_: str, event: Kind) -> str:
    said = (event.__doc__ or "").partition(": ")
    return said[2][:1].upper() + said[2][1:] or f"`{type_}`"


Message: Any = _known(NumberedMessage, author=Author)
WrittenNoteBody: Any = _made("NumberedNote", Note.__doc__, [("seq", int), *_members(Note)])
Summary: Any = _known(ThreadSummary, last_message=Message | None)
Code: Any = Literal[tuple(error.code for error in ERRORS)]
FullProblem: Any = _known(Problem, code=Code, unseen=tuple[Message, ...] | msgspec.UnsetType)

_LOG: dict[str, Any] = {
    type_: _item("", type_, _about(type_, event), [], _members(event))
    for type_, event in EVENTS.items()
}
_PLACES: list[Any] = [("thread", str), ("thread_seq", int)]
_TEAM: list[Any] = [
    _item("Team", type_, _about(type_, event), _PLACES, _members(event))
    for type_, event in EVENTS.items()
    if type_ != "erased"
]
_TEAM += [
    _item("Team", "entered", "The team begins to see a thread.", _PLACES, [("summary", Summary)]),
    _item("Team", "left", "The team sees the thread no longer: drop it.", [("thread", str)], []),
    _item("Team", "withdrawn", "An item that may be seen no longer.", [("thread", str)], []),
    _item(
        "Team",
        "erased",
        "Stands where an item was.",
        [("thread", str)],
        [("thread_seq", int, 0), ("upto", int | None, None)],
    ),
]

_in_thread: Any = reduce(or_, (kind for type_, kind in _LOG.items() if type_ not in PRIVATE))
_in_log: Any = reduce(or_, _LOG.values())
_in_team: Any = reduce(or_, _TEAM)

Reply = _known(MessageAnswer, message=Message)
WrittenNote = _known(NoteAnswer, note=WrittenNoteBody)
MessagePage = _known(RawPage, "MessagePage", items=tuple[Message, ...])
Timeline = _known(RawPage, "Timeline", items=tuple[_in_log, ...])
Summaries = _known(SummaryPage, items=tuple[Summary, ...])
ThreadEvents = _known(Events, "ThreadEvents", items=tuple[_in_thread, ...])
DeskEvents = _known(Events, "DeskEvents", items=tuple[_in_team, ...])
