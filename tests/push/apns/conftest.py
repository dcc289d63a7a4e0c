"""Fixtures for the client of APNs."""

from __future__ import annotations

import pytest

from push.simulator.tls import Certificates
from tests.push import stands


@pytest.fixture(scope="session")
def certificates() -> Certificates:
    return stands.certificates()
