"""Settings: who wins over whom, what is refused and how it is said, and what is never shown."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox import settings
from inbox.settings import (
    SETTINGS,
    ApnsApp,
    FcmProject,
    Settings,
    SettingsError,
    describe,
    load,
    render_toml,
)

SECRET = "sixteen bytes and sixteen more, plus"
ENOUGH = {"PINBOX_SERVER_SECRET": SECRET}


def write(folder: Path, text: str) -> Path:
    (folder / "pinbox.toml").write_text(text, "utf-8")
    return folder


def test_defaults_without_file_are_the_table() -> None:
    assert load(None, ENOUGH) == Settings(server_secret=SECRET)


def test_flag_wins_over_environment_over_file_over_default(tmp_path: Path) -> None:
    write(tmp_path, 'port = 1\nhost = "::"\nping_s = 30\npong_s = 11\n')
    got = load(
        tmp_path,
        ENOUGH | {"PINBOX_PORT": "2", "PINBOX_HOST": "0.0.0.0"},
        {"port": 3, "host": None},
    )
    assert (got.port, got.host, got.ping_s, got.write_stall_s) == (3, "0.0.0.0", 30, 30)


@pytest.mark.parametrize(
    ("variable", "value", "name", "expected"),
    [
        ("PINBOX_MASK_CARDS", "false", "mask_cards", False),
        ("PINBOX_RETENTION_DAYS", "0", "retention_days", 0),
        ("PINBOX_LOG_FORMAT", "json", "log_format", "json"),
        (
            "PINBOX_TRUSTED_PROXIES",
            "10.0.0.0/8, ::1/128",
            "trusted_proxies",
            ("10.0.0.0/8", "::1/128"),
        ),
        ("PINBOX_MASK_PATTERNS", r'["\\d{3,4}", "x"]', "mask_patterns", (r"\d{3,4}", "x")),
        ("PINBOX_ALLOWED_ORIGINS", "", "allowed_origins", ()),
        ("PINBOX_FRAME_ANCESTORS", "'self'", "frame_ancestors", ("'self'",)),
        (
            "PINBOX_JWKS_URL",
            "http://127.0.0.1:9/keys.json",
            "jwks_url",
            "http://127.0.0.1:9/keys.json",
        ),
    ],
)
def test_environment_is_text_and_becomes_typed(
    variable: str, value: str, name: str, expected: object
) -> None:
    assert getattr(load(None, ENOUGH | {variable: value}), name) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("prot = 1", "pinbox.toml: there is no setting prot; did you mean port?"),
        ("[server]\nport = 1", "there is no setting server"),
        ("zzz = 1", "there is no setting zzz"),
        ('port = "8080"', "pinbox.toml: port: Expected `int`, got `str`"),
        ("port = true", "port: Expected `int`, got `bool`"),
        ("port = 65536", "allowed: 0 to 65535"),
        ("ping_s = 0", "ping_s: Expected `int` >= 1"),
        ("mask_cards = 1", "mask_cards: Expected `bool`"),
        ('log_level = "loud"', "allowed: `debug` or `info`"),
        ('trusted_proxies = "10.0.0.0/8"', "trusted_proxies: Expected `array`"),
        ('trusted_proxies = ["10.0.0.1/8"]', "trusted_proxies: 10.0.0.1/8 has host bits set"),
        ('mask_patterns = ["("]', "mask_patterns: '(' is not a regular expression"),
        ('mask_patterns = ["a*"]', "matches an empty text"),
        ('database = "mysql://x"', "database: expected postgresql://"),
        ('allowed_origins = ["*"]', "allowed_origins: '*' is not an origin"),
        ('allowed_origins = ["https://a.example/"]', "is not an origin"),
        ('allowed_origins = ["https://A.example"]', "is not an origin"),
        ('allowed_origins = ["https://a.example:x"]', "is not an origin"),
        ('allowed_origins = ["https://u:p@a.example"]', "is not an origin"),
        ('frame_ancestors = ["https://a.example;x"]', "is not an origin"),
        ('public_url = "care.example.com"', "public_url: 'care.example.com' is not an origin"),
        ('jwks_url = "http://keys.example.com"', "jwks_url: expected https://"),
        ('token_secret = "short"', "token_secret: a secret needs at least 32 bytes"),
        ("port = ", "pinbox.toml"),
        ('webpush_contact = "bo@example.com"', "webpush_contact: expected mailto:"),
        ('webpush_contact = "mailto:bo@example.com"', "`pinbox push key --new` makes one"),
        ('webpush_key = "short"', "webpush_key: expected a key of 32 bytes in base64url"),
        (f'webpush_key = "{"_" * 43}"', "webpush_key: expected a key"),
        (f'webpush_key = "{"A" * 43}"', "webpush_key: expected a key"),
        ('quiet_hours = "22-8"', "quiet_hours: expected two times as 22:00-08:00"),
        ('quiet_hours = "22:00-22:00"', "quiet_hours: expected two times"),
        ('quiet_hours = "22:00-24:00"', "quiet_hours: expected two times"),
        ('apns_url = "http://127.0.0.1:1"', "apns_url: expected https://"),
        ('fcm_url = "https://a.example/v1"', "fcm_url: 'https://a.example/v1' is not an origin"),
        ('push_key_reply = ""', "push_key_reply: expected 1 to 64 printable characters"),
    ],
)
def test_wrong_file_is_refused_by_name(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(write(tmp_path, text), ENOUGH)
    assert says in str(refused.value)


APP = (
    '{ app = "com.example.care", team_id = "TEAM000001", key_id = "KEY0000001", key_file = "a.p8" }'
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('app_color = "red"', "app_color: expected a colour such as #1c5fb8"),
        ('app_logo = "https://a.example/b.png"', "app_logo: expected /v1/photos/…"),
        ('app_name = "two\\nlines"', "app_name: expected one line"),
        ('app_token_url = "http://a.example/token"', "app_token_url: expected an address"),
        (f"apns_apps = {APP}", "apns_apps: Expected `array`, got `object`"),
        (
            'apns_apps = [{ app = "com.example.care" }]',
            "field `team_id` - at `$[0]` (allowed: list of tables: `app`, `team_id`, `key_id`,",
        ),
        (f'apns_apps = [{APP[:-1]}, topic = "x" }}]', "unknown field `topic`"),
        (f"apns_apps = [{APP.replace('TEAM000001', 'team')}]", "[0].team_id must be 10 capital"),
        (f"apns_apps = [{APP.replace('KEY0000001', 'KEY.P8')}]", "[0].key_id must be 10 capital"),
        (f"apns_apps = [{APP.replace('a.p8', ' ')}]", "apns_apps: [0].key_file is empty"),
        (f"apns_apps = [{APP[:-1]}, environments = [] }}]", "[0].environments is empty"),
        (f'apns_apps = [{APP[:-1]}, environments = ["test"] }}]', "Invalid enum value 'test'"),
        (f"apns_apps = [{APP}, {APP}]", "[1]: com.example.care is named twice for production"),
        ('fcm_projects = [{ account_file = "" }]', "fcm_projects: [0].account_file is empty"),
        (
            'fcm_projects = [{ account_file = "a" }, { account_file = "b" }]',
            "fcm_projects: [1]: all other apps is named twice",
        ),
    ],
)
def test_a_wrong_table_is_refused_by_its_member(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(write(tmp_path, text), ENOUGH)
    assert says in str(refused.value)


def test_tables_are_read_from_file_and_environment_and_their_files_found(tmp_path: Path) -> None:
    sandbox = f'{APP[:-1]}, environments = ["sandbox"] }}'.replace("a.p8", "/keys/b.p8")
    production = f'{APP[:-1]}, environments = ["production"] }}'
    got = load(write(tmp_path, f"apns_apps = [{production}, {sandbox}]"), ENOUGH)
    assert [one.key_file for one in got.apns_apps] == [str(tmp_path / "a.p8"), "/keys/b.p8"]
    assert [one.environments for one in got.apns_apps] == [("production",), ("sandbox",)]
    projects = '[{"account_file": "one.json", "app": "care"}, {"account_file": "all.json"}]'
    got = load(tmp_path, {"PINBOX_FCM_PROJECTS": projects, **ENOUGH})
    assert got.fcm_projects == (
        FcmProject(account_file=str(tmp_path / "one.json"), app="care"),
        FcmProject(account_file=str(tmp_path / "all.json")),
    )
    with pytest.raises(SettingsError, match="environment: PINBOX_FCM_PROJECTS: JSON is malformed"):
        load(None, {"PINBOX_FCM_PROJECTS": "[{]", **ENOUGH})


def test_tables_survive_the_file(tmp_path: Path) -> None:
    app = ApnsApp(
        app="com.example.care", team_id="TEAM000001", key_id="KEY0000001", key_file="/keys/ä.p8"
    )
    text = render_toml({"server_secret": SECRET, "apns_apps": (app,)})
    assert load(write(tmp_path, text), {}).apns_apps == (app,)


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: row.name)
def test_an_empty_variable_counts_as_absent(tmp_path: Path, row: settings.Setting) -> None:
    """Compose files make such ones; an empty host would be every address of the machine."""
    write(tmp_path, 'host = "::1"\n')
    assert load(tmp_path, ENOUGH) == load(tmp_path, {row.variable: ""} | ENOUGH)


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_host_is_refused_by_name(tmp_path: Path, empty: str) -> None:
    with pytest.raises(SettingsError, match=r"pinbox\.toml: host: expected an address"):
        load(write(tmp_path, f'host = "{empty}"'), ENOUGH)
    with pytest.raises(SettingsError, match="command line: --host: expected an address"):
        load(None, ENOUGH, {"host": empty})


def test_a_file_that_is_no_text_is_no_settings_file(tmp_path: Path) -> None:
    (tmp_path / "pinbox.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="is not a settings file") as refused:
        load(tmp_path, ENOUGH)
    assert "codec" not in str(refused.value)


def test_unknown_variable_suggests_the_near_one() -> None:
    with pytest.raises(SettingsError, match="PINBOX_PROT; did you mean PINBOX_PORT"):
        load(None, ENOUGH | {"PINBOX_PROT": "1"})


def test_unknown_flag_is_named_as_a_flag() -> None:
    with pytest.raises(SettingsError, match="--ping-z; did you mean --ping-s"):
        load(None, ENOUGH, {"ping_z": 1})


def test_variables_that_are_no_settings_are_left_alone() -> None:
    load(None, ENOUGH | {"PINBOX_DATA": "x", "PINBOX_TEST_POSTGRES": "y", "PATH": "z"})


def test_no_server_secret_is_refused_with_the_remedy(tmp_path: Path) -> None:
    for data in (None, tmp_path):
        with pytest.raises(SettingsError, match="pinbox init"):
            load(data, {})


def test_refusal_never_shows_the_secret() -> None:
    for name in ("TOKEN_SECRET", "SERVER_SECRET", "DATABASE", "WEBPUSH_KEY"):
        with pytest.raises(SettingsError) as refused:
            load(None, ENOUGH | {f"PINBOX_{name}": "hunter2"})
        assert "hunter2" not in str(refused.value)


def test_repr_hides_secrets_and_shows_the_rest() -> None:
    shown = repr(
        Settings(server_secret=SECRET, token_secret=SECRET, database="postgresql://bo:pw@db/x")
    )
    assert SECRET not in shown
    assert "pw" not in shown
    assert "port=8080" in shown
    assert "server_secret=…" in shown


def test_keys_file_is_found_from_the_data_folder(tmp_path: Path) -> None:
    write(tmp_path, 'jwks_file = "keys.json"')
    assert load(tmp_path, ENOUGH).jwks_file == str(tmp_path / "keys.json")
    write(tmp_path, 'jwks_file = "/etc/keys.json"')
    assert load(tmp_path, ENOUGH).jwks_file == "/etc/keys.json"


def test_fresh_file_holds_what_was_given_and_the_rest_as_comments(tmp_path: Path) -> None:
    token_secret, server_secret = "t" * 40, "s" * 40
    secrets = {"token_secret": token_secret, "server_secret": server_secret}
    text = render_toml(secrets)
    assert tomllib.loads(text) == secrets
    assert load(write(tmp_path, text), {}) == Settings(
        token_secret=token_secret, server_secret=server_secret
    )


def test_every_commented_default_is_valid_and_the_default(tmp_path: Path) -> None:
    names = {row.name for row in SETTINGS}
    lines = render_toml({"server_secret": SECRET}).splitlines()
    bare = [line[2:] if line[2:].split(" = ")[0] in names else line for line in lines]
    assert tomllib.loads("\n".join(bare)).keys() == names
    assert load(write(tmp_path, "\n".join(bare)), {}) == Settings(server_secret=SECRET)


def test_fresh_file_refuses_a_weak_secret() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        render_toml({"token_secret": "short"})


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=32))
def test_any_secret_survives_the_file(secret: str) -> None:
    assert tomllib.loads(render_toml({"server_secret": secret})) == {"server_secret": secret}


def bounded() -> list[Any]:
    return [pytest.param(row, id=row.name) for row in SETTINGS if row.type is int]


@pytest.mark.parametrize("row", bounded())
def test_every_number_has_a_range_that_holds_its_default(row: settings.Setting) -> None:
    low, high = row.meta.ge, row.meta.le
    assert isinstance(low, int)
    assert isinstance(high, int)
    assert low <= row.default <= high
    for wrong in (low - 1, high + 1):
        with pytest.raises(ValueError, match="Expected"):
            row.read(wrong)
    assert row.read(str(low), text=True) == low


def test_docs_have_every_setting_once_with_its_variable() -> None:
    page = describe()
    for row in SETTINGS:
        assert page.count(f"| `{row.name}`<br>`{row.variable}` |") == 1
        assert row.about, row.name
        assert "|" not in row.about
