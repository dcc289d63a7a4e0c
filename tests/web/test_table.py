"""The table of routes, its handlers, the OpenAPI document and the page say the same."""

from __future__ import annotations

import re
import types
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest

from inbox.core.errors import ERRORS
from inbox.core.events import EVENTS, PRIVATE
from inbox.core.policy import Agent, Customer
from inbox.core.rules import RulesChange
from inbox.web.examples import EXAMPLES
from inbox.web.openapi import describe
from inbox.web.page import render
from inbox.web.route import Answer, Route
from inbox.web.routes import ROUTES

DOCUMENT = describe(ROUTES, url="https://care.example.com")
SCHEMAS = DOCUMENT["components"]["schemas"]
NAMED = [pytest.param(route, id=f"{route.method} {route.path}") for route in ROUTES]
WHO = {
    "public": type(None),
    "customer": Customer,
    "anyone": Customer | Agent,
    "agent": Agent,
    "lead": Agent,
    "admin": Agent,
}


@pytest.mark.parametrize("route", NAMED)
def test_a_handler_takes_and_gives_what_the_table_says(route: Route) -> None:
    hints = get_type_hints(route.handler)
    gives = hints.pop("return")
    (call,) = hints.values()

    who, body, query = get_args(call)

    assert (who, query) == (WHO[route.scope], route.query or type(None))
    # Rules are changed by a struct that is made from their table: it has no name of its own.
    expected = msgspec.Struct if route.body is RulesChange else route.body or type(None)
    assert body is expected
    if route.success == (204,):
        assert route.gives is None
    elif gives is not Answer and route.gives is not None:
        shown = set(route.gives.__struct_fields__)
        assert shown == set(gives.__struct_fields__), "the documented shape has the same members"


@pytest.mark.parametrize("route", NAMED)
def test_every_route_is_explained(route: Route) -> None:
    operation = DOCUMENT["paths"][route.path][route.method.lower()]

    assert operation["summary"].endswith(".")
    assert set(map(str, route.success)) <= operation["responses"].keys()
    if route.scope != "public":
        assert {"401", "429"} <= operation["responses"].keys()
        assert operation["security"]
    if route.scope in {"lead", "admin"}:
        assert operation["x-role"] == route.scope


def test_operations_have_names_of_their_own() -> None:
    names = [
        operation["operationId"]
        for methods in DOCUMENT["paths"].values()
        for operation in methods.values()
    ]
    assert len(names) == len(set(names)) == len(ROUTES)


def test_everything_that_is_referred_to_is_there() -> None:
    text = msgspec.json.encode(DOCUMENT).decode()
    referred = set(re.findall(r'"#/components/(\w+)/([^"]+)"', text))

    assert referred
    for kind, name in referred:
        assert name in DOCUMENT["components"][kind], name


def test_no_schema_is_empty_where_the_store_has_raw_json() -> None:
    """Only what can be anything (a setting's value, a remark of the audit log) has no schema."""
    empty = {
        (name, member)
        for name, schema in SCHEMAS.items()
        for member, described in schema.get("properties", {}).items()
        if not described.keys() - {"description", "default"} or described.get("items") == {}
    }
    assert empty == {("SettingShown", "value"), ("SettingShown", "default")}


def test_every_kind_of_item_is_described_and_private_ones_only_for_the_desk() -> None:
    def kinds(name: str) -> set[str]:
        found = SCHEMAS[name]["properties"]["items"]["items"]["discriminator"]["mapping"]
        return set(found)

    assert kinds("ThreadEvents") == EVENTS.keys() - PRIVATE
    assert kinds("Timeline") == set(EVENTS)
    assert kinds("DeskEvents") == {*EVENTS, "entered", "left", "withdrawn"}


def test_bodies_refuse_what_they_do_not_name() -> None:
    for route in ROUTES:
        for kind in (route.body, route.query):
            if kind is not None:
                assert kind.__struct_config__.forbid_unknown_fields, kind


def test_examples_are_good_bodies_and_every_body_has_one() -> None:
    bodies = {route.body.__name__: route.body for route in ROUTES if route.body is not None}

    assert EXAMPLES.keys() == bodies.keys()
    for name, example in EXAMPLES.items():
        msgspec.convert(example, bodies[name])


def test_every_code_is_in_the_document_and_on_the_page() -> None:
    page = render(DOCUMENT)

    assert set(SCHEMAS["Problem"]["properties"]["code"]["enum"]) == {one.code for one in ERRORS}
    for error in ERRORS:
        assert f"Problem{error.status}" in DOCUMENT["components"]["responses"]
        assert f'id="{error.code}"' in page, "a problem's type leads there"
    for route in ROUTES:
        assert route.path in page


def test_links_of_the_page_lead_somewhere() -> None:
    page = render(DOCUMENT)
    places = set(re.findall(r'id="([^"]+)"', page))

    assert set(re.findall(r'href="#([^"]+)"', page)) <= places
    assert set(re.findall(r'href="([^#"]+)"', page)) == {"/openapi.json", "/asyncapi.json"}


def test_the_page_escapes_what_it_shows() -> None:
    evil: dict[str, Any] = {**DOCUMENT, "info": {**DOCUMENT["info"], "title": "<script>x</script>"}}

    assert "<script" not in render(evil)


def test_unions_of_the_document_are_of_known_structs() -> None:
    for route in ROUTES:
        if route.gives is None:
            continue
        for field in msgspec.structs.fields(route.gives):
            if get_origin(field.type) in {Union, types.UnionType}:
                assert msgspec.Raw not in get_args(field.type), (route.path, field.name)
