"""What the operator decides: one table, from which come reading, the file and the docs.

`pinbox.toml` in the data folder, `PINBOX_*` in the environment, `docs/settings.md`.
"""

from __future__ import annotations

from inbox.settings.load import FILENAME, SettingsError, load
from inbox.settings.pages import describe, render_toml, render_values
from inbox.settings.push import ApnsApp, FcmProject
from inbox.settings.row import Setting
from inbox.settings.table import SETTINGS, Settings

__all__ = [
    "FILENAME",
    "SETTINGS",
    "ApnsApp",
    "FcmProject",
    "Setting",
    "Settings",
    "SettingsError",
    "describe",
    "load",
    "render_toml",
    "render_values",
]
