"""Pictures that lie in a bucket are shown: by its own links, from its own host, and no other."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Browser, expect

from tests.app.stage import set_stage
from tests.app.test_close import PHOTO, attach
from tests.cast import open_on
from tests.desk.stage import RealClock
from tests.engines import Database

pytestmark = pytest.mark.asyncio(loop_scope="session")


@asynccontextmanager
async def bucket() -> AsyncIterator[str]:
    """What speaks S3 as far as it is asked: objects by key, signatures taken as they come."""
    kept: dict[str, tuple[bytes, str]] = {}

    async def serve(request: web.Request) -> web.Response:
        if request.method == "PUT":
            kept[request.path] = (await request.read(), request.content_type)
            return web.Response(headers={"ETag": '"1"'})
        found = kept.get(request.path)
        if found is None or "X-Amz-Signature" not in request.query:
            return web.Response(status=403)
        return web.Response(body=found[0], content_type=found[1])

    app = web.Application(client_max_size=1 << 25)
    app.router.add_route("*", "/{key:.*}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield "http://{}:{}".format(*runner.addresses[0][:2])
    finally:
        await runner.cleanup()


async def test_a_picture_of_a_bucket_is_shown(
    browser: Browser, tmp_path: Path, sqlite_template: Path
) -> None:
    file = Database("sqlite", str(shutil.copy(sqlite_template, tmp_path / "pinbox.db")))
    async with bucket() as endpoint:
        given = {
            "app_token_in_address": True,
            "s3_bucket": "pinbox-files",
            "s3_endpoint": endpoint,
            "s3_access_key": "AKIAEXAMPLE",
            "s3_secret_key": "a secret",
        }
        async with open_on(file, RealClock(), **given) as ctx, set_stage(ctx, browser) as stage:
            ana = await stage.phone()
            await attach(ana, PHOTO, state="ready")
            await ana.write("It blinks.")
            await ana.see("It blinks.")
            shown = ana.said("It blinks.").locator("img")
            await expect(shown).to_have_attribute(
                "src", re.compile("^" + re.escape(f"{endpoint}/pinbox-files/"))
            )
            await ana.page.wait_for_function(
                "one => one.naturalWidth > 0", arg=await shown.element_handle()
            )
