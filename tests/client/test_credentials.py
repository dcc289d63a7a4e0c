"""Tokens: read by the client for their clock and their owner alone, renewed before they end."""

from __future__ import annotations

import time

import aiohttp
import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.client.credentials import Credentials
from inbox.client.pace import Pace
from inbox.client.problems import Unreachable
from inbox.core.errors import Unauthorized
from tests.client.tokens import signed, source_of


async def test_a_token_is_kept_while_it_lives() -> None:
    first = signed()
    credentials = Credentials(source_of(first, "second"), Pace())
    assert await credentials.token() == first
    assert await credentials.token() == first
    assert credentials.renew_in() == pytest.approx(3600 - 60, abs=2)
    assert await credentials.renew() == "second"
    assert await credentials.token() == "second"


async def test_a_short_token_is_renewed_in_the_last_fifth_of_its_life() -> None:
    credentials = Credentials(source_of(signed(life_s=100)), Pace())
    await credentials.token()
    assert credentials.renew_in() == pytest.approx(80, abs=2)


async def test_a_token_about_to_end_is_not_used() -> None:
    credentials = Credentials(source_of(signed(life_s=-5), "fresh"), Pace())
    await credentials.token()
    assert await credentials.token() == "fresh"


@pytest.mark.parametrize("off", [0, 86_400, -86_400], ids=["right", "ahead", "behind"])
@pytest.mark.parametrize("age", [0, 1_800], ids=["new", "half over"])
async def test_a_token_is_renewed_before_it_ends_by_a_clock_that_is_wrong(
    off: int, age: int
) -> None:
    made = time.time() - off - age
    token = signed(life_s=3_600 - off - age, made=made)
    credentials = Credentials(source_of(token, "second"), Pace())
    assert await credentials.token() == token
    left = 3_600 - (age if off == 0 else 0)
    assert credentials.renew_in() == pytest.approx(left - 60, abs=2)
    assert await credentials.token() == token


@pytest.mark.parametrize("made", ["yesterday", [], True, 10**12, -(10**400)])
async def test_a_strange_time_of_making_leaves_the_rest_of_a_token_good(made: object) -> None:
    seen: list[str] = []
    token = jwt.encode({"sub": "ana", "exp": time.time() + 3_600, "iat": made}, "k" * 32)
    credentials = Credentials(source_of(token, "second"), Pace(), on_subject=seen.append)
    await credentials.token()
    assert seen == ["ana"]
    assert credentials.renew_in() <= 3_600 - 60


async def test_the_only_token_cannot_be_renewed() -> None:
    credentials = Credentials(signed(life_s=-5), Pace())
    assert not credentials.renewable
    assert credentials.renew_in() == float("inf")
    await credentials.token()
    with pytest.raises(Unauthorized):
        await credentials.renew()


@pytest.mark.parametrize("error", [OSError("no route"), aiohttp.ServerDisconnectedError()])
async def test_a_source_that_cannot_be_reached_is_tried_again(error: Exception) -> None:
    async def away() -> str:
        raise error

    with pytest.raises(Unreachable):
        await Credentials(away, Pace()).token()


async def test_a_source_that_says_no_is_believed() -> None:
    async def signed_out() -> str:
        raise Unauthorized("sign in again")

    with pytest.raises(Unauthorized, match="sign in again"):
        await Credentials(signed_out, Pace()).token()


async def test_the_owner_of_each_token_is_told() -> None:
    seen: list[str] = []
    credentials = Credentials(
        source_of(signed(sub="ana"), signed(sub="luis")), Pace(), on_subject=seen.append
    )
    await credentials.token()
    await credentials.renew()
    assert seen == ["ana", "luis"]


@given(st.text())
async def test_any_text_may_be_a_token(text: str) -> None:
    credentials = Credentials(text, Pace())
    assert await credentials.token() == text
