"""All stand-ins together: three senders of ours, and the control API that sees what they did."""

from __future__ import annotations

import asyncio
import re
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace

from push.apns import Apns, App
from push.fcm.provider import Fcm, FcmProject
from push.model import Answer, Notice, NotProcessed, Outcome, Provider, Push, Unknown
from push.payload import Forms
from push.simulator.service import Ports, Simulator
from push.webpush.provider import WebPush
from push.webpush.vapid import Vapid
from tests.ports import free_port
from tests.push import cast

TIMEOUT = 10.0
Json = dict[str, Any]


class Senders:
    """Three providers that know the simulator only from what `/about` says."""

    def __init__(self, about: Json) -> None:
        forms = Forms(now=lambda: cast.NOW, names=True, previews=True)
        apns, fcm, web = about["apns"], about["fcm"], about["webpush"]
        ca_file = Path(about["ca_file"])
        app = App(
            app=cast.PHONE.app,
            team_id=apns["team_id"],
            key_id=apns["key_id"],
            key_file=Path(apns["key_file"]),
        )
        apns_form: Any = forms.apns
        vapid = Vapid(Path(web["vapid_key_file"]).read_text("ascii"), subject=web["vapid_subject"])
        self.public = vapid.public
        self.by_name: dict[str, Provider] = {
            "apns": Apns(
                [app],
                form=apns_form,
                addresses={"production": apns["production"], "sandbox": apns["sandbox"]},
                ca_file=ca_file,
            ),
            "fcm": Fcm(
                {"": FcmProject(Path(fcm["account_file"]))},
                form=forms.fcm,
                base=fcm["base"],
                ca_file=ca_file,
            ),
            "webpush": WebPush(vapid, form=forms.webpush, allowed=web["allowed"], ca_file=ca_file),
        }

    async def send(self, push: Push, *, timeout: float = TIMEOUT) -> Outcome:
        return await self.by_name[push.target.provider].send(push, timeout=timeout)

    async def close(self) -> None:
        for provider in self.by_name.values():
            await provider.close()


class Stage:
    """A simulator with its control API and the senders."""

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession, about: Json) -> None:
        self.simulator = simulator
        self.session = session
        self.senders = Senders(about)
        self.about = about
        self.browser: Json = {}

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        async with self.session.request(
            method, path, json=body, headers={"Content-Type": "application/json"}
        ) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None

    def push(self, provider: str, notice: Notice = cast.REPLY, **changes: Any) -> Push:
        target = cast.TARGETS[provider]
        if provider == "webpush":
            target = replace(target, token=self.browser["endpoint"], **self.browser["keys"])
        return cast.push(notice, target=target, **changes)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Stage]:
    async with (
        Simulator(folder) as simulator,
        aiohttp.ClientSession(simulator.control.url) as session,
    ):
        async with session.get("/about") as answer:
            about = await answer.json()
        stage = Stage(simulator, session, about)
        _, stage.browser = await stage.ask(
            "POST", "/subscriptions", {"application_key": stage.senders.public}
        )
        yield stage
        await stage.senders.close()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as running:
        yield running


PROVIDERS = ("apns", "fcm", "webpush")


async def test_what_it_says_of_itself_is_all_that_a_sender_needs(stage: Stage) -> None:
    assert "simulator" in stage.about["simulator"]
    for provider in PROVIDERS:
        outcome = await stage.senders.send(stage.push(provider))
        assert isinstance(outcome, Answer)
        assert outcome.status in {200, 201}
    _, given = await stage.ask("GET", "/arrived")
    assert [one["provider"] for one in given["arrived"]] == list(PROVIDERS)
    assert given["last"] == 3
    assert all(one["delivered"] and one["banner"] for one in given["arrived"])
    assert "authorization" not in {name for one in given["arrived"] for name in one["headers"]}


