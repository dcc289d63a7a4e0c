"""What a team tells all its customers reaches their sockets, and nobody else's."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from inbox.core.errors import Overloaded
from inbox.core.frames import NoticeShown
from inbox.core.instant import to_text
from inbox.core.policy import Agent, Customer
from inbox.core.shorthand import read_weekly
from inbox.core.storm import Helper
from inbox.flows import hours, storms
from inbox.flows.context import Context
from inbox.flows.storms import StormDraft
from inbox.live.notices import TOGETHER, Notices
from tests.cast import NOON, OPERATOR, Cast, SetClock, arrive, say
from tests.live.house import House
from tests.live.pretend import PretendPeople, PretendStore

SINCE = to_text(NOON)
ENDS = to_text(NOON + 60_000)


def shown(text: str, until: str | None = None) -> dict[str, object]:
    return {"text": text, "since": SINCE, "until": until}


async def test_a_notice_reaches_the_teams_customers_and_nobody_else(
    ctx: Context, cast: Cast, house: House
) -> None:
    ana, luis = await house.customer("ana"), await house.customer("luis", region="US-FL")
    bo = await house.desk(cast.bo)
    for client in (ana, luis, bo):
        await client.until("live")
    for text in ("Our phones are down", "They work again"):
        await storms.set_notice(ctx, OPERATOR, team=cast.spokane, notice=text)
        told = await ana.until("notice")
        assert told == {
            "type": "notice",
            "team": cast.spokane,
            "notice": shown(text),
            "state": "open",
        }
    await storms.set_notice(ctx, OPERATOR, team=cast.spokane, notice=None)
    assert (await ana.until("notice"))["notice"] is None

    # The team goes home, and is back: told in the same way, as what it tells is not.
    for week, state in ("mon-sun 01:00-01:01", "closed"), (None, "open"):
        weekly = None if week is None else read_weekly(week)
        await hours.set_weekly(ctx, OPERATOR, team=cast.spokane, weekly=weekly)
        told = await ana.until("notice", state=state)
        assert told["notice"] is None

    # What comes after it in the same way is heard: the others were passed over, not late.
    await storms.set_notice(ctx, OPERATOR, team=cast.tampa, notice="Closed at noon")
    assert (await luis.until("notice"))["team"] == cast.tampa
    assert [frame["type"] for frame in luis.frames].count("notice") == 1
    await say(ctx, await arrive(ctx, "ana"), "Hello")
    await bo.until_item(f"team:{cast.spokane}", type="message")
    assert "notice" not in {frame["type"] for frame in bo.frames}


async def test_whoever_comes_is_told_and_a_storm_that_is_over_is_untold(
    ctx: Context, cast: Cast, house: House, clock: SetClock
) -> None:
    first = await house.customer("ana")
    await first.until("live")
    await storms.set_notice(ctx, OPERATOR, team=cast.spokane, notice="Our phones are down")
    draft = StormDraft((Helper(cast.tampa, 50),), "An outage", until=ENDS)
    await storms.begin(ctx, OPERATOR, team=cast.spokane, draft=draft)
    await first.until("notice", notice=shown("An outage", ENDS))
    second = await house.customer("zoe")
    assert (await second.until("notice"))["notice"] == shown("An outage", ENDS)
    luis = await house.customer("luis", region="US-FL")
    await luis.until("live")
    await luis.nothing()

    # Nobody ends it: its time is over.
    clock.pass_(60_000)
    for client in (first, second):
        assert (await client.until("notice"))["notice"] == shown("Our phones are down")


class Spokane(PretendPeople):
    """All customers are Spokane's. One look at the store fails where told so."""

    def __init__(self) -> None:
        super().__init__(PretendStore())
        self.said: dict[str, NoticeShown] = {}
        self.asked: list[int] = []
        self.fails_at = -1

    async def notices(self) -> dict[str, NoticeShown]:
        """What a test said."""
        return dict(self.said)

    async def homes(self, customers: Sequence[Customer]) -> list[str | None]:
        """Spokane, for all."""
        self.asked.append(len(customers))
        if len(self.asked) == self.fails_at:
            raise Overloaded
        return ["spokane"] * len(customers)


class Ear:
    """A session that counts what it hears."""

    def __init__(self, who: Customer | Agent | None) -> None:
        self.who = who
        self.heard: list[bytes] = []

    def overhear(self, key: tuple[str, ...], frame: bytes) -> None:
        """Keep it."""
        assert key == ("Notice",)
        self.heard.append(frame)


def crowd(number: int) -> list[Ear]:
    return [Ear(Customer(f"c{n}", f"t{n}", issued_at=0, expires_at=9)) for n in range(number)]


async def test_many_are_told_in_parts_and_once() -> None:
    people, ears = Spokane(), crowd(10_000)
    notices = Notices(people)
    strangers = [Ear(None), Ear(Agent("bo", "Bo", "agent", frozenset({"spokane"})))]
    await notices.look([*ears, *strangers])
    assert not people.asked, "nothing to tell costs nothing"
    people.said["spokane"] = NoticeShown("An outage", SINCE)
    for _ in range(2):
        await notices.look([*ears, *strangers])
    assert set(people.asked) == {TOGETHER}
    assert {len(ear.heard) for ear in ears} == {1}
    assert not any(ear.heard for ear in strangers)


async def test_what_could_not_be_told_is_told_at_the_next_look() -> None:
    people, ears = Spokane(), crowd(3 * TOGETHER)
    notices = Notices(people)
    people.said["spokane"] = NoticeShown("An outage", SINCE)
    people.fails_at = 2
    with pytest.raises(Overloaded):
        await notices.look(ears)
    assert [bool(ear.heard) for ear in ears[::TOGETHER]] == [True, False, False]
    await notices.look(ears)
    assert all(ear.heard for ear in ears)


async def test_who_comes_while_nothing_is_said_costs_nothing() -> None:
    people, (ear,) = Spokane(), crowd(1)
    await Notices(people).greet(ear)
    assert not people.asked
