"""Fields of canned responses: checked when written, filled once, never read again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.core.canned import FIELDS, Facts, Filled, check_shortcut, check_text, fill
from inbox.core.errors import BadRequest
from inbox.core.shorthand import read_weekly

WEEK = read_weekly("mon-fri 08:00-12:00, 13:00-20:00; sat 09:00-17:00")
ANA = Facts("Ana María Quetzal", "Bo Li", "Team Spokane", "Spokane", WEEK)
NOBODY = Facts(None, "Bo", "Team Spokane", None, None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hello {customer.first_name}!", "Hello Ana!"),
        ("{customer.name}", "Ana María Quetzal"),
        ("{ agent.name } of {team.name}, {team.place}", "Bo Li of Team Spokane, Spokane"),
        ("{agent.first_name}", "Bo"),
        ("{team.hours}", "Mon–Fri 08:00–12:00, 13:00–20:00; Sat 09:00–17:00"),
        ("{customer.first_name|there}", "Ana"),
        ("{{customer.name}} is {customer.first_name}", "{customer.name} is Ana"),
        ("{{{agent.first_name}}}", "{Bo}"),
        ("no field", "no field"),
    ],
)
def test_fields_are_filled(text: str, told: str) -> None:
    assert fill(check_text(text), ANA) == Filled(told, ())


def test_what_has_no_value_leaves_a_gap_or_other_words() -> None:
    text = "Hello {customer.first_name|you there}. {customer.name}{team.place}{customer.name}"
    assert fill(text, NOBODY) == Filled("Hello you there. ", ("customer.name", "team.place"))
    assert fill("{customer.first_name|}", NOBODY) == Filled("", ())
    assert fill("{team.hours}", NOBODY) == Filled("24/7", ())
    blank = Facts(" ", "Bo", "Spokane", None, None)
    assert fill("{customer.first_name}", blank).missing == ("customer.first_name",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{customer.firstname}", "did you mean {customer.first_name}?"),
        ("{team.hour}", "did you mean {team.hours}?"),
        ("{agent}", "there is no field {agent}"),
        ("{xyzzy}", "there are customer.name,"),
        ("{}", "there is no field {}"),
        ("a { b", "a lone {"),
        ("a } b", "a lone }"),
        ("", "no visible character"),
        ("x" * 4_001, "longer than 4000"),
    ],
)
def test_what_cannot_be_filled_is_refused(text: str, says: str) -> None:
    with pytest.raises(BadRequest) as refused:
        check_text(text)
    (error,) = refused.value.errors
    assert error.path == "text"
    assert says in error.message


@given(st.text(min_size=1), st.sampled_from(sorted(FIELDS)))
def test_what_a_field_gives_is_not_read_for_fields(name: str, field: str) -> None:
    facts = Facts(name, name, name, name, WEEK)
    said = FIELDS[field](facts)
    assert fill(f"<{{{field}}}>", facts).text == f"<{'' if said is None else said}>"


@given(st.text(alphabet="{}|. abcdegimnorstuw_", max_size=40))
def test_what_was_checked_can_be_filled(text: str) -> None:
    try:
        checked = check_text(text)
    except BadRequest:
        return
    fill(checked, NOBODY)


@pytest.mark.parametrize("shortcut", ["", "-a", "A", "a b", "ä", "a" * 41])
def test_a_shortcut_is_one_short_word(shortcut: str) -> None:
    with pytest.raises(BadRequest):
        check_shortcut(shortcut)
    assert check_shortcut("refund-2") == "refund-2"
