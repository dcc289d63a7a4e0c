"""What the doctor sees on this machine: rights, space, the clock, limits, and the database."""

from __future__ import annotations

import os
import re
import resource
import shlex
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from inbox.flows.examination import Examination
from inbox.ops.control import Hello
from inbox.ops.finding import Finding, doubtful, well, wrong
from inbox.ops.folder import DATABASE, is_open
from inbox.settings import FILENAME, Settings

LEAST_BYTES = 200 * 2**20
SCARCE_BYTES = 2 * 2**30
LARGE_LOG_BYTES = 256 * 2**20
SPARE_FILES = 200
"""Files that a server has open besides live sockets: database, log, requests."""
SANE_YEAR_MS = 1_735_689_600_000  # 2025 began
CLOCK_SLACK_MS = 60_000


def check_rights(data: Path) -> Iterator[Finding]:
    """The folder and its secrets are for one user alone, and it is the one who asks."""
    folder, file = data.stat(), data / FILENAME
    if is_open(data):
        yield doubtful("folder", f"others may look into {data}", f"chmod 700 {_quote(data)}")
    elif folder.st_uid != os.geteuid():
        yield doubtful(
            "folder",
            f"{data} belongs to user {folder.st_uid}, and you are {os.geteuid()}",
            "run Pinbox and its commands as that user, so that no file changes its owner",
        )
    else:
        yield well("folder", f"{data} is private")
    if not file.exists():
        yield well("settings file", "none: all settings come from the environment")
    elif stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield wrong(
            "settings file", f"others may read the secrets in {file}", f"chmod 600 {_quote(file)}"
        )
    else:
        yield well("settings file", f"{file} is private")


def check_space(data: Path) -> Iterator[Finding]:
    """There is room to store; when there is none, sends are refused and nothing is lost."""
    usage = shutil.disk_usage(data)
    says = f"{usage.free / 2**30:.1f} GiB free of {usage.total / 2**30:.0f}"
    if usage.free < LEAST_BYTES:
        yield wrong("disk", says, "make room now: a full disk refuses every message")
    elif usage.free < SCARCE_BYTES:
        yield doubtful("disk", says, "make room, or move the folder to a larger disk")
    else:
        yield well("disk", says)
    log = data / f"{DATABASE}-wal"
    size = log.stat().st_size if log.exists() else 0
    if size > LARGE_LOG_BYTES:
        yield doubtful(
            "write-ahead log",
            f"{size / 2**20:.0f} MiB wait to be moved into the database",
            "look for a long read, such as a copy under way; else restart the server",
        )


def check_sign_in(settings: Settings) -> Iterator[Finding]:
    """There is a way for customers to sign in."""
    ways = [
        name
        for name, value in (
            ("token_secret", settings.token_secret),
            ("jwks_file", settings.jwks_file),
            ("jwks_url", settings.jwks_url),
        )
        if value
    ]
    if ways:
        yield well("customers' tokens", f"checked by {' and '.join(ways)}")
    else:
        yield wrong(
            "customers' tokens",
            "no customer can sign in: there is neither a secret nor a key set",
            "set token_secret, jwks_file or jwks_url in pinbox.toml",
        )


def check_files(settings: Settings, server: Hello | None) -> Iterator[Finding]:
    """As many files may be open as live sockets are allowed; a few less are no reason to speak."""
    limit = _limit_of(server.process) if server is not None else None
    limit = limit or resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    needed = settings.max_connections + SPARE_FILES
    if limit != resource.RLIM_INFINITY and limit < settings.max_connections:
        yield doubtful(
            "open files",
            f"{limit:,} allowed, and max_connections of {settings.max_connections:,} may need "
            f"{needed:,}",
            f"raise the limit (systemd: LimitNOFILE={needed}), or lower max_connections",
        )
    else:
        yield well("open files", f"enough for {settings.max_connections:,} live sockets")


def check_clock(found: Examination | None) -> Iterator[Finding]:
    """The clock is not behind what it wrote before."""
    now = time.time_ns() // 1_000_000
    newest = found.newest_thread_at if found is not None else None
    if now < SANE_YEAR_MS or (newest is not None and now < newest - CLOCK_SLACK_MS):
        yield wrong(
            "clock",
            f"it says {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, which is in the past",
            "set it, and let NTP keep it: tokens are judged by it",
        )
    else:
        yield well("clock", f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC")


def check_database(found: Examination) -> Iterator[Finding]:
    """It is whole, of this version, and set up."""
    if found.lost:
        yield wrong(
            "database",
            f"{DATABASE} was moved, removed or replaced, and the server goes on with the old file",
            "put that very file back (`mv`) before the server stops: what is written now is only "
            "there",
        )
    elif found.damage is not None:
        yield wrong(
            "database",
            f"damaged: {found.damage}",
            "stop the server, then `pinbox restore` a backup",
        )
    elif found.schema < found.newest_schema:
        yield doubtful(
            "database",
            f"its schema is {found.schema}, this version's is {found.newest_schema}",
            "`pinbox migrate`, or start the server, which does it",
        )
        return
    else:
        yield well("database", f"{found.dialect}, sound, schema {found.schema}")
    yield from _check_teams(found)


def check_secret(found: Examination, fingerprint: str) -> Iterator[Finding]:
    """The secret in the settings is the one that the database was written with."""
    if found.secret is None:
        return
    if found.secret == fingerprint:
        yield well("server_secret", "the one that the database was written with")
    else:
        yield wrong(
            "server_secret",
            "not the one that the database was written with: the next start is refused",
            "put the pinbox.toml back that belongs to it; if that is lost: "
            "`pinbox migrate --new-secret`",
        )


def _check_teams(found: Examination) -> Iterator[Finding]:
    if not any(team.default for team in found.teams):
        yield wrong(
            "teams",
            "there is no default team, so a customer of no market cannot write",
            "pinbox team add KEY --name NAME --time-zone ZONE --default",
        )
        return
    empty = [team.key for team in found.teams if not team.members]
    if empty:
        yield doubtful(
            "teams",
            f"nobody answers in {', '.join(empty)}",
            f"pinbox agent add NAME --team {empty[0]}",
        )
    else:
        yield well("teams", f"{len(found.teams)}, each with people")


def _quote(path: Path) -> str:
    return shlex.quote(str(path))


def _limit_of(process: int) -> int | None:
    """The open-file limit of another process; none where the system does not tell."""
    try:
        text = Path(f"/proc/{process}/limits").read_text("ascii")
    except OSError:
        return None
    found = re.search(r"^Max open files\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else None
