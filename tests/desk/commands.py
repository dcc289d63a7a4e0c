"""The desk's table of commands, read from its file; and what the docs say of it."""

from __future__ import annotations

import json
import re

import msgspec

from agents_ui.files import ROOT

_ROW = re.compile(
    r'^  command\("([\w.]+)", (\[[^\]]*\]), "(\w+)", "(\w+)", "(\w+)", ', re.MULTILINE
)
_TEXT = re.compile(r'^  "([\w.]+)": ("(?:[^"\\]|\\.)*"|\{.*\}),$', re.MULTILINE)
FOCUS = {
    "message": "the last message",
    "row": "the row in the list",
    "search": "the field of the search",
    "region": "the next part of the screen",
    "composer": "the field in which you write",
    "stay": "where it was",
    "assign": "the dialog",
    "transfer": "the dialog",
    "cover": "the dialog",
    "handback": "the dialog",
    "callback": "the dialog",
    "load": "the dialog",
    "snooze": "the dialog",
    "canned": "the dialog",
    "palette": "the dialog",
    "help": "the dialog",
    "settings": "the dialog",
    "customer": "the customer's details",
    "signin": "the sign-in page",
    "room": "the heading of the room",
}


WHOM = {"leads": " (leads)", "admins": " (admins)"}


class Command(msgspec.Struct, frozen=True):
    """A row of the table."""

    id: str
    keys: list[str]
    group: str
    where: str
    focus: str


def commands() -> list[Command]:
    """All of them, in the table's order."""
    text = (ROOT / "commands" / "table.js").read_text("utf-8")
    found = [
        Command(id_, json.loads(keys), group, where, focus)
        for id_, keys, group, where, focus in _ROW.findall(text)
    ]
    assert len(found) == text.count("\n  command("), "each row stands on a line of its own"
    return found


def texts(language: str) -> dict[str, str]:
    """A language's texts by their names, as they stand in its files."""
    files = sorted((ROOT / "words").rglob(f"{language}.js"))
    return {name: text for file in files for name, text in _TEXT.findall(file.read_text("utf-8"))}


def as_table() -> str:
    """The commands as the docs show them."""
    said = texts("en")
    lines = ["| key | | the focus is then on |", "| --- | --- | --- |"]
    for one in commands():
        keys = " ".join(f"`{key.replace('+k', '+K')}`" for key in one.keys) or "by palette"
        name = json.loads(said[f"command.{one.id}"]) + WHOM.get(one.where, "")
        lines.append(f"| {keys} | {name} | {FOCUS[one.focus]} |")
    return "\n".join(lines)
