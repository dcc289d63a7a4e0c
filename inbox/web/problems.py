"""Errors as RFC 9457 `application/problem+json`: the only place where HTTP says what went wrong."""

from __future__ import annotations

import math

import msgspec
import structlog
from aiohttp import web

from inbox.core.errors import (
    Conflict,
    FieldError,
    Gone,
    Holder,
    Internal,
    NotDurable,
    Overloaded,
    PinboxError,
    StaleView,
    Unauthorized,
)
from inbox.telemetry import Sparing
from inbox.web.browsers import API_HEADERS
from inbox.web.site import Site

MEDIA = "application/problem+json"
_HEADERS = {**API_HEADERS, "Content-Type": MEDIA}
_log = structlog.get_logger(__name__)
_refusals = Sparing()


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What went wrong. `code` is the contract, `detail` is for people.

    `type` is a place on this server's documentation. `errors` names what in the input is wrong,
    `holder` who was first, `unseen` and `head` what the customer has written since, `reason` and
    `cursor` why a stream cannot be resumed and where to go on.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: tuple[FieldError, ...] = ()
    holder: Holder | None = None
    unseen: tuple[msgspec.Raw, ...] | msgspec.UnsetType = msgspec.UNSET
    head: int | msgspec.UnsetType = msgspec.UNSET
    reason: str = ""
    cursor: str | None = None


def answer_problem(
    site: Site, request: web.BaseRequest, error: PinboxError, *, status: int = 0
) -> web.Response:
    """The answer to an error; `status` where it is not the code's own (405).

    What the store or our own code says is for the log alone, under the request id.
    """
    request_id = _request_id(site, request)
    detail = error.detail
    if isinstance(error, Internal | NotDurable | Overloaded):
        if (left_out := _refusals.left_out(error.code)) is not None:
            _log.warning(
                "request_refused",
                request_id=request_id,
                code=error.code,
                why=detail,
                route=_of(request),
                left_out=left_out,
            )
        detail = error.title
    site.ctx.metrics.errors(error.code, "http").inc()
    problem = Problem(
        type=f"/docs#{error.code}",
        title=error.title if not status else "This method is not allowed here",
        status=status or error.status,
        code=error.code,
        detail=detail,
        request_id=request_id,
        errors=error.errors,
        holder=error.holder if isinstance(error, Conflict) else None,
        unseen=error.unseen if isinstance(error, StaleView) else msgspec.UNSET,
        head=error.head if isinstance(error, StaleView) else msgspec.UNSET,
        reason=error.reason if isinstance(error, Gone) else "",
        cursor=error.cursor if isinstance(error, Gone) else None,
    )
    response = web.Response(
        status=problem.status, body=msgspec.json.encode(problem), headers=_HEADERS
    )
    response.headers["X-Request-Id"] = request_id
    if error.temporary:
        response.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after or 1.0)))
    if isinstance(error, Unauthorized):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def answer_fault(site: Site, request: web.BaseRequest, fault: Exception) -> web.Response:
    """The answer to what nobody foresaw: a 500 that says nothing, and the whole in the log."""
    response = answer_problem(site, request, Internal())
    _log.error(
        "request_failed",
        request_id=response.headers["X-Request-Id"],
        route=_of(request),
        exc_info=fault,
    )
    return response


def _request_id(site: Site, request: web.BaseRequest) -> str:
    given = site.peers.request_id(request) if isinstance(request, web.Request) else None
    return given or site.ctx.ids()


def _of(request: web.BaseRequest) -> str:
    """The route's pattern: a path could carry a customer's id."""
    info = getattr(request, "match_info", None)
    resource = None if info is None else info.route.resource
    return f"{request.method[:16]} {'-' if resource is None else resource.canonical}"
