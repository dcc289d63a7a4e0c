"""Commands that look and change nothing: the doctor, and the settings in force."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from inbox.cli.options import Out, with_out

if TYPE_CHECKING:
    from inbox.flows.examination import Examination
    from inbox.flows.ringer import Ringing
    from inbox.ops.control import Hello
    from inbox.ops.finding import Finding
    from inbox.settings import Settings

MARKS = {"ok": "✓", "warn": "!", "fail": "✗"}


@click.command()
@with_out
def doctor(out: Out) -> None:
    """Look for all that can be wrong.

    Each finding has a remedy. Ends with 1 where something is wrong. The database is read through,
    so it may take a minute.
    """
    from inbox.cli.errors import Failed
    from inbox.cli.folder import demand_folder

    demand_folder(out.data)
    from inbox.ops.finding import Diagnosis

    findings = tuple(asyncio.run(_examine_all(out.data)))
    healthy = all(one.state != "fail" for one in findings)
    lines = []
    for one in findings:
        lines.append(f"{MARKS[one.state]} {one.what}: {one.says}")
        if one.remedy:
            lines.append(f"    → {one.remedy}")
    out.say(Diagnosis(healthy, findings), "\n".join(lines))
    if not healthy:
        raise Failed("something is wrong")


@click.command()
@with_out
def settings(out: Out) -> None:
    """Show the settings in force.

    Defaults, pinbox.toml and the environment taken together; secrets are hidden.
    """
    from inbox.cli.folder import demand_folder
    from inbox.settings import SETTINGS, load

    demand_folder(out.data)
    found = load(out.data, os.environ)
    values: Mapping[str, object] = {
        row.name: ("set" if getattr(found, row.name) else "")
        if row.secret
        else getattr(found, row.name)
        for row in SETTINGS
    }
    lines = []
    for row in SETTINGS:
        mark = " " if getattr(found, row.name) == row.default else "*"
        shown = msgspec.json.encode(values[row.name]).decode()
        lines.append(
            f"{mark} {row.name} = {'(hidden)' if row.secret and values[row.name] else shown}"
        )
    out.say(values, "\n".join(lines) + "\n\n* differs from the default")


async def _examine_all(data: Path) -> list[Finding]:
    from inbox.auth.jwks import read_jwks
    from inbox.auth.keys import Keys
    from inbox.ops import checks, push_checks, reach, webhook_checks
    from inbox.ops.control import find_server
    from inbox.ops.finding import wrong
    from inbox.settings import SettingsError, load

    findings = [*checks.check_rights(data), *checks.check_space(data)]
    try:
        in_force = load(data, os.environ)
    except SettingsError as error:
        return [*findings, wrong("settings", str(error), "mend it, then ask again")]
    server = await find_server(data)
    found = await _examine_database(data, in_force, server)
    findings += checks.check_sign_in(in_force)
    findings += [one async for one in reach.check_keys(in_force, lambda d: len(read_jwks(d).keys))]
    if found is None or isinstance(found, str):
        remedy = _NO_DATABASE_REMEDY if found is None else _DATABASE_REMEDY
        findings.append(wrong("database", found or "there is none yet", remedy))
    else:
        findings += checks.check_database(found)
        findings += webhook_checks.check_webhooks(found, in_force)
        findings += checks.check_secret(found, Keys(in_force.server_secret).fingerprint())
    findings += [one async for one in _try_files(data, in_force)]
    findings += checks.check_clock(found if not isinstance(found, str) else None)
    findings += checks.check_files(in_force, server)
    findings += push_checks.check_push_keys(in_force)
    findings += [one async for one in push_checks.check_push_clock(in_force)]
    findings += push_checks.check_ringing(await _look_at_ringing(data, server))
    return findings + [one async for one in reach.check_server(in_force, server)]


async def _try_files(data: Path, in_force: Settings) -> AsyncIterator[Finding]:
    from inbox.files.shelf import open_shelf
    from inbox.ops.upload_checks import check_uploads

    async def try_place() -> None:
        await open_shelf(data, in_force).place.check()

    async for one in check_uploads(in_force, try_place):
        yield one


async def _look_at_ringing(data: Path, server: Hello | None) -> Ringing | None:
    """How pushes stand in the running server; none where there is none, or it cannot tell."""
    from inbox.core.errors import PinboxError
    from inbox.flows.ringer import Ringing
    from inbox.ops.control import ask
    from inbox.ops.operation import Nothing

    if server is None:
        return None
    try:
        return await ask(data, "push.look", Nothing(), into=Ringing)
    except PinboxError:  # one of an older version
        return None


_NO_DATABASE_REMEDY = "`pinbox serve` makes a new one; `pinbox restore` puts a backup in its place"
_DATABASE_REMEDY = (
    "ask again in a moment if a server has just been started or stopped; "
    "`pinbox restore` puts a backup in the place of one that is broken"
)


async def _examine_database(
    data: Path, in_force: Settings, server: Hello | None
) -> Examination | str | None:
    """What was found; a text where the database cannot be opened, none where there is none."""
    from inbox.app import DATABASE, open_engine
    from inbox.cli.run import run
    from inbox.core.errors import PinboxError
    from inbox.flows.examination import Examination, examine
    from inbox.ops.operation import Nothing, Progress
    from inbox.store.lock import hold_folder
    from inbox.store.refusal import Refusal
    from inbox.telemetry import Metrics, setup_logging

    async def ignore(_progress: Progress) -> None:
        """There is nothing to show."""

    setup_logging("error", "console")
    try:
        if server is not None:
            return await run(data, "examine", Nothing(), into=Examination, report=ignore)
        if not in_force.database and not (data / DATABASE).exists():
            return None
        with hold_folder(data):
            engine = await open_engine(data, in_force, metrics=Metrics())
            try:
                return await examine(engine)
            finally:
                await engine.close()
    except (Refusal, PinboxError) as error:
        return str(error)
