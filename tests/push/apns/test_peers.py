"""Peers by others: an HTTP/2 server that is not ours, and clients that are not ours.

Apple's service and our client could share a misunderstanding with our stand-in; these do not.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aioapns
import pytest
from aioapns.connection import APNsProductionClientProtocol

from push.apns import Apns
from push.model import Answer, Notice, NotProcessed
from push.simulator.record import GoAway, Reply
from push.simulator.tls import Certificates
from tests.ports import free_port
from tests.push.apns.stage import CARE, app_for, device, form, push, stage

NGHTTPD = shutil.which("nghttpd")
NODE, NPM = shutil.which("node"), shutil.which("npm")

_FIELD = re.compile(r"recv \(stream_id=\d+(, sensitive)?\) (:?[\w-]+): (.*)$")


class Server:
    """A running nghttpd and all that it said."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.said: list[str] = []

    async def read(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            self.said.append(line.decode("utf-8", "replace").rstrip())

    def headers(self) -> list[tuple[str, str]]:
        """What it understood of requests, as (name, value)."""
        return [(one[2], one[3]) for one in self._fields()]

    def sensitive(self) -> set[str]:
        """The names of those that it was told never to index."""
        return {one[2] for one in self._fields() if one[1]}

    def _fields(self) -> list[re.Match[str]]:
        return [one for one in map(_FIELD.search, self.said) if one]


@asynccontextmanager
async def nghttpd(certificates: Certificates, folder: Path, *options: str) -> AsyncIterator[Server]:
    """Serves files; a POST to a device's path finds none, and is answered so."""
    if NGHTTPD is None:
        pytest.skip("nghttpd is not installed (Debian: nghttp2-server)")
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        NGHTTPD,
        "-v",
        "-a",
        "127.0.0.1",
        "-d",
        str(folder),
        *options,
        str(port),
        str(certificates.key),
        str(certificates.certificate),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    server = Server(port)
    assert process.stdout is not None
    reading = asyncio.create_task(server.read(process.stdout))
    try:
        await _listening(port)
        yield server
    finally:
        process.terminate()
        await process.wait()
        await reading


async def _listening(port: int) -> None:
    async with asyncio.timeout(5):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-m", "1"),  # one stream
        ("-w", "12", "-W", "16"),  # windows of 4 KB for a stream, 64 KB for all
        ("-c", "0"),  # no table of headers
        ("-b", "200"),  # padded frames
    ],
)
async def test_another_http2_server_understands_every_push(
    certificates: Certificates, tmp_path: Path, options: tuple[str, ...]
) -> None:
    app = app_for(tmp_path)
    async with nghttpd(certificates, tmp_path, *options) as server:
        apns = Apns(
            [app],
            form=form,
            addresses={"production": f"https://127.0.0.1:{server.port}"},
            ca_file=certificates.authority,
            spares=0,
        )
        notice = Notice(kind="message", thread="t" * 3000, seq=1, badge=1)
        pushes = [push(device(number), notice=notice) for number in range(300)]
        answers = await asyncio.gather(*(apns.send(one, timeout=20) for one in pushes))
        assert {one.status for one in answers if isinstance(one, Answer)} == {404}
        assert len(answers) == 300
        assert apns.counters.connections == 1
        assert (apns.counters.resent, apns.counters.unknown) == (0, 0)
        await apns.close()
    heard = server.headers()
    assert [value for name, value in heard if name == "apns-id"] == [one.push_id for one in pushes]
    assert [value for name, value in heard if name == ":path"] == [
        f"/3/device/{device(number)}" for number in range(300)
    ]
    assert {value for name, value in heard if name == "apns-topic"} == {CARE}
    assert server.sensitive() == {":path", "authorization"}
    assert not [one for one in server.said if "send GOAWAY" in one or "RST_STREAM" in one]


async def test_a_push_that_fits_no_window_is_not_begun(
    certificates: Certificates, tmp_path: Path
) -> None:
    app = app_for(tmp_path)
    async with nghttpd(certificates, tmp_path, "-w", "10") as server:
        apns = Apns(
            [app],
            form=form,
            addresses={"production": f"https://127.0.0.1:{server.port}"},
            ca_file=certificates.authority,
        )
        notice = Notice(kind="message", thread="t" * 3000, seq=1, badge=1)
        large = await apns.send(push(notice=notice), timeout=0.3)
        assert large == NotProcessed("there was no room in time")
        assert isinstance(await apns.send(push(), timeout=5), Answer)
        assert apns.counters.connections == 1
        await apns.close()


