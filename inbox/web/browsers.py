"""What browsers need: the session cookie, whose pages may use it, CORS, and the safe headers.

The cookie is `SameSite=Strict`, so another site's page cannot use it; where a browser names an
`Origin`, an unsafe request with the cookie is let in only from our own (OWASP CSRF prevention).
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from aiohttp import web

from inbox.core.errors import Forbidden
from inbox.core.origins import AGENT_HEADER, SESSION_COOKIE, is_ours, of_bucket
from inbox.settings import Settings
from inbox.web.peers import Peers

_PREFLIGHT_S = 600
_ASKED = f"Authorization, Content-Type, {AGENT_HEADER}"
_SHOWN = "Retry-After, X-Request-Id"

PLAIN_HEADERS = {
    "Server": "Pinbox",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
API_HEADERS = {**PLAIN_HEADERS, "Cache-Control": "no-store"}


class Browsers:
    """The settings about browsers, ready for use."""

    def __init__(self, settings: Settings, peers: Peers) -> None:
        self._peers = peers
        self._public_url = settings.public_url
        self._allowed = frozenset(settings.allowed_origins)
        self._session_s = settings.session_hours * 3600
        self._ancestors = " ".join(settings.frame_ancestors) or "'none'"
        hosts = (*settings.frame_ancestors, *settings.app_origins)
        self._app_ancestors = " ".join(dict.fromkeys(hosts)) or "'none'"
        token = urlsplit(settings.app_token_url)
        self._token_origin = f" {token.scheme}://{token.netloc}" if token.netloc else ""
        bucket = of_bucket(
            settings.s3_bucket, endpoint=settings.s3_endpoint, region=settings.s3_region
        )
        self._pictures = f"'self' data: blob: {bucket}".strip()
        self.has_cors = bool(self._allowed)

    def demand_own_page(self, request: web.Request) -> None:
        """Refuse what another site's page sent: Forbidden."""
        origin = request.headers.get("Origin")
        if origin is None:
            if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
                raise Forbidden("this was sent by a page of another site")
            return
        host = self._peers.host(request)
        if not is_ours(origin, host=host, public_url=self._public_url, allowed=self._allowed):
            raise Forbidden(f"pages of {origin[:200]} may not do this; see allowed_origins")

    def set_session(self, request: web.Request, response: web.StreamResponse, token: str) -> None:
        """Give the browser its session."""
        self._cookie(request, response, token, self._session_s)

    def end_session(self, request: web.Request, response: web.StreamResponse) -> None:
        """Take it away."""
        self._cookie(request, response, "", 0)

    def mark(self, request: web.Request, response: web.StreamResponse) -> None:
        """Say whether a page of another origin may read this answer (Fetch standard, CORS)."""
        headers = response.headers
        headers.add("Vary", "Origin")
        origin = request.headers.get("Origin")
        if origin not in self._allowed:
            return
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Expose-Headers"] = _SHOWN
        if request.path.startswith(("/v1/desk", "/v1/admin", "/v1/uploads")):
            headers["Access-Control-Allow-Credentials"] = "true"

    def preflight(self, request: web.Request, methods: Sequence[str]) -> web.Response | None:
        """The answer to a browser that asks before it sends; none where it asks nothing."""
        asked = request.headers.get("Access-Control-Request-Method")
        if request.method != "OPTIONS" or asked is None or "Origin" not in request.headers:
            return None
        response = web.Response(status=204, headers=API_HEADERS)
        self.mark(request, response)
        if "Access-Control-Allow-Origin" in response.headers:
            response.headers["Access-Control-Allow-Methods"] = ", ".join(methods)
            response.headers["Access-Control-Allow-Headers"] = _ASKED
            response.headers["Access-Control-Max-Age"] = str(_PREFLIGHT_S)
        return response

    def page_headers(self, *, style_hash: str) -> dict[str, str]:
        """The headers of an HTML page: nothing from elsewhere, one known style, no script."""
        policy = (
            f"default-src 'none'; style-src '{style_hash}'; base-uri 'none'; "
            f"form-action 'none'; frame-ancestors {self._ancestors}"
        )
        return {
            **PLAIN_HEADERS,
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": policy,
        }

    def desk_headers(self) -> dict[str, str]:
        """The headers of the desk's page: all from this server, pictures from its bucket too."""
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            f"img-src {self._pictures}; base-uri 'none'; form-action 'none'; "
            f"require-trusted-types-for 'script'; frame-ancestors {self._ancestors}"
        )
        return {
            **PLAIN_HEADERS,
            "Content-Security-Policy": policy,
            "Cross-Origin-Opener-Policy": "same-origin",
        }

    def app_headers(self) -> dict[str, str]:
        """The headers of the customers' page: as the desk's, framed by whom the company names.

        Besides this server it may ask the company's backend for a token, and nobody else.
        """
        policy = (
            f"default-src 'none'; script-src 'self'; style-src 'self'; worker-src 'self'; "
            f"connect-src 'self'{self._token_origin}; manifest-src 'self'; "
            f"img-src {self._pictures}; base-uri 'none'; form-action 'none'; "
            f"frame-ancestors {self._app_ancestors}"
        )
        return {**PLAIN_HEADERS, "Content-Security-Policy": policy}

    def worker_headers(self) -> dict[str, str]:
        """The headers of its service worker, which may ask whom the page may."""
        policy = f"default-src 'none'; script-src 'self'; connect-src 'self'{self._token_origin}"
        return {
            **self.file_headers(),
            "Content-Security-Policy": policy,
            "Service-Worker-Allowed": "/app",
        }

    @staticmethod
    def file_headers() -> dict[str, str]:
        """The headers of its scripts and style sheets."""
        return {**PLAIN_HEADERS, "Cross-Origin-Resource-Policy": "same-origin"}

    def _cookie(
        self, request: web.Request, response: web.StreamResponse, value: str, age_s: int
    ) -> None:
        response.set_cookie(
            SESSION_COOKIE,
            value,
            max_age=age_s,
            path="/",
            secure=self._public_url.startswith("https:") or self._peers.is_secure(request),
            httponly=True,
            samesite="Strict",
        )
