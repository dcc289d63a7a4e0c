"""The keys that the stand-in knows, as Apple knows those that a team made in its account."""

from __future__ import annotations

from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from push.model import Environment
from push.simulator.tls import pem

BOTH: tuple[Environment, ...] = ("production", "sandbox")


class Key(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The public half of a team's key, and what it may be used for."""

    team_id: str
    key_id: str
    public: ec.EllipticCurvePublicKey
    apps: frozenset[str]
    """The topics of the team's apps."""
    environments: tuple[Environment, ...] = BOTH


def make_key(file: Path) -> None:
    """Write a new private key where an app's settings can name it, readable by its owner only."""
    file.touch(mode=0o600)
    file.write_bytes(pem(ec.generate_private_key(ec.SECP256R1())))


def read_key(
    file: Path,
    *,
    team_id: str,
    key_id: str,
    apps: frozenset[str],
    environments: tuple[Environment, ...] = BOTH,
) -> Key:
    """Know a key by the private file that the sender uses. Raises TypeError or ValueError."""
    private = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{file} holds no key for ES256")
    return Key(
        team_id=team_id,
        key_id=key_id,
        public=private.public_key(),
        apps=apps,
        environments=environments,
    )
