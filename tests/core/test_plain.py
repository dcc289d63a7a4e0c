"""What msgspec complains of is said without Python's words, each kind of complaint as it comes."""

from __future__ import annotations

import json
from typing import Annotated, Any

import msgspec
import pytest

from inbox.core.plain import say_plainly


class Asked(msgspec.Struct):
    """A member of each kind that requests and frames have."""

    whole: Annotated[int, msgspec.Meta(ge=0, le=9)] | None = 0
    number: float = 0.0
    word: Annotated[str, msgspec.Meta(min_length=1, max_length=3)] = "a"
    form: Annotated[str, msgspec.Meta(pattern="^a$")] = "a"
    on: bool = False
    list: Annotated[tuple[str, ...], msgspec.Meta(max_length=1)] = ()
    attributes: dict[str, str] = {}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"whole": "x"}, "must be a whole number or null"),
        ({"whole": 1.5}, "must be a whole number or null"),
        ({"whole": -1}, "must be at least 0"),
        ({"whole": 10}, "must be at most 9"),
        ({"number": "x"}, "must be a number"),
        ({"word": 1}, "must be a text"),
        ({"word": None}, "must be a text"),
        ({"word": ""}, "must not be empty"),
        ({"word": "four"}, "must have at most 3 characters"),
        ({"form": "b"}, "does not have the form that is asked for here"),
        ({"on": 1}, "must be true or false"),
        ({"list": "x"}, "must be a list"),
        ({"list": ["x", "y"]}, "must have at most 1 entries"),
        ({"attributes": []}, "must be an object"),
        ([], "must be an object"),
    ],
)
def test_a_complaint_is_in_plain_words(given: Any, says: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(json.dumps(given), type=Asked)
    assert say_plainly(str(refused.value).partition(" - at ")[0]) == says


def test_a_choice_names_its_words_and_never_what_was_given() -> None:
    for complaint in ("Invalid enum value 'c'", "Invalid value 'c'"):
        assert say_plainly(complaint, allowed=("a", "b")) == "must be one of: a, b"
        assert say_plainly(complaint) == "is not allowed here"


def test_what_is_not_known_is_said_as_it_came() -> None:
    assert say_plainly("Object is odd") == "object is odd"