async def test_phones_show_what_their_owners_would_see(stage: Stage) -> None:
    many = replace(cast.REPLY, count=3, badge=5)
    for provider in PROVIDERS:
        await stage.senders.send(stage.push(provider, cast.SPOKEN))
        await stage.senders.send(stage.push(provider, many))
        await stage.senders.send(
            stage.push(provider, replace(cast.SPOKEN, passive=True), collapse="x" * 22)
        )
    await stage.senders.send(stage.push("apns", replace(cast.REPLY, kind="badge", badge=0)))
    _, seen = await stage.ask("GET", "/phones")
    assert seen["count"] == 10
    assert [phone["provider"] for phone in seen["phones"]] == ["apns", "webpush", "fcm"]
    assert [phone["badge"] for phone in seen["phones"]] == [0, 2, 2]
    for phone in seen["phones"]:
        newest, older = phone["banners"]
        assert (newest["title"], newest["text"], newest["silent"]) == ("Bo", "Done!", True)
        assert (older["text"], older["replaced"]) == ("You have 3 new replies.", 1)
        assert (older["title"], older["silent"]) == ("Customer care", False)


async def test_a_long_poll_ends_with_the_first_that_fits(stage: Stage) -> None:
    token = cast.ANDROID.token
    waiting = asyncio.create_task(stage.ask("GET", f"/arrived?wait=20&token={token}"))
    await stage.senders.send(stage.push("apns"))
    assert not waiting.done()
    await stage.senders.send(stage.push("fcm"))
    _, given = await waiting
    assert [one["provider"] for one in given["arrived"]] == ["fcm"]
    assert given["last"] == 2
    assert await stage.ask("GET", "/arrived?since=2&wait=0.05") == (200, {"arrived": [], "last": 2})
    _, given = await stage.ask("GET", "/arrived?limit=1")
    assert (len(given["arrived"]), given["last"]) == (1, 1)
    for query, providers in [
        ("provider=apns", ["apns"]),
        ("since=1", ["fcm"]),
        ("app=nobody", []),
        (f"push_id={stage.push('apns').push_id}", ["apns"]),
    ]:
        _, given = await stage.ask("GET", f"/arrived?{query}")
        assert [one["provider"] for one in given["arrived"]] == providers, query


REPLIES = [
    ("apns", 410, "Unregistered"),
    ("fcm", 404, "UNREGISTERED"),
    ("webpush", 410, "106"),
]


async def test_faults_come_and_go_by_request(stage: Stage) -> None:
    for provider, status, reason in REPLIES:
        fault = {
            "do": {"type": "reply", "status": status, "reason": reason},
            "match": {"provider": provider},
            "times": None,
        }
        assert (await stage.ask("POST", "/faults", fault))[0] == 201
    _, standing = await stage.ask("GET", "/faults")
    assert len(standing["faults"]) == 3
    for provider, status, reason in REPLIES:
        outcome = await stage.senders.send(stage.push(provider))
        assert isinstance(outcome, Answer)
        assert (outcome.status, outcome.reason) == (status, reason)
    number = min(standing["faults"], key=int)
    assert (await stage.ask("DELETE", f"/faults/{number}"))[0] == 204
    assert (await stage.ask("DELETE", f"/faults/{number}"))[0] == 404
    outcome = await stage.senders.send(stage.push("apns"))
    assert isinstance(outcome, Answer)
    assert outcome.status == 200
    assert (await stage.ask("DELETE", "/faults"))[0] == 204
    for deed, timeout in ({"type": "silence"}, 0.5), ({"type": "cut"}, TIMEOUT):
        await stage.ask("POST", "/faults", {"do": deed})
        assert isinstance(await stage.senders.send(stage.push("fcm"), timeout=timeout), Unknown)
    _, phones = await stage.ask("GET", "/phones")
    assert {phone["provider"] for phone in phones["phones"]} == {"apns", "fcm"}


