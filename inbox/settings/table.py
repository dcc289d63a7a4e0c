"""Every setting in one table: type, default, range, unit and meaning beside the name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, get_args, get_type_hints

import msgspec

from inbox.core.filetypes import TYPES
from inbox.settings import checks
from inbox.settings.app import AppSettings
from inbox.settings.push import ApnsApp, FcmProject
from inbox.settings.row import Setting, described

Texts = tuple[str, ...]


def _rate(about: str) -> msgspec.Meta:
    return described(f"{about}; 0: off", unit="/min", low=0, high=1_000_000)


class Settings(AppSettings, frozen=True, kw_only=True):
    """What the operator decided; its fields are the table. Shows itself without its secrets."""

    database: Annotated[
        str,
        described(
            "PostgreSQL as `postgresql://…`; nothing: SQLite in the data folder",
            secret=True,
            check=checks.database,
        ),
    ] = ""
    host: Annotated[
        str, described("address to listen on; `0.0.0.0` or `::`: on all", check=checks.host)
    ] = "127.0.0.1"
    port: Annotated[int, described("port to listen on; 0: any that is free", low=0, high=65535)] = (
        8080
    )
    public_url: Annotated[
        str,
        described(
            "where browsers reach this server, as `https://care.example.com`; "
            "with `https` the session cookie is sent over TLS only",
            check=checks.public_url,
        ),
    ] = ""
    self_service_url: Annotated[
        str, described("the company's own self-service page, beside its people", check=checks.page)
    ] = ""
    trusted_proxies: Annotated[
        Texts,
        described(
            "networks (CIDR) of the proxies in front; no one else's forwarded headers count",
            check=checks.networks,
        ),
    ] = ()
    allowed_origins: Annotated[
        Texts,
        described(
            "web origins whose pages may call the API (CORS, live sockets)", check=checks.origins
        ),
    ] = ()
    frame_ancestors: Annotated[
        Texts,
        described(
            "who may show our pages in a frame: origins, `'self'`", check=checks.frame_ancestors
        ),
    ] = ()
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], described("the least that is logged")
    ] = "info"
    log_format: Annotated[
        Literal["console", "json"], described("log lines for people, or one JSON object each")
    ] = "console"
    max_body_bytes: Annotated[
        int, described("largest body of an HTTP request", unit="bytes", low=65_536, high=16_777_216)
    ] = 262_144
    stop_grace_s: Annotated[
        int, described("how long a stop waits for what was accepted", unit="s", low=1, high=600)
    ] = 15

    token_secret: Annotated[
        str,
        described(
            "secret shared with your backend, which signs customers' tokens with it (HS256); "
            "nothing: only keys by JWKS count",
            secret=True,
            check=checks.secret,
        ),
    ] = ""
    jwks_file: Annotated[
        str,
        described(
            "JWKS file with your backend's public keys; a relative path is in the data folder"
        ),
    ] = ""
    jwks_url: Annotated[
        str,
        described(
            "`https` address of the same; read again for a key that is not known",
            check=checks.jwks_url,
        ),
    ] = ""
    jwks_refresh_s: Annotated[
        int, described("how often the keys are read again", unit="s", low=10, high=86_400)
    ] = 300
    token_issuer: Annotated[
        str, described("the `iss` that customers' tokens must have, if any")
    ] = ""
    max_token_age_s: Annotated[
        int,
        described("oldest `iat` of a customer's token; 0: any", unit="s", low=0, high=31_536_000),
    ] = 86_400
    server_secret: Annotated[
        str,
        described(
            "key of the hashes that we store; never change it: with another one, old `client_id`s "
            "would no longer be recognised, so a start with another one is refused",
            secret=True,
            check=checks.secret,
        ),
    ] = ""
    duty_grace_minutes: Annotated[
        int, described("unseen for so long, an agent is off duty", unit="min", low=2, high=240)
    ] = 5
    session_hours: Annotated[
        int, described("how long an agent's browser session lasts", unit="h", low=1, high=720)
    ] = 12

    customer_sends_per_minute: Annotated[int, _rate("messages by one customer")] = 60
    customer_requests_per_minute: Annotated[int, _rate("requests by one customer")] = 600
    agent_sends_per_minute: Annotated[int, _rate("messages and notes by one agent")] = 120
    agent_requests_per_minute: Annotated[int, _rate("requests by one agent")] = 1200
    customer_uploads_per_minute: Annotated[int, _rate("uploads by one customer")] = 30
    agent_uploads_per_minute: Annotated[int, _rate("uploads by one agent")] = 60
    failed_sign_ins_per_minute: Annotated[
        int,
        _rate(
            "failed sign-ins from one address, for each of customers' tokens, agents' tokens and "
            "passwords"
        ),
    ] = 10

    reopen_hours: Annotated[
        int,
        described(
            "a customer's message so soon after *resolved* reopens the conversation",
            unit="h",
            low=0,
            high=8760,
        ),
    ] = 72
    rating_days: Annotated[
        int,
        described(
            "so long after *resolved* a customer may rate a conversation, and change the rating",
            unit="days",
            low=1,
            high=365,
        ),
    ] = 14
    mask_cards: Annotated[
        bool, described("mask payment card numbers before anything is stored")
    ] = True
    mask_patterns: Annotated[
        Texts,
        described(
            "regular expressions of what else is masked before storing", check=checks.patterns
        ),
    ] = ()
    retention_days: Annotated[
        int,
        described(
            "messages older than this are erased; 0: kept for ever", unit="days", low=0, high=36_500
        ),
    ] = 1095
    team_stream_items: Annotated[
        int,
        described(
            "newest items kept in a team's stream; a desk further behind loads afresh",
            low=1000,
            high=10_000_000,
        ),
    ] = 100_000

    upload_max_bytes: Annotated[
        int,
        described("largest file that is taken", unit="bytes", low=65_536, high=1_073_741_824),
    ] = 26_214_400
    upload_types: Annotated[
        Texts,
        described(
            "media types that are taken, judged by the file's first bytes: "
            + ", ".join(f"`{kind}`" for kind in TYPES),
            check=checks.upload_types,
        ),
    ] = TYPES
    upload_max_pixels: Annotated[
        int,
        described(
            "largest picture that is taken, width times height; a picture is kept at 4,096 pixels "
            "on its longer side at most",
            unit="pixels",
            low=1_000_000,
            high=100_000_000,
        ),
    ] = 64_000_000
    uploads_per_message: Annotated[int, described("attachments of one message", low=1, high=16)] = (
        10
    )
    customer_upload_bytes_per_day: Annotated[
        int,
        described(
            "what one customer may upload in 24 hours; 0: no limit",
            unit="bytes",
            low=0,
            high=1_000_000_000_000,
        ),
    ] = 524_288_000
    upload_unsent_hours: Annotated[
        int,
        described("an upload that was not sent is forgotten after", unit="h", low=1, high=720),
    ] = 24
    upload_link_s: Annotated[
        int, described("how long a link to a file holds", unit="s", low=10, high=3600)
    ] = 300
    uploads_folder: Annotated[
        str,
        described(
            "folder of the files; a relative path is in the data folder. Several servers on one "
            "database share one, or a bucket",
            check=checks.something,
        ),
    ] = "uploads"
    s3_bucket: Annotated[
        str,
        described("keep files in this bucket (needs `pinbox[s3]`); nothing: in `uploads_folder`"),
    ] = ""
    s3_prefix: Annotated[str, described("folder within the bucket")] = ""
    s3_endpoint: Annotated[
        str,
        described(
            "address of what speaks S3, as `https://minio.example.com`; nothing: Amazon's own",
            check=checks.public_url,
        ),
    ] = ""
    s3_region: Annotated[str, described("region of the bucket", check=checks.something)] = (
        "us-east-1"
    )
    s3_access_key: Annotated[
        str,
        described("id of the key; nothing: what the environment or the machine's role gives"),
    ] = ""
    s3_secret_key: Annotated[str, described("the key", secret=True)] = ""

    apns_apps: Annotated[
        tuple[ApnsApp, ...],
        described(
            "apps on Apple's devices, each with the key of its team; without any, nothing goes to "
            "APNs",
            check=checks.apns_apps,
        ),
    ] = ()
    fcm_projects: Annotated[
        tuple[FcmProject, ...],
        described(
            "Firebase projects, each with its service account; without any, nothing goes to FCM",
            check=checks.fcm_projects,
        ),
    ] = ()
    webpush_contact: Annotated[
        str,
        described(
            "whom a Web Push service tells of trouble, as `mailto:push@example.com`; nothing: no "
            "Web Push and no UnifiedPush",
            check=checks.contact,
        ),
    ] = ""
    webpush_key: Annotated[
        str,
        described(
            "private key (VAPID, base64url) for Web Push; never change it: every browser would "
            "have to subscribe anew",
            secret=True,
            check=checks.vapid_key,
        ),
    ] = ""
    webpush_networks: Annotated[
        Texts,
        described(
            "networks (CIDR) to which Web Push may go besides public addresses at port 443",
            check=checks.networks,
        ),
    ] = ()
    push_names: Annotated[
        bool, described("pushes carry the agent's name and photo through the services")
    ] = False
    push_previews: Annotated[
        bool, described("pushes carry the message's text through the services")
    ] = False
    push_key_reply: Annotated[
        str, described('key of "new reply" in the app\'s string table', check=checks.name)
    ] = "NEW_REPLY"
    push_key_replies: Annotated[
        str,
        described('key of "%@ new replies", which takes the count', check=checks.name),
    ] = "NEW_REPLIES"
    push_key_callback: Annotated[str, described('key of "we call you soon"', check=checks.name)] = (
        "CALLBACK_SOON"
    )
    push_sound: Annotated[
        str, described("sound of an alert; nothing: none", check=checks.short)
    ] = "default"
    android_shows: Annotated[
        Literal["notification", "data"],
        described("on Android the system shows a notification, or the app makes one of the data"),
    ] = "notification"
    android_channel: Annotated[
        str, described("Android's channel; nothing: the one in the app's manifest")
    ] = ""
    android_quiet_channel: Annotated[
        str, described("the channel without a sound, for quiet hours that deliver silently")
    ] = ""
    quiet_hours: Annotated[
        str,
        described(
            "when customers are not rung, by their own clock, as `22:00-08:00`; each may choose "
            "other hours; nothing: always rung",
            check=checks.quiet_hours,
        ),
    ] = ""
    quiet_mode: Annotated[
        Literal["hold", "passive"],
        described("in quiet hours a push waits for their end, or comes without sound and light"),
    ] = "hold"
    push_trail_days: Annotated[
        int,
        described("how long it is kept what became of a push", unit="days", low=1, high=365),
    ] = 30
    unread_minutes: Annotated[
        int,
        described(
            "an agent's message that no push has reached and that stays unread so long is told to "
            "the webhooks that ask for `message.unread`; 0: never",
            unit="min",
            low=0,
            high=10_080,
        ),
    ] = 0
    apns_url: Annotated[
        str, described("in place of Apple's address: a stand-in", check=checks.stand_in)
    ] = ""
    apns_sandbox_url: Annotated[
        str, described("in place of Apple's sandbox: a stand-in", check=checks.stand_in)
    ] = ""
    fcm_url: Annotated[
        str, described("in place of Google's address: a stand-in", check=checks.stand_in)
    ] = ""
    push_ca_file: Annotated[
        str,
        described(
            "certificates (PEM) of an authority that push services may have besides the usual ones"
        ),
    ] = ""

    webhook_networks: Annotated[
        Texts,
        described(
            "networks (CIDR) to which webhooks may go besides public addresses at port 443; there "
            "`http` will do, too",
            check=checks.networks,
        ),
    ] = ()
    webhook_ca_file: Annotated[
        str,
        described(
            "certificates (PEM) of an authority that endpoints may have besides the usual ones"
        ),
    ] = ""
    webhook_timeout_s: Annotated[
        int, described("how long an endpoint has to answer", unit="s", low=1, high=30)
    ] = 10
    webhook_retry_hours: Annotated[
        int,
        described(
            "so long a delivery is tried again before it is a dead letter",
            unit="h",
            low=1,
            high=720,
        ),
    ] = 48
    webhook_off_hours: Annotated[
        int,
        described(
            "an endpoint that has only failed for so long is switched off; 0: never",
            unit="h",
            low=0,
            high=8760,
        ),
    ] = 72
    webhook_trail_days: Annotated[
        int,
        described(
            "how long deliveries are kept after their end, dead letters included",
            unit="days",
            low=1,
            high=365,
        ),
    ] = 14

    ping_s: Annotated[int, described("silence before a ping", unit="s", low=1, high=300)] = 25
    pong_s: Annotated[
        int, described("how long the answer to a ping may take", unit="s", low=1, high=300)
    ] = 10
    write_stall_s: Annotated[
        int, described("a socket whose write stalls so long is closed", unit="s", low=1, high=600)
    ] = 30
    max_frame_bytes: Annotated[
        int, described("largest frame from a client", unit="bytes", low=65_536, high=1_048_576)
    ] = 65_536
    max_connections: Annotated[int, described("live sockets at once", low=1, high=1_000_000)] = (
        20_000
    )
    admissions_per_second: Annotated[
        int,
        described(
            "live sockets admitted in a second; more are asked to try again; 0: off",
            low=0,
            high=100_000,
        ),
    ] = 500
    drain_ms: Annotated[
        int,
        described(
            "a stop spreads the clients' reconnects over this time", unit="ms", low=0, high=300_000
        ),
    ] = 10_000
    catch_up_limit: Annotated[
        int,
        described(
            "a client further behind is told to load afresh (`reset too_far`)",
            unit="items",
            low=100,
            high=100_000,
        ),
    ] = 5000
    receipts_interval_ms: Annotated[
        int,
        described("receipts of one thread are gathered for so long", unit="ms", low=0, high=60_000),
    ] = 1000

    search_lag_ms: Annotated[
        int, described("how often search takes up new messages", unit="ms", low=50, high=60_000)
    ] = 1000
    sqlite_readers: Annotated[int, described("reading connections on SQLite", low=1, high=64)] = 2
    postgres_pool: Annotated[int, described("connections to PostgreSQL", low=2, high=500)] = 10
    backups_kept: Annotated[
        int, described("automatic backups kept in the data folder", low=1, high=1000)
    ] = 5

    @property
    def has_push(self) -> bool:
        """Whether any push service is set up."""
        return bool(self.apns_apps or self.fcm_projects or self.webpush_contact)

    def __repr__(self) -> str:
        """All settings, secrets as `…`."""
        shown = (
            f"{row.name}={'…' if row.secret else repr(getattr(self, row.name))}"
            for row in SETTINGS
            if not row.secret or getattr(self, row.name)
        )
        return f"Settings({', '.join(shown)})"


def _rows() -> Iterator[Setting]:
    hints = get_type_hints(Settings, include_extras=True)
    # The subjects that stand in files of their own come last.
    aside = {field.name for field in msgspec.structs.fields(AppSettings)}
    fields = sorted(msgspec.structs.fields(Settings), key=lambda field: field.name in aside)
    for field in fields:
        type_, meta = get_args(hints[field.name])
        yield Setting(field.name, type_, field.default, meta)


SETTINGS: tuple[Setting, ...] = tuple(_rows())
"""The table, in the order of the file and of the docs."""

BY_NAME = {row.name: row for row in SETTINGS}
"""Name → row."""
