"""Every setting in one table: type, default, range, unit and meaning beside the name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from inbox.settings import checks

PREFIX = "PINBOX_"


def _as(
    about: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    secret: bool = False,
    check: Callable[[Any], None] | None = None,
) -> msgspec.Meta:
    bounds: dict[str, Any] = {} if low is None else {"ge": low}
    if high is not None:
        bounds["le"] = high
    extra = {"unit": unit, "secret": secret, "check": check}
    return msgspec.Meta(description=about, extra=extra, **bounds)


Texts = tuple[str, ...]


def _rate(about: str) -> msgspec.Meta:
    return _as(f"{about}; 0: off", unit="/min", low=0, high=1_000_000)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator decided; its fields are the table. Shows itself without its secrets."""

    database: Annotated[
        str,
        _as(
            "PostgreSQL as `postgresql://…`; nothing: SQLite in the data folder",
            secret=True,
            check=checks.database,
        ),
    ] = ""
    host: Annotated[
        str, _as("address to listen on; `0.0.0.0` or `::`: on all", check=checks.host)
    ] = "127.0.0.1"
    port: Annotated[int, _as("port to listen on; 0: any that is free", low=0, high=65535)] = 8080
    public_url: Annotated[
        str,
        _as(
            "where browsers reach this server, as `https://care.example.com`; "
            "with `https` the session cookie is sent over TLS only",
            check=checks.public_url,
        ),
    ] = ""
    trusted_proxies: Annotated[
        Texts,
        _as(
            "networks (CIDR) of the proxies in front; no one else's forwarded headers count",
            check=checks.networks,
        ),
    ] = ()
    allowed_origins: Annotated[
        Texts,
        _as("web origins whose pages may call the API (CORS, live sockets)", check=checks.origins),
    ] = ()
    frame_ancestors: Annotated[
        Texts,
        _as("who may show our pages in a frame: origins, `'self'`", check=checks.frame_ancestors),
    ] = ()
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], _as("the least that is logged")
    ] = "info"
    log_format: Annotated[
        Literal["console", "json"], _as("log lines for people, or one JSON object each")
    ] = "console"
    max_body_bytes: Annotated[
        int, _as("largest body of an HTTP request", unit="bytes", low=65_536, high=16_777_216)
    ] = 262_144
    stop_grace_s: Annotated[
        int, _as("how long a stop waits for what was accepted", unit="s", low=1, high=600)
    ] = 15

    token_secret: Annotated[
        str,
        _as(
            "secret shared with your backend, which signs customers' tokens with it (HS256); "
            "nothing: only keys by JWKS count",
            secret=True,
            check=checks.secret,
        ),
    ] = ""
    jwks_file: Annotated[
        str, _as("JWKS file with your backend's public keys; a relative path is in the data folder")
    ] = ""
    jwks_url: Annotated[
        str,
        _as(
            "`https` address of the same; read again for a key that is not known",
            check=checks.jwks_url,
        ),
    ] = ""
    jwks_refresh_s: Annotated[
        int, _as("how often the keys are read again", unit="s", low=10, high=86_400)
    ] = 300
    token_issuer: Annotated[str, _as("the `iss` that customers' tokens must have, if any")] = ""
    max_token_age_s: Annotated[
        int, _as("oldest `iat` of a customer's token; 0: any", unit="s", low=0, high=31_536_000)
    ] = 86_400
    server_secret: Annotated[
        str,
        _as(
            "key of the hashes that we store; never change it: with another one, old `client_id`s "
            "would no longer be recognised, so a start with another one is refused",
            secret=True,
            check=checks.secret,
        ),
    ] = ""
    session_hours: Annotated[
        int, _as("how long an agent's browser session lasts", unit="h", low=1, high=720)
    ] = 12

    customer_sends_per_minute: Annotated[int, _rate("messages by one customer")] = 60
    customer_requests_per_minute: Annotated[int, _rate("requests by one customer")] = 600
    agent_sends_per_minute: Annotated[int, _rate("messages and notes by one agent")] = 120
    agent_requests_per_minute: Annotated[int, _rate("requests by one agent")] = 1200
    failed_sign_ins_per_minute: Annotated[
        int,
        _rate(
            "failed sign-ins from one address, for each of customers' tokens, agents' tokens and "
            "passwords"
        ),
    ] = 10

    reopen_hours: Annotated[
        int,
        _as(
            "a customer's message so soon after *resolved* reopens the conversation",
            unit="h",
            low=0,
            high=8760,
        ),
    ] = 72
    mask_cards: Annotated[bool, _as("mask payment card numbers before anything is stored")] = True
    mask_patterns: Annotated[
        Texts,
        _as("regular expressions of what else is masked before storing", check=checks.patterns),
    ] = ()
    retention_days: Annotated[
        int,
        _as(
            "messages older than this are erased; 0: kept for ever", unit="days", low=0, high=36_500
        ),
    ] = 1095
    team_stream_items: Annotated[
        int,
        _as(
            "newest items kept in a team's stream; a desk further behind loads afresh",
            low=1000,
            high=10_000_000,
        ),
    ] = 100_000

    ping_s: Annotated[int, _as("silence before a ping", unit="s", low=1, high=300)] = 25
    pong_s: Annotated[
        int, _as("how long the answer to a ping may take", unit="s", low=1, high=300)
    ] = 10
    write_stall_s: Annotated[
        int, _as("a socket whose write stalls so long is closed", unit="s", low=1, high=600)
    ] = 30
    max_frame_bytes: Annotated[
        int, _as("largest frame from a client", unit="bytes", low=65_536, high=1_048_576)
    ] = 65_536
    max_connections: Annotated[int, _as("live sockets at once", low=1, high=1_000_000)] = 20_000
    admissions_per_second: Annotated[
        int,
        _as(
            "live sockets admitted in a second; more are asked to try again; 0: off",
            low=0,
            high=100_000,
        ),
    ] = 500
    drain_ms: Annotated[
        int,
        _as(
            "a stop spreads the clients' reconnects over this time", unit="ms", low=0, high=300_000
        ),
    ] = 10_000
    catch_up_limit: Annotated[
        int,
        _as(
            "a client further behind is told to load afresh (`reset too_far`)",
            unit="items",
            low=100,
            high=100_000,
        ),
    ] = 5000
    receipts_interval_ms: Annotated[
        int,
        _as("receipts of one thread are gathered for so long", unit="ms", low=0, high=60_000),
    ] = 1000

    search_lag_ms: Annotated[
        int, _as("how often the search index takes up new messages", unit="ms", low=50, high=60_000)
    ] = 1000
    sqlite_readers: Annotated[int, _as("reading connections on SQLite", low=1, high=64)] = 2
    postgres_pool: Annotated[int, _as("connections to PostgreSQL", low=2, high=500)] = 10
    backups_kept: Annotated[
        int, _as("automatic backups kept in the data folder", low=1, high=1000)
    ] = 5

    def __repr__(self) -> str:
        """All settings, secrets as `…`."""
        shown = (
            f"{row.name}={'…' if row.secret else repr(getattr(self, row.name))}"
            for row in SETTINGS
            if not row.secret or getattr(self, row.name)
        )
        return f"Settings({', '.join(shown)})"


