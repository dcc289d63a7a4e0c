"""The generated pages as Markdown: commands, settings, metrics, errors, frames, push."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

import click
import msgspec

from inbox import settings, telemetry
from inbox.cli.tree import pinbox
from inbox.core.cursor import ResetReason
from inbox.core.errors import ERRORS
from inbox.core.frames import ClientFrame, ServerFrame
from inbox.core.rules import RULES
from inbox.core.sync import CloseCode
from push import retry
from push.model import ProviderName

MADE = "<!-- Made by `pinbox docs`; change the code instead. -->\n"
SHARED = {"--data", "--json", "--help"}
"""Options of every command, told once at the top."""
FIRST_FINAL = 4500
"""From this close code on, a client must not come back by itself."""

CLOSES = {
    CloseCode.INTERNAL: "a fault of the server",
    CloseCode.TRY_AGAIN: "too busy at this moment",
    CloseCode.DRAINING: "this server is about to stop",
    CloseCode.TOKEN_EXPIRED: "the token has ended: come back with a fresh one",
    CloseCode.SLOW_CONSUMER: "a write stalled too long; go on from your cursor",
    CloseCode.NO_PONG: "a `ping` was not answered",
    CloseCode.TOO_MANY: "too many frames or connections",
    CloseCode.BAD_TOKEN: "the token is not good here",
    CloseCode.BAD_FRAME: "a frame was none, too large, or out of order",
    CloseCode.REVOKED: "signed out, or the token was revoked",
}
RESETS = {
    "stale_epoch": "the database was restored since",
    "cursor_ahead": "the cursor is from a future that the server does not know",
    "history_expired": "that far back, the stream is no longer kept",
    "too_far": "too much to catch up by events",
}


def make_pages() -> dict[str, str]:
    """File name → text of each page."""
    pages = {
        "cli.md": ["# Command line", "", *_commands()],
        "settings.md": ["# Settings", "", SETTINGS_HEAD, settings.describe()],
        "rules.md": ["# Rules of a team", "", RULES_HEAD, *_rules()],
        "metrics.md": ["# Metrics", "", METRICS_HEAD, telemetry.describe()],
        "errors.md": ["# Errors", "", ERRORS_HEAD, *_errors()],
        "live-frames.md": ["# Live frames", "", FRAMES_HEAD, *_frames()],
        "push-answers.md": ["# Answers of push services", "", PUSH_HEAD, *_push_answers()],
    }
    return {name: MADE + "\n".join(lines).strip() + "\n" for name, lines in pages.items()}


COMMANDS_HEAD = """\
Every command takes `--data DIR` (or `PINBOX_DATA`; else `./pinbox-data`), prints for people, and
with `--json` one JSON object. It ends with 0, with 1 where it was refused or failed, and with 2
where the command line is wrong; an error is one line on standard error. While a server runs on the
folder, commands go through its control socket; `restore` and `migrate` are refused then."""
SETTINGS_HEAD = """\
In `pinbox.toml` in the data folder, or as a variable in the environment, which wins; flags of
`pinbox serve` win over both. Lists in the environment are texts with commas between, or JSON;
an empty variable counts as absent.
An unknown key ends the start with the nearest known name. `pinbox settings` shows what is in force.
"""
RULES_HEAD = """\
Each team has rules of its own. Its leads and all admins see them by
`GET /v1/admin/teams/{team}/rules` and set them by `PATCH` of the same (what is left out stays), an
operator by `pinbox team rules KEY --set NAME=VALUE`. They hold from then on, on every node within a
second.

