"""Reading: flags win over the environment, that over the file, the file over the defaults."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from inbox.settings.row import PREFIX
from inbox.settings.table import BY_NAME, Settings

FILENAME = "pinbox.toml"

_NO_SETTING = re.compile(r"PINBOX_(DATA|TEST_\w+)")
"""Variables that are read elsewhere: the data folder, and what tests are told."""


class SettingsError(ValueError):
    """A setting is wrong; the text names where it stands, its key, and what would be right."""


def load(
    data: Path | None, environ: Mapping[str, str], flags: Mapping[str, object] | None = None
) -> Settings:
    """Read the settings: `flags` over `environ` over `pinbox.toml` in `data` over the defaults.

    A flag that is `None` was not given, nor a variable that is empty: Compose files and unit files
    make such of what nobody has set. Files come back as paths that can be opened. Raises
    SettingsError for the first thing wrong: an unknown key (with the nearest known one), a wrong
    type or range, Web Push without a key, or no `server_secret`, without which nothing can be
    hashed safely.
    """
    values: dict[str, Any] = {}
    if data is not None and (data / FILENAME).exists():
        _take(values, _file(data / FILENAME), source=FILENAME)
    named = {
        key.removeprefix(PREFIX).lower(): value
        for key, value in environ.items()
        if value and key.startswith(PREFIX) and not _NO_SETTING.fullmatch(key)
    }
    _take(values, named, source="environment", name=lambda key: PREFIX + key.upper(), text=True)
    given = {key: value for key, value in (flags or {}).items() if value is not None}
    _take(values, given, source="command line", name=lambda key: "--" + key.replace("_", "-"))

    if not values.get("server_secret"):
        raise SettingsError("server_secret is not set: `pinbox init` writes one")
    if values.get("webpush_contact") and not values.get("webpush_key"):
        raise SettingsError("webpush_key is not set: `pinbox push key --new` makes one")
    if data is not None:
        _find_files(data, values)
    return Settings(**values)


def _find_files(data: Path, values: dict[str, Any]) -> None:
    """Let every path begin at the data folder, unless it is absolute."""
    for key in ("jwks_file", "push_ca_file", "webhook_ca_file"):
        if values.get(key):
            values[key] = str(data / values[key])
    for key, member in (("apns_apps", "key_file"), ("fcm_projects", "account_file")):
        values[key] = tuple(
            replace(one, **{member: str(data / getattr(one, member))})
            for one in values.get(key, ())
        )


def _file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not a settings file: it is not UTF-8 text") from None
    except (OSError, tomllib.TOMLDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise SettingsError(f"{path} cannot be read as a settings file: {why}") from None


def _take(
    values: dict[str, Any],
    found: Mapping[str, object],
    *,
    source: str,
    name: Callable[[str], str] = str,
    text: bool = False,
) -> None:
    for key, value in found.items():
        row = BY_NAME.get(key)
        if row is None:
            near = difflib.get_close_matches(key, BY_NAME, n=1)
            hint = f"; did you mean {name(near[0])}?" if near else ""
            raise SettingsError(f"{source}: there is no setting {name(key)}{hint}")
        try:
            values[key] = row.read(value, text=text)
        except msgspec.ValidationError as error:
            allowed = f"{error} (allowed: {row.allowed})"
            raise SettingsError(f"{source}: {name(key)}: {allowed}") from None
        except ValueError as error:
            raise SettingsError(f"{source}: {name(key)}: {error}") from None
