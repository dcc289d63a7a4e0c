"""`make screenshots`: the pictures of the docs, made anew from the demo's cast.

Clock, ids and chance are set, so a picture changes only when the screen does. Each is packed to a
palette: a few dozen kilobytes.
"""

from __future__ import annotations

import asyncio
import io
import random
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Browser, async_playwright

from inbox.core.policy import Agent, Role
from inbox.core.rules import RulesChange
from inbox.core.shorthand import read_weekly
from inbox.flows import agents, assignment, canned, duty, hours, lines, notes, rating, states, teams
from inbox.flows.context import Context
from inbox.flows.rules import set_rules
from inbox.ops.demo.cast import AGENTS, HOURS, SPOKANE, TAMPA
from tests.cast import DAY, OPERATOR, SetClock, answer, arrive, hire, open_on, say
from tests.desk.chromium import ARGUMENTS, find_chromium
from tests.desk.stage import PASSWORD, PHONE, WIDE, DeskPage, Stage, open_session
from tests.engines import Database, load_schema
from tests.servers import People, serve

WHERE = Path(__file__).parents[2] / "docs" / "images"
MORNING = int(datetime(2026, 11, 20, 18, 24, tzinfo=UTC).timestamp() * 1000)
"""A Friday, 10:24 in Spokane."""
ZONE = "America/Los_Angeles"
MINUTE = 60_000
HOUR = 60 * MINUTE
HIRED = {
    "spokane": ("Noor Haddad", "Elena Cruz", "Finn Moore", "Grace Kim", "Hugo Silva", "Ivy Chen"),
    "tampa": ("Jonas Weber", "Kofi Mensah", "Lara Novak"),
}
WAITING = (
    ("Ana", "My phone has had no signal since this morning", 14),
    ("Luis Ortega", "Can I keep my number when I move to Florida?", 9),
    ("Mei Tan", "There is a charge on my bill twice", 38),
    ("Sam Reed", "Is the tower in Cheney down?", 4),
    ("Priya Nair", "I get no texts while roaming", 23),
)
REPORT = "#/reports/2026-10-26/2026-11-20/week/team/all/all"
PICTURES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("desk", "bo", "#/waiting/{ana}", {"viewport": WIDE}),
    ("phone", "bo", "#/waiting/{ana}", {"viewport": PHONE}),
    ("board", "ada", "#/board", {"viewport": WIDE}),
    ("reports", "ada", REPORT, {"viewport": {"width": 1280, "height": 960}}),
    ("team", "ada", "#/teams/{spokane}/hours", {"viewport": WIDE}),
)


def set_ids(ctx: Context) -> Context:
    """Ids that are the same each time; faces have their colours by them."""
    numbers = count(1)
    return replace(ctx, ids=lambda: f"00000000-0000-7000-8000-{next(numbers):012x}")


async def make_cast(ctx: Context) -> tuple[People, dict[str, list[Agent]]]:
    """The demo's teams and people, and colleagues for a fuller house."""
    home, far = [await teams.add_team(ctx, OPERATOR, team) for team in (SPOKANE, TAMPA)]
    of = {"spokane": home.id, "tampa": far.id}
    for asked in HOURS:
        weekly = read_weekly(str(asked.weekly))
        await hours.set_weekly(ctx, OPERATOR, team=of[asked.key], weekly=weekly)
    ids, people = {}, {key: list[Agent]() for key in of}
    for one in AGENTS:
        role: Role = one.role
        made = await hire(ctx, one.name, *(of[key] for key in one.teams), role=role)
        await agents.change_agent(
            ctx, OPERATOR, agent=made.id, change=agents.AgentChange(line=one.line)
        )
        ids[one.name.lower()] = made.id
        if role == "agent":
            people[one.teams[0]].append(made)
    for key, names in HIRED.items():
        people[key] += [await hire(ctx, name, of[key]) for name in names]
    rules: Any = RulesChange(promise_target_minutes=20, cover="cover", cover_by=("tampa",))
    await set_rules(ctx, OPERATOR, team=home.id, change=rules)
    await set_rules(ctx, OPERATOR, team=far.id, change=RulesChange(promise_target_minutes=20))
    cast = People(home.id, far.id, bo="", kim="", mia="", ravi="", ids=ids)
    return cast, people


async def live_weeks(ctx: Context, clock: SetClock, people: dict[str, list[Agent]]) -> None:
    """Four weeks of conversations, for reports."""
    chance, numbers = random.Random(26), count(1)
    for day in range(25, 0, -1):
        for team, region, most in (("spokane", "US-WA", 5), ("tampa", "US-FL", 4)):
            for _ in range(chance.randint(2, most)):
                clock.now = MORNING - day * DAY + chance.randint(0, 6 * HOUR)
                number = next(numbers)
                who = await arrive(ctx, f"c{number}", region=region, name=f"Customer {number}")
                await say(ctx, who, "Hello")
                clock.pass_(int(chance.lognormvariate(1.7, 0.5) * MINUTE))
                agent = chance.choice(people[team])
                await answer(ctx, agent, who.thread, "Good morning")
                clock.pass_(chance.randint(3, 40) * MINUTE)
                await states.resolve(ctx, agent, thread=who.thread)
                score = rating.RatingDraft(chance.choice((3, 4, 5, 5)))
                await rating.rate(ctx, who, number=1, draft=score)


