"""The public key by which browsers know whose pushes they take."""

from __future__ import annotations

from functools import lru_cache

from inbox.core.errors import NotFound
from inbox.flows.context import Context
from push.webpush.vapid import Vapid


def public_key(ctx: Context) -> str:
    """What a page gives to `pushManager.subscribe`, base64url. NotFound without Web Push."""
    settings = ctx.settings
    if not settings.webpush_contact:
        raise NotFound("Web Push is not set up here")
    return _public(settings.webpush_key, settings.webpush_contact)


@lru_cache(maxsize=1)
def _public(private: str, contact: str) -> str:
    return Vapid(private, subject=contact).public