| rule | default | allowed | what it decides |
| --- | --- | --- | --- |"""
METRICS_HEAD = """\
`GET /metrics` gives them to Prometheus, besides those of the process and of Python's memory.
Labels are words from short lists, never ids or names of people. The page is for you alone: let the
proxy in front refuse it (see [self-hosting](self-hosting.md)).
"""
ERRORS_HEAD = """\
One table for HTTP and live. By HTTP an error is `application/problem+json` (RFC 9457) with `type`,
`title`, `status`, `code`, `detail`, `request_id`, and `errors: [{path, message}]` for bad input.
Live it is an `error` frame with the same `code`. Judge by `code`; `detail` is for people.
*Temporary* errors stored nothing: wait for `Retry-After` (live: `retry_ms`) and ask again.
"""
PUSH_SERVICES: dict[ProviderName, str] = {
    "apns": "APNs",
    "fcm": "FCM",
    "webpush": "Web Push and UnifiedPush",
}
PUSH_HEAD = """\
What follows from each answer of APNs, FCM and a Web Push service. The reason is looked up first;
one that is absent or unknown goes by its status, and a status that is in no table by its class: 2xx
is done, 3xx and 4xx are dead letters, the rest is tried again later. A push that was certainly not
processed is sent again at once, one whose outcome is unknown after 1–5 s with the same id, so that
the phone shows one banner. FCM's `INVALID_ARGUMENT` removes the address where it names
`message.token` as the field at fault. Nothing is tried after the push has expired.
"""

FRAMES_HEAD = """\
JSON text frames over a WebSocket with subprotocol `pinbox.v1`, each an object with `type`.
`GET /asyncapi.json` has the same for machines. Members with `?` may be absent.
"""


def _rules() -> Iterator[str]:
    for row in RULES:
        default = msgspec.json.encode(row.default).decode()
        about = row.about[0].upper() + row.about[1:]
        yield f"| `{row.name}` | `{default}` | {row.allowed} | {about}. |"


def _commands() -> Iterator[str]:
    root = click.Context(pinbox, info_name="pinbox", max_content_width=100)
    yield _plain(pinbox.help)
    yield ""
    yield COMMANDS_HEAD
    for name in pinbox.list_commands(root):
        yield from _command(pinbox.get_command(root, name), name, root, depth=2)


def _command(
    command: click.Command | None, name: str, parent: click.Context, *, depth: int
) -> Iterator[str]:
    if command is None:
        return
    here = click.Context(command, info_name=name, parent=parent, max_content_width=100)
    yield ""
    yield f"{'#' * depth} {here.command_path}"
    yield ""
    yield _plain(command.help)
    if isinstance(command, click.Group):
        for sub in command.list_commands(here):
            yield from _command(command.get_command(here, sub), sub, here, depth=depth + 1)
        return
    yield ""
    pieces = " ".join(command.collect_usage_pieces(here))
    yield f"    {here.command_path} {pieces}".rstrip()
    rows = [param.get_help_record(here) for param in command.get_params(here)]
    options = [row for row in rows if row is not None and row[0].split()[0] not in SHARED]
    if options:
        yield ""
        yield "| option | |"
        yield "| --- | --- |"
        for flags, about in options:
            yield f"| `{_cell(flags)}` | {_cell(about)} |"


def _errors() -> Iterator[str]:
    yield "| code | status | temporary | meaning |"
    yield "| --- | --- | --- | --- |"
    for kind in ERRORS:
        mark = "yes" if kind.temporary else ""
        yield f"| `{kind.code}` | {kind.status} | {mark} | {_about(kind)} |"
    yield ""
    yield "## Close codes of live sockets"
    yield ""
    yield "| code | name | come back | why |"
    yield "| --- | --- | --- | --- |"
    for code in CloseCode:
        back = "yes" if code < FIRST_FINAL else "**no**"
        yield f"| {code.value} | `{code.name.lower()}` | {back} | {CLOSES[code]} |"
    yield ""
    yield "## Reasons of `reset` (by long poll: of `410`)"
    yield ""
    yield "| reason | why |"
    yield "| --- | --- |"
    for reason in get_args(ResetReason):
        yield f"| `{reason}` | {RESETS[reason]} |"


def _frames() -> Iterator[str]:
    for title, union in (("From the client", ClientFrame), ("From the server", ServerFrame)):
        yield f"## {title}"
        yield ""
        yield "| frame | members | |"
        yield "| --- | --- | --- |"
        for kind in get_args(union):
            members = ", ".join(_members(kind))
            yield f"| `{kind.__struct_config__.tag}` | {members} | {_about(kind)} |"
        yield ""


def _push_answers() -> Iterator[str]:
    for provider, title in PUSH_SERVICES.items():
        yield from (f"## {title}", "", "| status | reason | what follows |", "| --- | --- | --- |")
        for (status, reason), owed in sorted(retry.REASONS[provider].items()):
            yield f"| {status} | `{reason}` | {owed.value} |"
        for status, owed in sorted(retry.STATUSES[provider].items()):
            yield f"| {status} | any other | {owed.value} |"
        yield ""


def _members(kind: Any) -> Iterator[str]:
    for field in msgspec.structs.fields(kind):
        yield f"`{field.encode_name}`" + ("" if field.required else "?")


def _about(kind: type) -> str:
    """The first paragraph of a docstring, in one line."""
    return _cell(" ".join((kind.__doc__ or "").split("\n\n")[0].split()))


def _plain(text: str | None) -> str:
    return re.sub(r"[ \t]*\n[ \t]*", "\n", text or "").strip()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