async def live_morning(
    ctx: Context, clock: SetClock, cast: People, people: dict[str, list[Agent]]
) -> str:
    """What goes on now; gives Ana's thread."""
    bo, *others = people["spokane"]
    for agent in (bo, *others[:4], *people["tampa"][:3]):
        await duty.set_duty(ctx, agent, on=True)
    ana = ""
    for number, (name, text, minutes) in enumerate(WAITING):
        clock.now = MORNING - minutes * MINUTE
        claims = {"name": name, "time_zone": ZONE, "locale": "en", "phone": "+15095550142"}
        who = await arrive(ctx, f"w{number}", **(claims if number == 0 else {"name": name}))
        if number == 0:
            ana = await live_history(ctx, clock, who, bo, others[0])
        await say(ctx, who, text)
        if number % 2:
            await assignment.take(ctx, others[number], thread=who.thread)
    clock.now = MORNING
    for agent, sub in zip(others[:4], ("w1", "w3", "w1", "w3"), strict=True):
        who = await arrive(ctx, f"x{agent.id[-3:]}{sub}", name="Somebody")
        await say(ctx, who, "Hello")
        await answer(ctx, agent, who.thread, "Good morning")
    await lines.set_line(
        ctx,
        OPERATOR,
        team=cast.spokane,
        line="Good morning from Spokane, Bo and Noor are in until six",
    )
    draft = canned.CannedDraft(
        "hello", "Greeting", "Good morning {customer.first_name|there}", None
    )
    await canned.set_canned(ctx, OPERATOR, draft)
    return ana


async def live_history(ctx: Context, clock: SetClock, who: Any, bo: Agent, noor: Agent) -> str:
    """Ana's matter of last week, with a note; resolved and rated."""
    now, thread = clock.now, str(who.thread)
    clock.now = MORNING - 8 * DAY
    who = await arrive(ctx, who.id, name="Ana", time_zone=ZONE)
    await say(ctx, who, "Does my plan work in Canada?")
    clock.pass_(4 * MINUTE)
    await answer(ctx, bo, thread, "Yes, calls and 5 GB are in it. When do you go?")
    clock.pass_(2 * MINUTE)
    await say(ctx, who, "On Saturday, for a week. Thank you!")
    clock.pass_(3 * MINUTE)
    note = "Travels often; a year pass may be cheaper for her"
    await notes.note(ctx, noor, thread=thread, client_id="n1", body=note)
    await answer(ctx, bo, thread, "Have a good trip, Ana.")
    clock.pass_(MINUTE)
    await states.resolve(ctx, bo, thread=thread)
    await rating.rate(ctx, who, number=1, draft=rating.RatingDraft(5, "Quick and kind"))
    clock.now = now
    return thread


async def take(desk: DeskPage, name: str) -> None:
    """One picture, packed."""
    await desk.page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
    await desk.page.evaluate("() => document.activeElement?.blur()")
    await desk.page.wait_for_timeout(600)
    raw = await desk.page.screenshot(animations="disabled", caret="hide")
    image = (
        Image.open(io.BytesIO(raw))
        .convert("RGB")
        .quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    )
    WHERE.mkdir(parents=True, exist_ok=True)
    path = WHERE / f"{name}.png"
    image.save(path, optimize=True)
    print(f"{path.relative_to(WHERE.parents[1])}: {path.stat().st_size // 1024} KB")  # noqa: T201


async def take_all(ctx: Context, clock: SetClock, browser: Browser) -> None:
    """Every picture, light and dark."""
    cast, people = await make_cast(ctx)
    await live_weeks(ctx, clock, people)
    ana = await live_morning(ctx, clock, cast, people)
    async with serve(ctx) as server:
        stage = Stage(server, cast, browser)
        for who in sorted({who for _, who, _, _ in PICTURES}):
            await agents.set_password(ctx, OPERATOR, agent=cast.ids[who], password=PASSWORD)
        for name, who, place, look in PICTURES:
            for scheme in ("light", "dark"):
                desk = await stage.window(color_scheme=scheme, timezone_id=ZONE, **look)
                await desk.page.clock.set_fixed_time(MORNING / 1000)
                await desk.context.add_cookies([await open_session(server, who)])  # type: ignore[list-item]
                await desk.open(place.format(ana=ana, spokane=cast.spokane))
                await desk.live()
                await take(desk, f"{name}-{scheme}")
                await desk.context.close()


async def main() -> None:
    """A server, a browser, and all pictures."""
    clock = SetClock()
    clock.now = MORNING - 26 * DAY
    with tempfile.TemporaryDirectory(prefix="pinbox-screenshots-") as folder:
        file = Path(folder) / "pinbox.db"
        await load_schema(str(file))
        async with open_on(Database("sqlite", str(file)), clock) as ctx, async_playwright() as tool:
            browser = await tool.chromium.launch(
                executable_path=find_chromium(), args=[*ARGUMENTS, "--font-render-hinting=none"]
            )
            await take_all(set_ids(ctx), clock, browser)
            await browser.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
