"""Cover, storms and notices, from the desk: another team answers for a while."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from inbox.client.answers import Storm, Summary, TeamNotice
from inbox.client.calls import Calls


class _Cover(msgspec.Struct, frozen=True, omit_defaults=True):
    team: str
    reason: str
    until: datetime | None = None
    note: str | None = None


class _HandBack(msgspec.Struct, frozen=True):
    note: str | None


class _Share(msgspec.Struct, frozen=True):
    team: str
    share: int


class _Storm(msgspec.Struct, frozen=True, omit_defaults=True):
    teams: tuple[_Share, ...]
    notice: str
    until: datetime | None = None
    widen: float = 1.0


class _Notice(msgspec.Struct, frozen=True):
    notice: str | None


class DeskCover:
    """The calls by which another team answers for a while. The last three are for leads."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def begin(
        self,
        thread: str,
        *,
        team: str,
        reason: str,
        until: datetime | None = None,
        note: str | None = None,
    ) -> Summary:
        """Let a team (by id) cover the open conversation, until its home team opens or `until`.

        Again for the team that covers: another end, reason and note. Conflict where nothing is
        open, it was bounced or is in general care, or that team is not there.
        """
        body = _Cover(team, reason, until, note)
        answer, _ = await self._calls.call("POST", _of(thread), into=Summary, body=body)
        return answer

    async def end(self, thread: str, *, note: str | None = None) -> Summary:
        """Hand it back at once, with a note for the home team. Conflict where nobody covers."""
        body = _HandBack(note)
        answer, _ = await self._calls.call("DELETE", _of(thread), into=Summary, body=body)
        return answer

    async def begin_storm(
        self,
        team: str,
        *,
        shares: Mapping[str, int],
        notice: str,
        until: datetime | None = None,
        widen: float = 1.0,
    ) -> Storm:
        """Spill a team's new conversations: to each team (by id) so many of a hundred.

        For a day where no end is given. Conflict where the team has a storm already.
        """
        helpers = tuple(_Share(helper, share) for helper, share in shares.items())
        body = _Storm(helpers, notice, until, widen)
        path = f"/v1/desk/team/{team}/storm"
        answer, _ = await self._calls.call("POST", path, into=Storm, body=body)
        return answer

    async def end_storm(self, team: str) -> None:
        """What was spilled comes back by and by. Again is safe."""
        await self._calls.call("DELETE", f"/v1/desk/team/{team}/storm", into=object)

    async def set_notice(self, team: str, notice: str | None) -> TeamNotice:
        """Tell all customers of a team something; none: nothing any more. A storm's comes first."""
        path = f"/v1/desk/team/{team}/notice"
        answer, _ = await self._calls.call("PUT", path, into=TeamNotice, body=_Notice(notice))
        return answer


def _of(thread: str) -> str:
    return f"/v1/desk/threads/{thread}/cover"
