"""The provider token: who we are, for Apple (ES256, RFC 7515 and 7519).

One per key and environment and process, whoever asks. Apple wants a new one each hour at least and
each 20 minutes at most; it is renewed at 45 to 50. The key's file is looked at while it is used, so
that a new key counts without a restart.
"""

from __future__ import annotations

from pathlib import Path

import jwt
import msgspec
import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from push.apns.counters import Counters
from push.apns.pace import Pace, World

RENEWED_S = 45 * 60
RENEWED_SPREAD_S = 5 * 60
LEAST_AGE_S = 20 * 60
OLDEST_S = 60 * 60
_LARGEST_KEY = 16 * 1024
_log = structlog.get_logger(__name__)


class KeyUnreadable(Exception):
    """The file holds no key that signs ES256; the message says why, and nothing of the file."""


class Issue(msgspec.Struct, frozen=True, eq=False):
    """One provider token."""

    number: int
    header: bytes
    """The whole value of `authorization`."""
    at: float
    """Unix seconds, as it says itself."""
    made: float
    """The same moment on the timer."""
    generation: int
    """Which key signed it; grows with each change of the file."""


class ProviderToken:
    """The token as it is now. Everything returns at once; signing takes a tenth of a millisecond.

    What Apple says against a token comes back by `expired` and `too_many`, with the issue that the
    refused push showed; both say whether another may be tried.
    """

    def __init__(
        self,
        *,
        team_id: str,
        key_id: str,
        key_file: Path,
        world: World,
        pace: Pace,
        counters: Counters,
    ) -> None:
        self.broken: str | None = None
        """Why the file could not be read when it was looked at last; an older key serves on."""
        self._team_id, self._key_id, self._file = team_id, key_id, key_file
        self._world, self._pace, self._counters = world, pace, counters
        self._key: ec.EllipticCurvePrivateKey | None = None
        self._seen: object = None
        self._looked = float("-inf")
        self._generation = 0
        self._number = 0
        self._issue: Issue | None = None
        self._before: Issue | None = None
        self._renew_after = 0.0
        self._forced = float("-inf")
        self._held = float("-inf")

    def current(self) -> Issue:
        """The token to show now. Raises KeyUnreadable as long as there never was a key."""
        now = self._world.timer()
        if now - self._looked >= self._pace.look_at_key:
            self.look()
        issue = self._issue
        if issue is None or issue.generation != self._generation or self._is_old(issue, now):
            issue = self._renew()
        return issue

    def look(self) -> None:
        """Look at the file, and read it if it is another than before."""
        self._looked = self._world.timer()
        try:
            about = self._file.stat()
            seen = (about.st_mtime_ns, about.st_size, about.st_ino)
            if seen == self._seen and self.broken is None:
                return
            key = read_key(self._file)
        except (OSError, KeyUnreadable) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            if why != self.broken:
                _log.warning("apns_key_unreadable", key_id=self._key_id, why=why)
            self.broken, self._seen = why or "it cannot be read", None
            return
        self.broken, self._seen = None, seen
        if self._key is None or key.private_numbers() != self._key.private_numbers():
            self._key = key
            self._generation += 1
            self._forced = self._held = float("-inf")
            self._counters.keys += 1
            _log.info("apns_key_read", key_id=self._key_id, generation=self._generation)

    def expired(self, shown: Issue) -> bool:
        """Apple called it expired: one new token, whoever says so how often; at most each 20 min.

        True where there is another to try than the one that was shown.
        """
        current = self.current()
        if current.number != shown.number:
            return True
        now = self._world.timer()
        if now - self._forced < LEAST_AGE_S or now < self._held:
            return False
        self._forced = now
        self._renew()
        self._before = None  # an expired one is nothing to go back to
        return True

    def too_many(self, shown: Issue) -> bool:
        """Apple saw too many new tokens: back to the one before, and no other for 20 minutes.

        True where there is one to go back to.
        """
        current = self.current()
        if current.number != shown.number:
            return True
        self._held = self._world.timer() + LEAST_AGE_S
        before = self._before
        if before is None or self._world.clock() - before.at >= OLDEST_S:
            return False
        self._issue, self._before = before, None
        return True

    def changed(self, shown: Issue) -> bool:
        """Whether the file holds another key than signed this one; looks at once."""
        self.look()
        return self._key is not None and self.current().number != shown.number

    @property
    def age(self) -> float | None:
        """Seconds since the token was made."""
        return None if self._issue is None else self._world.timer() - self._issue.made

    def _is_old(self, issue: Issue, now: float) -> bool:
        if now < self._held or now - issue.made < LEAST_AGE_S:
            return False
        # By either clock: one stands still while the machine sleeps, the other may be set.
        older = max(now - issue.made, self._world.clock() - issue.at)
        return older >= self._renew_after

    def _renew(self) -> Issue:
        if self._key is None:
            raise KeyUnreadable(self.broken or "it cannot be read")
        at = self._world.clock()
        text = jwt.encode(
            {"iss": self._team_id, "iat": int(at)},
            self._key,
            algorithm="ES256",
            headers={"kid": self._key_id, "typ": None},
        )
        self._number += 1
        made = Issue(
            self._number,
            b"bearer " + text.encode(),
            at,
            self._world.timer(),
            self._generation,
        )
        same_key = self._issue is not None and self._issue.generation == self._generation
        self._before = self._issue if same_key else None
        self._issue = made
        self._renew_after = RENEWED_S + self._world.chance() * RENEWED_SPREAD_S
        self._counters.tokens += 1
        _log.info("apns_token_made", key_id=self._key_id, number=made.number)
        return made


def read_key(file: Path) -> ec.EllipticCurvePrivateKey:
    """The key in a `.p8` file. Raises KeyUnreadable, and OSError where there is no such file."""
    with file.open("rb") as opened:
        data = opened.read(_LARGEST_KEY)
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyUnreadable("it is no private key in PEM, as Apple's .p8 files are") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise KeyUnreadable("its key is not one on P-256, which ES256 needs")
    return key
