"""Settings of the customers' page at `/app`: how it looks, and who signs its customers in."""

from __future__ import annotations

from typing import Annotated

import msgspec

from inbox.settings import checks
from inbox.settings.row import described


class AppSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Part of the table of settings."""

    app_name: Annotated[
        str, described("what the customers' page at `/app` is called", check=checks.line)
    ] = ""
    app_color: Annotated[
        str,
        described("its colour, as `#1c5fb8`; texts on and in it stay legible", check=checks.color),
    ] = "#1c5fb8"
    app_logo: Annotated[
        str,
        described("its logo: a picture of this server, as `/v1/photos/…`", check=checks.own_photo),
    ] = ""
    app_token_url: Annotated[
        str,
        described(
            "where a signed-in customer's browser gets a token: a page of your backend that "
            'answers `{"token": …}` by its own cookie',
            check=checks.token_page,
        ),
    ] = ""
    app_sign_in_url: Annotated[
        str, described("where the page sends customers to sign in", check=checks.page)
    ] = ""
    app_origins: Annotated[
        tuple[str, ...],
        described(
            "web origins whose pages may embed the customers' page and hand it tokens",
            check=checks.origins,
        ),
    ] = ()
    app_token_in_address: Annotated[
        bool,
        described(
            "take `/app#token=…` as a sign-in: for demonstrations and tests, since whoever makes "
            "somebody follow such a link signs them in as another"
        ),
    ] = False
