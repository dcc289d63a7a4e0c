"""Who is in the story: two teams, their people, and three customers with their tokens."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec

from inbox.core.errors import Conflict
from inbox.flows.agents import NewToken
from inbox.flows.hours import HoursDetail
from inbox.flows.teams import TeamDetail, TeamDraft
from inbox.ops.control import ask
from inbox.ops.hours import HoursAsk
from inbox.ops.people import (
    AgentAdd,
    AgentAdded,
    AgentTokenAsk,
    CustomerToken,
    CustomerTokenAsk,
)

DAY_S = 86_400
LEAD = "Mia"
"""Who sits at the desk of the demo's page."""

SPOKANE = TeamDraft(
    key="spokane",
    name="Team Spokane",
    place="Spokane, Washington",
    regions=("US-WA", "US-OR", "US-ID", "US-MT"),
    time_zone="America/Los_Angeles",
)
TAMPA = TeamDraft(
    key="tampa",
    name="Team Tampa",
    place="Tampa, Florida",
    regions=("US-FL", "US-GA"),
    time_zone="America/New_York",
    default=True,
)
HOURS = (
    HoursAsk("spokane", "mon-fri 07:00-19:00; sat-sun 09:00-17:00"),
    HoursAsk("tampa", "daily 08:00-20:00"),
)
AGENTS = (
    AgentAdd("Bo", ("spokane",), line="Phones, plans and patience"),
    AgentAdd("Mia", ("spokane",), role="lead", line="Leads the morning"),
    AgentAdd("Ravi", ("tampa",), line="Knows every cable in Florida"),
    AgentAdd("Ada", ("tampa",), role="admin", line="Keeps the house in order"),
)
CUSTOMERS = (
    CustomerTokenAsk("ana", "Ana", "US-WA", "America/Los_Angeles", "en", DAY_S),
    CustomerTokenAsk("luis", "Luis", "US-FL", "America/New_York", "es-US", DAY_S),
    CustomerTokenAsk("mei", "Mei", ttl_s=DAY_S),
)


class Cast(msgspec.Struct, frozen=True):
    """A token for everybody, by name."""

    ana: str
    luis: str
    mei: str
    bo: str
    mia: str
    ravi: str
    ada: str


async def assemble(folder: Path) -> Cast:
    """Make the teams and people, or find those of an earlier demo, and give each a token."""
    for team, hours in zip((SPOKANE, TAMPA), HOURS, strict=True):
        with suppress(Conflict):  # it is there from an earlier demo on this folder
            await ask(folder, "team.add", team, into=TeamDetail)
        await ask(folder, "team.hours", hours, into=HoursDetail)
    tokens: dict[str, str] = {}
    for agent in AGENTS:
        tokens[agent.name.lower()] = await _admit(folder, agent)
    for customer in CUSTOMERS:
        signed = await ask(folder, "token.customer", customer, into=CustomerToken)
        tokens[customer.customer] = signed.token
    return Cast(**tokens)


async def _admit(folder: Path, agent: AgentAdd) -> str:
    """A token of theirs, whether or not they are new here."""
    try:
        return (await ask(folder, "agent.add", agent, into=AgentAdded)).token
    except Conflict:
        again = AgentTokenAsk(agent.name, "demo")
        return (await ask(folder, "token.agent", again, into=NewToken)).token
