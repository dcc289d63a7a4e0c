"""What is set up for each app that takes pushes: tables within the settings."""

from __future__ import annotations

from typing import Literal

import msgspec

Environment = Literal["production", "sandbox"]


class ApnsApp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An app on Apple's devices, and the key by which its team sends."""

    app: str
    """The bundle id."""
    team_id: str
    key_id: str
    key_file: str
    """The `.p8` file that Apple gave with the key."""
    environments: tuple[Environment, ...] = ("production", "sandbox")


class FcmProject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A Firebase project, and the service account by which it is used."""

    account_file: str
    """The JSON that Google gave with the account's key."""
    app: str = ""
    """The `app_id` by which the app registers; nothing: all that no other project names."""
    project: str = ""
    """If it is another than the file names."""
