"""The OpenAPI 3.1 document, made from the table of routes, their structs and their docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import msgspec

from inbox import __version__
from inbox.core.errors import (
    ERRORS,
    BadRequest,
    Forbidden,
    Internal,
    NotDurable,
    NotFound,
    Overloaded,
    PinboxError,
    RateLimited,
    TooLarge,
    Unauthorized,
    Unsupported,
)
from inbox.web.examples import EXAMPLES
from inbox.web.problems import MEDIA
from inbox.web.route import ID_PATTERN, IDS, NUMBERS, Route
from inbox.web.wire import FullProblem

Json = dict[str, Any]

_REF = "#/components/schemas/{name}"
_TIMES = {
    *("at", "sent_at", "until", "waiting_since", "expires_at", "created_at", "revoked_at"),
    *("opens_at", "closes_at", "next_open", "expect_by"),
}
_ABOUT = """Self-hosted asynchronous customer care: each customer has one thread, pinned to a team.

A success means that the write is on disk. Sends are safe to repeat with one `client_id`. A *seq*
is a place in one thread, a *cursor* an opaque place in a stream. Times are RFC 3339 in UTC. Errors
are RFC 9457 problems with one table of codes. Clients skip item types and members that they do not
know.
"""
_TAGS = {
    "customer": ("Customer", "A customer's app, with a token that the company's backend signs."),
    "desk": ("Desk", "Agents, with a personal token or a browser's session."),
    "admin": ("Admin", "Admins; a team's hours are its leads', too."),
    "service": ("Service", "Operators, monitoring, developers."),
}
_SCHEMES: Json = {
    "customer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "signed by the company's backend: `sub`, `aud=pinbox`, `iat`, `exp`",
    },
    "fetch": {"type": "http", "scheme": "bearer", "description": "a device's `pbf_…`"},
    "personal": {"type": "http", "scheme": "bearer", "description": "an agent's `pbx_…`"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "pinbox_session",
        "description": "with `Pinbox-Agent: <agent's id>` nothing is done as anybody else",
    },
}


def describe(routes: Sequence[Route], *, url: str = "") -> Json:
    """The document. `url` is where browsers reach the server, if that is known."""
    kinds: dict[int, type[msgspec.Struct]] = {id(FullProblem): FullProblem}
    for route in routes:
        kinds |= {id(kind): kind for kind in (route.body, route.query, route.gives) if kind}
    found, schemas = msgspec.json.schema_components(kinds.values(), ref_template=_REF)
    named = dict(zip(kinds, found, strict=True))
    queries = {id(route.query) for route in routes if route.query}
    paths: Json = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, named, schemas)
    for query in queries:
        schemas.pop(named[query]["$ref"].rpartition("/")[2], None)
    for schema in schemas.values():
        _refine(schema)
    document: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": "Pinbox",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "tags": [{"name": name, "description": about} for name, about in _TAGS.values()],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "responses": _problems(named[id(FullProblem)]),
            "securitySchemes": _SCHEMES,
        },
    }
    if url:
        document["servers"] = [{"url": url}]
    return document


def _operation(route: Route, named: dict[int, Json], schemas: Json) -> Json:
    summary, _, more = inspect.cleandoc(route.handler.__doc__ or "").partition("\n")
    audience = _audience(route)
    operation: Json = {
        "operationId": f"{audience}_{getattr(route.handler, '__name__', '')}",
        "tags": [_TAGS[audience][0]],
        "summary": summary,
        "responses": _responses(route, named),
    }
    if more.strip():
        operation["description"] = more.strip()
    if parameters := [*_in_path(route), *_in_query(route, named, schemas)]:
        operation["parameters"] = parameters
    if route.body is not None:
        content: Json = {"schema": named[id(route.body)]}
        if example := EXAMPLES.get(route.body.__name__):
            content["example"] = example
        required = route.method != "DELETE"
        operation["requestBody"] = {"required": required, "content": {"application/json": content}}
    if route.streams:
        operation["requestBody"] = _FILE
    if route.scope != "public":
        schemes = ["customer"] if route.scope in {"customer", "anyone"} else []
        schemes += ["personal", "session"] if route.scope != "customer" else []
        schemes += ["fetch"] if route.fetch else []
        operation["security"] = [{scheme: []} for scheme in schemes]
    if route.scope in {"lead", "admin"}:
        operation["x-role"] = route.scope
    return operation


def _audience(route: Route) -> str:
    if not route.path.startswith("/v1/"):
        return "service"
    first = route.path.split("/")[2]
    return first if first in _TAGS else "customer"


def _in_path(route: Route) -> list[Json]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": "the id that the server gave" if name in IDS else _GIVEN[name],
            "schema": _part(name),
        }
        for name in route.names
    ]


def _part(name: str) -> Json:
    if name in IDS:
        return {"type": "string", "pattern": ID_PATTERN}
    if name in NUMBERS:
        return {"type": "integer", "minimum": 1}
    return {"type": "string", "minLength": 1, "maxLength": 128}


_FILE: Json = {
    "required": True,
    "description": "the file as it is",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
_GIVEN = {
    "customer": "the id that the company's backend gave (`sub`)",
    "number": "the conversation's number in its thread",
    "device": "the id that the app gave: 1 to 128 printable ASCII characters without spaces",
}


def _in_query(route: Route, named: dict[int, Json], schemas: Json) -> list[Json]:
    if route.query is None:
        return []
    shape = schemas[named[id(route.query)]["$ref"].rpartition("/")[2]]
    parameters = []
    for name, described in shape["properties"].items():
        schema = _without_null(described)
        parameter = {
            "name": name,
            "in": "query",
            "required": name in shape.get("required", ()),
            "schema": schema,
        }
        if "description" in schema:
            parameter["description"] = schema.pop("description")
        parameters.append(parameter)
    return parameters


def _without_null(schema: Json) -> Json:
    """A parameter is absent or has a value; it is never null."""
    schema = dict(schema)
    if choices := [one for one in schema.pop("anyOf", ()) if one != {"type": "null"}]:
        schema |= choices[0]
        schema.pop("default", None)
    return schema


def _responses(route: Route, named: dict[int, Json]) -> Json:
    responses: Json = {}
    for status in route.success:
        answer: Json = {"description": _SAID[status]}
        if status == 101:
            answer["description"] = "the socket is open"
        elif status != 204:
            schema: Json = {"type": "string"}
            if route.gives is not None:
                schema = named[id(route.gives)]
            elif route.media == "application/json":
                schema = {"type": "object"}
            answer["content"] = {route.media: {"schema": schema}}
            if route.also:
                answer["content"][route.also] = {"schema": {"type": "string"}}
        responses[str(status)] = answer
    for status in sorted({error.status for error in _refusals(route)}):
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return responses


_SAID = {
    101: "the socket is open",
    200: "done, or as it was stored before",
    201: "stored now, on disk",
    204: "done",
}


def _refusals(route: Route) -> set[type[PinboxError]]:
    """Everything that this route can answer with besides success."""
    refusals: set[type[PinboxError]] = {BadRequest, Internal, NotDurable, Overloaded}
    refusals.update(route.errors)
    if route.scope != "public":
        refusals |= {Unauthorized, RateLimited}
    by_cookie = route.scope in {"agent", "anyone"} and route.method != "GET"
    if by_cookie or route.scope in {"lead", "admin"}:
        refusals.add(Forbidden)
    if route.names:
        refusals.add(NotFound)
    if route.method in {"POST", "PUT", "PATCH"}:
        refusals |= {TooLarge, Unsupported}
    return refusals


def _problems(schema: Json) -> Json:
    """One response for each status, shared by all routes."""
    responses: Json = {}
    for status in sorted({error.status for error in ERRORS}):
        codes = [error for error in ERRORS if error.status == status]
        response: Json = {
            "description": "; ".join(f"`{error.code}`: {error.title}" for error in codes),
            "headers": {"X-Request-Id": {"schema": {"type": "string"}}},
            "content": {MEDIA: {"schema": schema}},
        }
        if any(error.temporary for error in codes):
            seconds = {"type": "integer", "minimum": 1}
            response["headers"]["Retry-After"] = {"schema": seconds, "description": "seconds"}
        responses[f"Problem{status}"] = response
    return responses


def _refine(schema: Json) -> None:
    """Say what a struct cannot: which texts are times. Beside `since`, `until` is a cursor."""
    if "description" in schema:
        schema["description"] = inspect.cleandoc(schema["description"])
    members = schema.get("properties", {})
    for name, member in members.items():
        if name in _TIMES and not (name == "until" and "since" in members):
            for one in [member, *member.get("anyOf", ())]:
                if one.get("type") == "string":
                    one["format"] = "date-time"
