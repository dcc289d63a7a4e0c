"""Pinning: the table of who gets whom, and what can never happen."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from inbox.core.errors import Overloaded
from inbox.core.pinning import Candidate, choose, fits_better

SPOKANE = Candidate("t1", "spokane", regions=("US-WA", "US-ID"), customers=500, active_members=40)
TAMPA = Candidate(
    "t2", "tampa", regions=("US-FL",), customers=100, active_members=40, is_default=True
)
SEATTLE = Candidate("t3", "seattle", regions=("US-WA-SEA",), customers=900, active_members=30)
NATION = Candidate("t4", "nation", regions=("US",), customers=1, active_members=30)
TEAMS = (SPOKANE, TAMPA, SEATTLE, NATION)


@dataclass(frozen=True)
class Case:
    """A customer's question, the team that must be the answer, and words of its reason."""

    says: str
    team: Candidate
    region: str | None = None
    language: str | None = None
    teams: tuple[Candidate, ...] = TEAMS
    by_region: bool = True


def full(team: Candidate) -> Candidate:
    return replace(team, max_customers=team.customers)


def speaking(team: Candidate, *languages: str) -> Candidate:
    return replace(team, languages=languages)


TABLE = [
    Case("spokane serves US-WA", SPOKANE, "US-WA"),
    Case("spokane serves US-WA", SPOKANE, "US-WA-SPO"),
    Case("spokane serves US-WA", SPOKANE, "us-wa"),
    Case("spokane serves US-ID", SPOKANE, "US-ID"),
    Case("seattle serves US-WA-SEA", SEATTLE, "US-WA-SEA"),
    Case("seattle serves US-WA-SEA", SEATTLE, "US-WA-SEA-BALLARD"),
    Case("nation serves US", NATION, "US-TX"),
    Case("nation serves US", NATION, "US-WAX"),
    Case("no team serves CA-BC", TAMPA, "CA-BC", by_region=False),
    Case("no team serves USA", TAMPA, "USA", by_region=False),
    Case("region is not known", TAMPA, None, by_region=False),
    Case(
        "the nearer team seattle is full",
        SPOKANE,
        "US-WA-SEA",
        teams=(SPOKANE, TAMPA, full(SEATTLE)),
    ),
    Case(
        "every team for US-WA is full",
        TAMPA,
        "US-WA",
        teams=(full(SPOKANE), TAMPA),
        by_region=False,
    ),
    Case(
        "the default team, though it is full too; every team for US-WA is full",
        TAMPA,
        "US-WA",
        teams=(full(SPOKANE), full(TAMPA)),
        by_region=False,
    ),
    Case(
        "it speaks es-MX",
        NATION,
        "US-WA",
        "es-MX",
        teams=(speaking(SPOKANE, "en"), TAMPA, speaking(NATION, "en", "es")),
    ),
    Case(
        "the nearer team spokane does not speak the language",
        NATION,
        "US-WA",
        "es",
        teams=(speaking(SPOKANE, "en"), TAMPA, speaking(NATION, "es")),
    ),
    Case("no team there speaks ja", SPOKANE, "US-WA", "ja", teams=(speaking(SPOKANE, "en"), TAMPA)),
    Case("spokane serves US-WA, where the customer is", SPOKANE, "US-WA", "ja"),
    Case("no team there speaks zh", SPOKANE, "US-WA", "zh", teams=(speaking(SPOKANE, "zh-Hant"),)),
    Case(
        "lightest load of 2 teams (100 customers for 40 members)",
        TAMPA,
        "US-FL",
        teams=(TAMPA, replace(SPOKANE, regions=("US-FL",))),
    ),
    Case(
        "lightest load of 2 teams",
        SPOKANE,
        "US-WA",
        teams=(SPOKANE, replace(NATION, regions=("US-WA",), customers=0, active_members=0)),
    ),
]


@pytest.mark.parametrize("case", TABLE, ids=lambda case: f"{case.region}-{case.says}")
def test_the_table(case: Case) -> None:
    choice = choose(case.teams, customer="ana", region=case.region, language=case.language)
    assert (choice.team, choice.by_region) == (case.team.id, case.by_region)
    assert case.says in choice.reason


def test_no_team_at_all_is_temporary_so_that_the_app_keeps_the_message() -> None:
    for teams in ((), (SPOKANE,), (full(SPOKANE),)):
        region = "US-WA" if teams == (full(SPOKANE),) else "US-FL"
        with pytest.raises(Overloaded, match="none is the default") as caught:
            choose(teams, customer="ana", region=region)
        assert caught.value.temporary
        assert caught.value.retry_after


