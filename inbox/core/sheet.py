"""A report as CSV (RFC 4180), safe to open in a spreadsheet.

A cell that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a
carriage return), or that begins with an apostrophe, gets an apostrophe before it: whoever reads the
file takes one leading apostrophe away and has what was there.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from inbox.core.figures import Figures

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
_TEAM = ("team", "team_name")


def to_csv(rows: Iterable[Figures]) -> str:
    """One line with the names of the members, then one for each row; `team` is its key."""
    names = [field.encode_name for field in msgspec.structs.fields(Figures)]
    place = names.index("team")
    lines = [[*names[:place], *_TEAM, *names[place + 1 :]]]
    for row in rows:
        cells = [_text(value) for value in msgspec.structs.astuple(row)]
        team = ("", "") if row.team is None else (row.team.key, row.team.name)
        lines.append([*cells[:place], *team, *cells[place + 1 :]])
    return "".join(",".join(_cell(cell) for cell in line) + "\r\n" for line in lines)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _cell(text: str) -> str:
    if text.startswith(_FORMULA):
        text = f"'{text}"
    if any(mark in text for mark in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