def note(number: int, **more: Any) -> aioapns.NotificationRequest:
    return aioapns.NotificationRequest(
        device_token=device(number),
        message={"aps": {"alert": "New reply", "badge": 1}},
        push_type=aioapns.PushType.ALERT,
        **more,
    )


@pytest.fixture
def leads_here(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Point aioapns at a stand-in."""

    def lead(url: str) -> None:
        host, port = url.removeprefix("https://").split(":")
        monkeypatch.setattr(APNsProductionClientProtocol, "APNS_SERVER", host)
        monkeypatch.setattr(APNsProductionClientProtocol, "APNS_PORT", int(port))

    return lead


async def test_aioapns_finds_in_the_stand_in_what_it_knows_of_apple(
    certificates: Certificates, tmp_path: Path, leads_here: Any
) -> None:
    async with stage(certificates, tmp_path) as both:
        leads_here(both.simulator.url)
        context = ssl.create_default_context(cafile=certificates.authority)
        client = aioapns.APNs(
            key=both.app.key_file.read_text(),
            key_id=both.app.key_id,
            team_id=both.app.team_id,
            topic=CARE,
            max_connections=1,
            ssl_context=context,
        )
        first = await client.send_notification(note(1, collapse_key="thread"))
        assert first.is_successful
        both.fault(Reply(status=410, reason="Unregistered", timestamp=5), device(2))
        gone = await client.send_notification(note(2))
        assert (gone.status, gone.description) == ("410", "Unregistered")
        large = await client.send_notification(
            aioapns.NotificationRequest(
                device_token=device(3), message={"aps": {"alert": "x" * 4096}}
            )
        )
        assert (large.status, large.description) == ("413", "PayloadTooLarge")
        results = await asyncio.gather(
            *(client.send_notification(note(number)) for number in range(10, 60))
        )
        assert all(one.is_successful for one in results)
        assert both.simulator.violations == 0
        assert both.arrived(device(1))[0].collapse == "thread"
        both.fault(GoAway(reason="Shutdown"), device(4))
        with suppress(Exception):  # it loses what a GOAWAY promised to answer
            await asyncio.wait_for(client.send_notification(note(4)), 0.2)
        assert both.arrived(device(4))
        client.pool.close()


SCRIPT = """
const apn = require("@parse/node-apn");
const [url, ca, key, keyId, teamId, topic] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const provider = new apn.Provider({
  token: { key, keyId, teamId }, production: true, address: hostname, port: Number(port),
  ca: require("fs").readFileSync(ca), rejectUnauthorized: true,
});
const note = new apn.Notification();
Object.assign(note, { topic, alert: "New reply", badge: 1, pushType: "alert", collapseId: "c" });
const devices = Array.from({ length: 200 }, (_, i) => (i + 1).toString(16).padStart(64, "0"));
provider.send(note, devices).then((result) => {
  console.log(JSON.stringify({
    sent: result.sent.length, failed: result.failed.map((one) => one.response || one.error.message),
  }));
  provider.shutdown(() => process.exit(0));
});
"""


@pytest.mark.prove
async def test_node_apn_finds_in_the_stand_in_what_it_knows_of_apple(
    certificates: Certificates, tmp_path: Path
) -> None:
    if NODE is None or NPM is None:
        pytest.skip("node and npm are not installed")
    install = await asyncio.create_subprocess_exec(
        NPM, "install", "--no-audit", "--no-fund", "@parse/node-apn@7", cwd=tmp_path
    )
    if await install.wait():
        pytest.skip("npm could not install @parse/node-apn")
    (tmp_path / "send.js").write_text(SCRIPT)
    async with stage(certificates, tmp_path) as both:
        both.fault(Reply(status=400, reason="BadDeviceToken"), device(7), times=None)
        facts = (both.app.key_file, both.app.key_id, both.app.team_id, CARE)
        node = await asyncio.create_subprocess_exec(
            NODE,
            "send.js",
            both.simulator.url,
            str(certificates.authority),
            *map(str, facts),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await asyncio.wait_for(node.communicate(), 60)
        said = json.loads(out)
        assert said == {"sent": 199, "failed": [{"reason": "BadDeviceToken"}]}
        assert len(both.delivered()) == 199
        assert both.simulator.violations == 0
