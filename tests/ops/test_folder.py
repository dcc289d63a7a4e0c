"""Making a data folder."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from inbox.core.errors import Conflict
from inbox.ops.folder import make_folder
from inbox.settings import load


def test_it_is_private_whatever_the_umask(tmp_path: Path) -> None:
    former = os.umask(0)
    try:
        file = make_folder(tmp_path / "deep" / "data")
    finally:
        os.umask(former)
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_its_settings_are_read_back(tmp_path: Path) -> None:
    make_folder(tmp_path, {"retention_days": 0})
    settings = load(tmp_path, {})
    assert settings.retention_days == 0
    assert len(settings.token_secret) >= 32
    assert settings.token_secret != settings.server_secret


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    file = make_folder(tmp_path)
    before = file.read_bytes()
    with pytest.raises(Conflict):
        make_folder(tmp_path)
    assert file.read_bytes() == before
