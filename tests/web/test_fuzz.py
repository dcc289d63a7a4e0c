"""Thousands of odd requests made from the OpenAPI document: no 500, no answer outside it.

Schemathesis runs as a command beside the server, once for each audience with a token of its own.
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import pytest

from inbox.web.application import SITE
from tests.cast import SetClock, open_on
from tests.engines import Database
from tests.servers import People, Server, make_people, serve
from tests.web.stories import Told, write_in

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "negative_data_rejection",
    "ignored_auth",
)
NO_LIMITS = {
    "customer_requests_per_minute": 0,
    "agent_requests_per_minute": 0,
    "failed_sign_ins_per_minute": 0,
}
AUDIENCES = {
    "customer": ("^/v1/(thread|team)", 10),
    "desk": ("^/v1/desk/", 5),
    "admin": ("^/v1/admin/", 3),
    "service": ("^/[^v]", 3),
}
"""Whose addresses, and how many random requests to each besides those at every boundary."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("database", "audience"),
    [
        # PostgreSQL is the stricter of the two about texts and numbers.
        ("postgres", "customer"),
        ("sqlite", "desk"),
        ("sqlite", "admin"),
        ("sqlite", "service"),
        pytest.param("postgres", "desk", marks=pytest.mark.prove),
        pytest.param("postgres", "admin", marks=pytest.mark.prove),
    ],
    indirect=["database"],
)
async def test_no_request_finds_a_fault_or_an_answer_outside_the_document(
    database: Database, clock: SetClock, tmp_path: Path, audience: str
) -> None:
    async with open_on(database, clock, **NO_LIMITS) as ctx, serve(ctx) as server:
        people = await make_people(ctx)
        told = await write_in(server)
        server.app[SITE].stopping.set()  # so that no long poll waits

        said = await fuzz(server, people, told, tmp_path, audience=audience)

        assert "No issues found" in said, said
        assert int(re.findall(r"(\d+) generated", said)[0]) >= 50, said
        assert (await server.ask("GET", "/healthz")).status == 200


async def fuzz(server: Server, people: People, told: Told, folder: Path, *, audience: str) -> str:
    """What the command says of one audience's addresses."""
    token = {"customer": server.token(), "desk": people.kim}.get(audience, people.mia)
    paths, examples = AUDIENCES[audience]
    config = folder / "schemathesis.toml"
    config.write_text(
        "[parameters]\n"
        f'"path.thread" = "{told.thread}"\n'
        f'"path.agent" = "{people.ids["ravi"]}"\n'
        f'"path.team" = "{people.tampa}"\n'
        '"path.customer" = "luis"\n'
        f'"query.stream" = "team:{people.spokane}"\n'
        f'"query.agent" = "{people.ids["bo"]}"\n'
    )
    command = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")),
        *("--config-file", str(config), "run", f"{server.url}/openapi.json"),
        *("--header", f"Authorization: Bearer {token}", "--include-path-regex", paths),
        *("--phases", "examples,coverage,fuzzing", "--max-examples", str(examples)),
        *("--seed", "1", "--continue-on-failure", "--warnings", "off"),
        *("--checks", ",".join(CHECKS)),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await command.communicate()
    return said.decode()