class Setting(msgspec.Struct, frozen=True):
    """One row of the table."""

    name: str
    type: Any
    default: Any
    meta: msgspec.Meta

    @property
    def about(self) -> str:
        """What it decides, in one line."""
        return self.meta.description or ""

    @property
    def unit(self) -> str:
        """What its number counts; empty where that goes without saying."""
        return str((self.meta.extra or {})["unit"])

    @property
    def secret(self) -> bool:
        """Whether it must never be shown."""
        return bool((self.meta.extra or {})["secret"])

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return PREFIX + self.name.upper()

    @property
    def allowed(self) -> str:
        """Its type and range, for people."""
        if get_origin(self.type) is Literal:
            return " or ".join(f"`{choice}`" for choice in get_args(self.type))
        if self.type is int:
            return f"{self.meta.ge} to {self.meta.le}"
        return {bool: "true or false", str: "text"}.get(self.type, "list of texts")

    def read(self, value: object, *, text: bool = False) -> Any:
        """The value, checked and typed; `text`: it comes from the environment, where all is text.

        Raises ValueError (msgspec's ValidationError where type or range are wrong).
        """
        if text and get_origin(self.type) is tuple:
            value = _split(str(value))
        typed = msgspec.convert(value, Annotated[self.type, self.meta], strict=not text)
        check = (self.meta.extra or {})["check"]
        if check:
            check(typed)
        return typed


def _split(text: str) -> list[str]:
    """A list in the environment: JSON, or texts with commas between."""
    if text.lstrip().startswith("["):
        return msgspec.json.decode(text, type=list[str])
    return [part.strip() for part in text.split(",") if part.strip()]


def _rows() -> Iterator[Setting]:
    hints = get_type_hints(Settings, include_extras=True)
    for field in msgspec.structs.fields(Settings):
        type_, meta = get_args(hints[field.name])
        yield Setting(field.name, type_, field.default, meta)


SETTINGS: tuple[Setting, ...] = tuple(_rows())
"""The table, in the order of the file and of the docs."""

GROUPS = {
    "database": "Server",
    "token_secret": "Sign-in",
    "customer_sends_per_minute": "Rate limits",
    "reopen_hours": "Care and privacy",
    "ping_s": "Live",
    "search_lag_ms": "Storage",
}
"""The first setting of each group → the group's title."""

BY_NAME = {row.name: row for row in SETTINGS}
"""Name → row."""
