"""What a browser may do here: the session cookie's name, and which web origins are ours.

Kept among the rules since both doors for browsers, HTTP and live, must judge alike.
"""

from __future__ import annotations

from collections.abc import Collection

SESSION_COOKIE = "pinbox_session"
AGENT_HEADER = "Pinbox-Agent"
"""Names the agent for whom a page acts: refused where another one is signed in by then."""


def is_ours(origin: str, *, host: str, public_url: str, allowed: Collection[str]) -> bool:
    """Whether a page of this `Origin` (RFC 6454) may act with an agent's cookie.

    Ours are the host that the request was sent to, `public_url` and `allowed_origins`. The scheme
    is not compared with the host's: behind a proxy this server does not see it.
    """
    if origin in allowed or (public_url and origin == public_url):
        return True
    scheme, _, named = origin.partition("://")
    return scheme in {"http", "https"} and named != "" and named == host.lower()


def of_bucket(bucket: str, *, endpoint: str, region: str) -> str:
    """The origin of a bucket's signed links, whose pictures our pages show; `""` without a bucket.

    Amazon's own buckets have a host each, what else speaks S3 is asked at its endpoint.
    """
    if not bucket:
        return ""
    if not endpoint:
        return f"https://{bucket}.s3.{region}.amazonaws.com"
    scheme, _, rest = endpoint.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