REGIONS = ["US", "US-WA", "US-WA-SEA", "US-FL", "CA"]
candidates = st.lists(
    st.builds(
        Candidate,
        id=st.uuids().map(str),
        key=st.sampled_from(["spokane", "tampa", "omaha"]),
        regions=st.lists(st.sampled_from(REGIONS), max_size=3).map(tuple),
        languages=st.lists(st.sampled_from(["en", "es", "es-MX"]), max_size=2).map(tuple),
        max_customers=st.none() | st.integers(0, 5),
        customers=st.integers(0, 6),
        active_members=st.integers(0, 3),
        is_default=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda team: team.id,
)
customers = st.text(min_size=1, max_size=8)
regions = st.none() | st.sampled_from([*REGIONS, "US-WA-SEA-X", "DE"])
languages = st.none() | st.sampled_from(["en", "es-MX", "ja"])


def reach(team: Candidate, region: str | None) -> int:
    """The naive rule: characters of the longest own region that covers the customer's."""
    covers = [own for own in team.regions if region and f"{region}-".startswith(f"{own}-")]
    return max(map(len, covers), default=0)


@given(candidates, customers, regions, languages)
def test_a_choice_is_never_full_by_region_nor_passes_over_a_nearer_team_without_cause(
    teams: list[Candidate], customer: str, region: str | None, language: str | None
) -> None:
    try:
        choice = choose(teams, customer=customer, region=region, language=language)
    except Overloaded:
        assert not any(team.is_default for team in teams)
        assert all(_is_full(team) or not reach(team, region) for team in teams)
        return
    chosen = next(team for team in teams if team.id == choice.team)
    if not choice.by_region:
        assert chosen.is_default
        assert all(_is_full(team) or not reach(team, region) for team in teams)
        return
    assert not _is_full(chosen)
    assert reach(chosen, region) > 0
    if language is None:
        roomy = [team for team in teams if not _is_full(team)]
        assert reach(chosen, region) == max(reach(team, region) for team in roomy)
    assert chosen.key in choice.reason


def _is_full(team: Candidate) -> bool:
    return team.max_customers is not None and team.customers >= team.max_customers


@given(candidates, customers, regions, languages)
def test_the_order_of_the_teams_does_not_matter(
    teams: list[Candidate], customer: str, region: str | None, language: str | None
) -> None:
    shuffled = sorted(teams, key=lambda team: team.id[::-1])
    try:
        choice = choose(teams, customer=customer, region=region, language=language)
    except Overloaded:
        return
    again = choose(shuffled, customer=customer, region=region, language=language)
    assert (again.team, again.by_region) == (choice.team, choice.by_region)


EQUALS = [Candidate(f"team-{n}", f"t{n}", regions=("US",), active_members=5) for n in range(5)]


def test_equal_teams_share_the_customers_evenly_and_say_so() -> None:
    pins = [choose(EQUALS, customer=f"cust-{n}", region="US") for n in range(2000)]
    counts = [sum(pin.team == team.id for pin in pins) for team in EQUALS]
    assert min(counts) > 320, counts
    assert "among 5 teams with equal load" in pins[0].reason


@given(customers, st.integers(0, 4))
def test_a_team_that_goes_moves_only_its_own_customers(customer: str, gone: int) -> None:
    before = choose(EQUALS, customer=customer, region="US").team
    rest = [team for team in EQUALS if team.id != EQUALS[gone].id]
    after = choose(rest, customer=customer, region="US").team
    assert after == before or before == EQUALS[gone].id


def test_after_a_move_a_longer_match_is_suggested_and_nothing_less() -> None:
    def better(current: Candidate, region: str | None, teams: tuple[Candidate, ...] = TEAMS) -> str:
        found = fits_better(teams, current=current.id, customer="ana", region=region)
        return found.team if found else "stay"

    assert better(SPOKANE, "US-FL") == TAMPA.id
    assert better(SPOKANE, "US-WA-SEA") == SEATTLE.id
    assert better(NATION, "US-WA") == SPOKANE.id
    assert better(SEATTLE, "US-WA-SEA") == "stay"
    assert better(SPOKANE, "CA-BC") == "stay"  # the default team is no better
    assert better(SPOKANE, None) == "stay"
    assert better(SPOKANE, "US-FL", (SPOKANE, full(TAMPA))) == "stay"
    assert better(full(SPOKANE), "US-WA", (full(SPOKANE), NATION)) == "stay"
    light = replace(NATION, regions=("US-WA",))
    assert better(SPOKANE, "US-WA", (SPOKANE, light)) == "stay"  # a lighter load is no reason
    assert better(replace(SPOKANE, id="gone"), "US-FL") == TAMPA.id
