"""Ana's Android phone, and Google's stand-in with the account of the project `care`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from push.fcm.provider import Fcm, FcmProject
from push.model import FcmRequest, Push
from push.payload import Forms
from push.simulator.fcm import FcmSimulator
from push.simulator.google import Account, make_account
from push.simulator.record import Fault, Faults, Match, Records, Reply
from tests.push import cast
from tests.push.stands import Timer, certificates, server_context

TIMEOUT = 10.0


class Google(FcmSimulator):
    """The stand-in, with its records, and clients that trust it."""

    def __init__(self, folder: Path) -> None:
        self.wall = Timer()
        super().__init__(
            context=server_context(), records=Records(), faults=Faults(), clock=self.wall
        )
        self.folder = folder
        self.timer = Timer(0.0)
        self._clients: list[Fcm] = []

    def account(self, project: str = "care") -> Path:
        """The key file of a project, its key made once for all tests."""
        file = self.folder / f"{project}.json"
        account, content = _account(project)
        file.write_bytes(content.replace(b"https://oauth.invalid", self.url.encode()))
        self.accounts[account.email] = account
        return file

    def client(self, projects: dict[str, FcmProject] | None = None, **options: Any) -> Fcm:
        """A provider for the project `care`, unless others are named; closed with the stand-in."""
        client = Fcm(
            projects or {"care": FcmProject(self.account())},
            form=options.pop("form", Forms(now=lambda: cast.NOW).fcm),
            base=self.url,
            ca_file=certificates().authority,
            timer=self.timer,
            clock=self.wall,
            **options,
        )
        self._clients.append(client)
        return client

    async def close(self) -> None:
        self.cut()
        for client in self._clients:
            await client.close()
        await super().close()

    def fail(self, *, oauth: bool = False, times: int | None = 1, **reply: Any) -> int:
        """Answer the next requests so."""
        return self.faults.add(
            Fault(do=Reply(**reply), match=Match(provider="fcm", oauth=oauth), times=times)
        )


@cache
def _account(project: str) -> tuple[Account, bytes]:
    return make_account(project, token_uri="https://oauth.invalid/token")


def push(**changes: Any) -> Push:
    return cast.push(target=cast.ANDROID, **changes)


def to(app: str, token: str = "an:droid") -> Push:
    return cast.push(target=replace(cast.ANDROID, app=app, token=token))


def bare(one: Push) -> FcmRequest:
    """The least that Google takes."""
    return FcmRequest(message=b'{"token":"%s"}' % one.target.token.encode())