async def test_doors_shut_and_a_reset_opens_them_and_forgets(stage: Stage) -> None:
    for provider in PROVIDERS:
        body = {"door": "closed", "cut": True}
        assert (await stage.ask("PUT", f"/doors/{provider}", body))[0] == 204
        outcome = await stage.senders.send(stage.push(provider), timeout=0.3)
        assert isinstance(outcome, NotProcessed), provider
    await stage.ask("POST", "/faults", {"do": {"type": "cut"}, "times": None})
    stage.simulator.fcm.dead.add(cast.ANDROID.token)
    assert (await stage.ask("POST", "/reset", {}))[0] == 204
    assert stage.simulator.fcm.dead == set()
    outcome = await stage.senders.send(stage.push("webpush"))
    assert isinstance(outcome, Answer)
    assert outcome.status == 201
    _, given = await stage.ask("GET", "/arrived")
    assert len(given["arrived"]) == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "/faults", {"do": {"type": "explode"}}, 400, "explode"),
        ("POST", "/faults", {"do": {"type": "cut"}, "when": 1}, 400, "when"),
        ("POST", "/faults", [], 400, "object"),
        ("POST", "/faults", None, 400, "do"),
        ("PUT", "/doors/apns", {"door": "ajar"}, 400, "ajar"),
        ("PUT", "/doors/sms", {"door": "open"}, 404, "Not Found"),
        ("GET", "/arrived?wait=61", None, 400, "wait"),
        ("GET", "/arrived?since=x", None, 400, "since"),
        ("GET", "/arrived?colour=red", None, 400, "colour"),
        ("GET", "/nothing", None, 404, "Not Found"),
        ("PUT", "/faults", {}, 405, "Not Allowed"),
    ],
)
async def test_what_is_wrong_is_told(
    stage: Stage, method: str, path: str, body: object, status: int, words: str
) -> None:
    answered, told = await stage.ask(method, path, body)
    assert answered == status
    assert words in told["error"]


async def test_no_other_site_can_make_a_browser_command_it(stage: Stage) -> None:
    for path in ("/faults", "/reset", "/subscriptions"):
        for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
            async with stage.session.post(
                path, data=b'{"do":{"type":"cut"}}', headers={"Content-Type": kind}
            ) as answer:
                assert answer.status == 415
                assert "Access-Control-Allow-Origin" not in answer.headers
    assert stage.simulator.faults.standing() == {}


async def test_the_page_brings_all_that_it_needs_and_nothing_from_elsewhere(stage: Stage) -> None:
    texts: dict[str, str] = {}
    for path in ("/", "/page.css", "/page.js"):
        async with stage.session.get(path) as answer:
            assert answer.status == 200
            policy = answer.headers["Content-Security-Policy"]
            texts[path] = await answer.text()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = texts["/"]
    assert set(re.findall(r'(?:src|href)="([^"#]+)"', page)) == {
        "data:,",
        "/page.css",
        "/page.js",
        "/about",
        "/arrived",
        "/phones",
        "/faults",
    }
    assert not re.search(r"<style|\son\w+=|\sstyle=|<script>|//", page.replace("<!doctype", ""))
    assert "http" not in texts["/page.css"] + texts["/page.js"]
    assert "innerHTML" not in texts["/page.js"]


async def test_the_next_simulator_in_the_folder_takes_the_same_keys(tmp_path: Path) -> None:
    kept = ("simulator-ca.pem", "apns-key.p8", "vapid-key.txt")
    async with opened(tmp_path):
        first = [(tmp_path / name).read_bytes() for name in kept]
        for name in ("apns-key.p8", "vapid-key.txt", "fcm-account.json", "simulator-key.pem"):
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600, name
    async with opened(tmp_path) as again:
        assert [(tmp_path / name).read_bytes() for name in kept] == first
        for provider in PROVIDERS:
            assert isinstance(await again.senders.send(again.push(provider)), Answer)


async def test_a_taken_port_leaves_nothing_open(tmp_path: Path) -> None:
    ports = Ports(apns=free_port(), fcm=free_port(), control=free_port())
    async with Simulator(tmp_path, ports=replace(ports, apns=0, fcm=0)):
        with pytest.raises(OSError, match="address already in use"):
            async with Simulator(tmp_path, ports=ports):
                pytest.fail("two at one port")
    async with Simulator(tmp_path, ports=ports) as simulator:
        assert simulator.control.url.endswith(str(ports.control))
