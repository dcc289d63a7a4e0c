"""Writing: the file that `pinbox init` makes, and the page in the docs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from inbox.settings.groups import GROUPS
from inbox.settings.table import SETTINGS


def render_toml(given: Mapping[str, object]) -> str:
    """Write `pinbox.toml`: what is given as it is, everything else as a comment with its default.

    The caller makes the secrets (`token_secret`, `server_secret`) and keeps the file private.
    """
    lines = ["# Pinbox settings. A variable PINBOX_<NAME> in the environment wins over this file."]
    for row in SETTINGS:
        if row.name in GROUPS:
            lines += ["", f"# ── {GROUPS[row.name]} ──"]
        value = row.read(given.get(row.name, row.default))
        unit = f" ({row.unit})" if row.unit else ""
        lines += ["", f"# {row.about}{unit}"]
        mark = "" if row.name in given else "# "
        lines.append(f"{mark}{row.name} = {_to_toml(msgspec.to_builtins(value))}")
    return "\n".join(lines) + "\n"


def _to_toml(value: Any) -> str:
    """As TOML in one line; what is no table is the same in JSON."""
    if isinstance(value, dict):
        members = ", ".join(f"{name} = {_to_toml(one)}" for name, one in value.items())
        return f"{{ {members} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_to_toml(one) for one in value)}]"
    return json.dumps(value, ensure_ascii=False)


def render_values(given: Mapping[str, object]) -> str:
    """These settings alone, as lines for `pinbox.toml`."""
    lines = (f"{name} = {_to_toml(msgspec.to_builtins(one))}" for name, one in given.items())
    return "\n".join(lines) + "\n"


def describe() -> str:
    """The table as Markdown, for `docs/settings.md`."""
    lines: list[str] = []
    for row in SETTINGS:
        if row.name in GROUPS:
            lines += ["", f"## {GROUPS[row.name]}", ""]
            lines += [
                "| setting | default | unit | allowed | what it decides |",
                "|" + " --- |" * 5,
            ]
        secret = " **Secret.**" if row.secret else ""
        about = row.about[0].upper() + row.about[1:]
        lines.append(
            f"| `{row.name}`<br>`{row.variable}` | `{json.dumps(row.default)}` | {row.unit} "
            f"| {row.allowed} | {about}.{secret} |"
        )
    return "\n".join(lines).strip() + "\n"
