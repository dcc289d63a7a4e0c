"""Canned responses: texts with fields in braces, checked when written and filled when used.

    Good morning {customer.first_name|there}, this is {agent.name}. We are here {team.hours}.

After a bar stands what is written where the field has no value. A brace that is meant as such is
doubled. What a field gives is never read for fields again, whatever a customer's name holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches

import msgspec

from inbox.core.errors import BadRequest
from inbox.core.shorthand import write_weekly
from inbox.core.text import clean_body, clean_line
from inbox.core.timetable import AROUND_THE_CLOCK, Weekly

TITLE_LIMIT = 120

_PARTS = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_SHORTCUT = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_DAY = re.compile(r"\b(?:mon|tue|wed|thu|fri|sat|sun)\b")


class Facts(msgspec.Struct, frozen=True):
    """What fields are filled from. `weekly`: none where the team is always there."""

    customer: str | None
    agent: str
    team: str
    place: str | None
    weekly: Weekly | None


class Filled(msgspec.Struct, frozen=True):
    """A text with its fields filled, and those that had neither a value nor words in its place."""

    text: str
    missing: tuple[str, ...]


FIELDS: dict[str, Callable[[Facts], str | None]] = {
    "customer.name": lambda facts: facts.customer,
    "customer.first_name": lambda facts: _first_word(facts.customer),
    "agent.name": lambda facts: facts.agent,
    "agent.first_name": lambda facts: _first_word(facts.agent),
    "team.name": lambda facts: facts.team,
    "team.place": lambda facts: facts.place,
    "team.hours": lambda facts: _hours(facts.weekly),
}
"""Field → what it gives, none where that is not known."""


def fill(text: str, facts: Facts) -> Filled:
    """Fill the fields of a text that `check_text` has passed."""
    missing: list[str] = []

    def value(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0][0]
        name, bar, otherwise = found[1].partition("|")
        known = FIELDS[name.strip()](facts)
        if known is None and not bar:
            missing.append(name.strip())
        return otherwise if known is None else known

    return Filled(_PARTS.sub(value, text), tuple(dict.fromkeys(missing)))


def check_text(raw: str, *, path: str = "text") -> str:
    """A text fit to keep: as a message's, and each field one that there is.

    Raises BadRequest, which names the field that is none, and the nearest one that is.
    """
    text = clean_body(raw, path=path)
    for found in _PARTS.finditer(text):
        if found[1] is None:
            if len(found[0]) == 1:
                raise BadRequest.field(path, f"a lone {found[0]}; as such it is written twice")
            continue
        name = found[1].partition("|")[0].strip()
        if name not in FIELDS:
            near = get_close_matches(name, FIELDS, n=1)
            hint = f"did you mean {{{near[0]}}}?" if near else f"there are {', '.join(FIELDS)}"
            raise BadRequest.field(path, f"there is no field {{{name[:40]}}}; {hint}")
    return text


def check_title(raw: str) -> str:
    """A title of one line."""
    return clean_line(raw, path="title", limit=TITLE_LIMIT)


def check_shortcut(raw: str) -> str:
    """The short word by which agents call a response: a–z, 0–9 and -, at most 40."""
    if not _SHORTCUT.fullmatch(raw):
        raise BadRequest.field("shortcut", "must be 1 to 40 of a–z, 0–9 and -, not - first")
    return raw


def _first_word(name: str | None) -> str | None:
    words = (name or "").split()
    return words[0] if words else None


def _hours(weekly: Weekly | None) -> str:
    """An ordinary week for people: `Mon–Fri 08:00–20:00; Sat 09:00–17:00`."""
    text = write_weekly(AROUND_THE_CLOCK if weekly is None else weekly).replace("-", "–")
    return _DAY.sub(lambda day: day[0].title(), text)
