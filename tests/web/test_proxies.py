"""The proxies of docs/self-hosting.md in front of a server, as they stand there: what passes."""

from __future__ import annotations

import asyncio
import datetime as dt
import getpass
import os
import re
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from inbox.flows import agents
from tests.cast import OPERATOR, SetClock, open_on
from tests.engines import Database
from tests.ports import free_port
from tests.servers import People, Server, make_people, serve
from tests.web.stories import write_in

PAGE = Path(__file__).parents[2] / "docs" / "self-hosting.md"
STARTS_S = 15
PATH = f"{os.environ['PATH']}:/usr/local/sbin:/usr/sbin"
ELSEWHERE = "127.0.0.2"
"""An address of this machine that is no trusted proxy's."""


def block(language: str) -> str:
    """What the page tells the operator to write."""
    found = re.search(rf"(?ms)^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"))
    assert found is not None
    return found[1]


def certify(folder: Path) -> None:
    """A certificate for this machine, made by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.IPAddress(ip_address("127.0.0.1")),
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def nginx(folder: Path, port: int, inner: str) -> list[str]:
    """Its command, with the page's block inside the least that goes around it."""
    site = block("nginx")
    for said, here in (
        ("listen 443", f"listen 127.0.0.1:{port}"),
        ("server_name care.example.com", "server_name localhost"),
        ("/etc/letsencrypt/live/care.example.com", str(folder)),
        ("http://127.0.0.1:8080", inner),
    ):
        assert said in site
        site = site.replace(said, here)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind}; " for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"daemon off; user {getpass.getuser()}; pid {folder}/pid; worker_processes 1;\n"
        f"events {{ worker_connections 64; }}\n"
        f"http {{ access_log off; {places}\n{site} }}\n"
    )
    return ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, port: int, inner: str) -> list[str]:
    """Its command; the certificate would be fetched for a real name."""
    site = block("caddy")
    for said, here in (
        ("care.example.com {", f"https://localhost:{port} {{\n    tls fullchain.pem privkey.pem"),
        ("127.0.0.1:8080", inner.removeprefix("http://")),
    ):
        assert said in site
        site = site.replace(said, here)
    around = "{\n    admin off\n    auto_https disable_redirects\n}\n"
    (folder / "Caddyfile").write_text(around + site)
    return ["caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"]


@asynccontextmanager
async def standing(folder: Path, command: list[str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """The proxy, until the end of the block."""
    with (folder / "said").open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env={"HOME": str(folder), "PATH": PATH}, stderr=said
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


class Outside:
    """A client on the other side of the proxy."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self.http, self.url = http, url

    async def ask(
        self, method: str, path: str, token: str | None = None, body: object = None, **headers: str
    ) -> tuple[int, Any]:
        """Status and body; none where it is not of the server but of the proxy."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            said["Authorization"] = f"Bearer {token}"
        async with self.http.request(method, self.url + path, headers=said, json=body) as answer:
            raw = await answer.read()
            of_ours = answer.content_type in {"application/json", "application/problem+json"}
            return answer.status, msgspec.json.decode(raw) if of_ours else None


@pytest.mark.parametrize("proxy", [nginx, caddy], ids=["nginx", "caddy"])
async def test_a_proxy_as_the_page_says(
    file: Database, clock: SetClock, tmp_path: Path, proxy: Any
) -> None:
    if shutil.which(proxy.__name__, path=PATH) is None:
        pytest.skip(f"{proxy.__name__} is not installed here")
    port = free_port()
    settings = {
        "public_url": f"https://localhost:{port}",
        "trusted_proxies": ("127.0.0.1/32", "::1/128"),
        "failed_sign_ins_per_minute": 3,
    }
    await asyncio.to_thread(certify, tmp_path)
    trust = ssl.create_default_context(cafile=tmp_path / "fullchain.pem")
    line = aiohttp.TCPConnector(ssl=trust, local_addr=(ELSEWHERE, 0))
    async with (
        open_on(file, clock, **settings) as ctx,
        serve(ctx) as server,
        standing(tmp_path, proxy(tmp_path, port, server.url)) as process,
        aiohttp.ClientSession(connector=line) as http,
    ):
        people = await make_people(ctx)
        outside = Outside(http, f"https://localhost:{port}")
        await until_ready(outside, process, tmp_path)
        assert await outside.ask("GET", "/metrics") == (403, None)
        await live_sockets_and_long_polls_pass(outside, server, people)
        await what_is_large_is_refused_as_ever(outside, server)
        await nothing_that_a_client_forges_is_believed(outside)


async def until_ready(outside: Outside, process: asyncio.subprocess.Process, folder: Path) -> None:
    async with asyncio.timeout(STARTS_S):
        while process.returncode is None:
            try:
                assert (await outside.ask("GET", "/readyz"))[0] == 200
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)
            else:
                return
    raise AssertionError((folder / "said").read_text())


async def live_sockets_and_long_polls_pass(
    outside: Outside, server: Server, people: People
) -> None:
    told = await write_in(server)
    ana = server.token()
    _, page = await outside.ask("GET", "/v1/thread/events", ana)
    place = f"/v1/thread/events?wait=25&since={page['until']}"
    polling = asyncio.create_task(outside.ask("GET", place, ana))
    live = f"{outside.url}/v1/thread/live"
    async with outside.http.ws_connect(live, protocols=["pinbox.v1"]) as socket:
        wanted = {"stream": "thread", "since": page["until"]}
        await socket.send_json({"type": "hello", "token": ana, "streams": [wanted]})
        while (await socket.receive_json(timeout=5))["type"] != "live":
            pass
        body = {"client_id": "a1", "body": "Hello Ana", "seen_seq": told.seq}
        status, sent = await outside.ask("POST", f"{told.desk}/messages", people.bo, body)
        assert status == 201
        async with asyncio.timeout(5):
            _, polled = await polling
        heard = await socket.receive_json(timeout=5)
        for items in (polled["items"], heard["items"]):
            assert items[-1]["message"]["id"] == sent["message"]["id"]
        await agents.sign_out_customer(server.ctx, OPERATOR, customer="ana")
        await socket.receive(timeout=5)
        assert socket.close_code == 4503


async def what_is_large_is_refused_as_ever(outside: Outside, server: Server) -> None:
    luis = server.token("luis")
    for size in (server.ctx.settings.max_body_bytes, 900_000):
        body = {"client_id": "c1", "body": "x" * size}
        status, problem = await outside.ask("POST", "/v1/thread/messages", luis, body)
        assert (status, problem["code"]) == (413, "too_large")


async def nothing_that_a_client_forges_is_believed(outside: Outside) -> None:
    """Address, host, scheme and request id."""
    tries = [
        await outside.ask("GET", "/v1/desk/me", "pbx_" + "0" * 36, X_Forwarded_For=f"203.0.113.{n}")
        for n in range(4)
    ]
    assert [status for status, _ in tries] == [401, 401, 401, 429]
    _, problem = await outside.ask("GET", "/v1/thread", X_Request_Id="forged")
    assert problem["request_id"] != "forged"
    guess = {"name": "Bo", "password": "a guess"}
    evil = {"Origin": "https://evil.example", "X_Forwarded_Host": "evil.example"}
    assert (await outside.ask("POST", "/v1/desk/session", body=guess, **evil))[0] == 403
    ours = {"Origin": outside.url, "X_Forwarded_Proto": "http"}
    assert (await outside.ask("POST", "/v1/desk/session", body=guess, **ours))[0] == 401
