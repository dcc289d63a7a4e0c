"""Fixtures for the client of APNs."""

from __future__ import annotations

import pytest

from push.simulator.tls import Certificates, make_certificates


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("tls"))
