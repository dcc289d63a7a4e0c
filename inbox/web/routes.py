# ruff: noqa: E501 - a table reads by its rows
"""Every address on one screen. The application and the OpenAPI document are made from this table.

    scope  method  path  handler  body, query, gives (what comes in and goes out), success, errors

What else a route can refuse follows: bad input 400, sign-in 401, role 403, an id that is nobody's
404, size and media type of a body 413 and 415, limits 429, storage 503.
"""

from __future__ import annotations

from inbox.core.errors import (
    Conflict,
    Forbidden,
    Gone,
    NotFound,
    RateLimited,
    StaleView,
    TooLarge,
    Unauthorized,
    Unsupported,
)
from inbox.core.events import CallbackCard
from inbox.core.filetypes import File
from inbox.core.rules import RulesChange
from inbox.flows.agents import (
    AgentChange,
    AgentDetail,
    AgentDetails,
    AgentDraft,
    Credentials,
    NewToken,
)
from inbox.flows.audit import AuditPage
from inbox.flows.board import Board
from inbox.flows.callbacks.booking import CallbackDraft, FreeSlots
from inbox.flows.callbacks.calling import Attempt, DeskCallbacks
from inbox.flows.callbacks.mine import MyCallbacks
from inbox.flows.canned import Canned, CannedDraft, CannedList
from inbox.flows.care import Care, CareDraft
from inbox.flows.cover import ChoiceDraft, CoverAnswer, CoverDraft, HandBack
from inbox.flows.customer_views import CustomerThread, TeamPage
from inbox.flows.deliveries import Deliveries, Delivery, Retried
from inbox.flows.desk_views import Me, TeamSheets, TeamsKnown
from inbox.flows.devices import DeviceDraft, Registered
from inbox.flows.duty import Duty
from inbox.flows.endpoints import NewSecret, WebhookDetail, WebhookDetails, WebhookDraft
from inbox.flows.erasure import Erasure
from inbox.flows.faces import PageHead, PageLook, PersonLook, PersonShown
from inbox.flows.files import FileLinks
from inbox.flows.holidays import Holidays
from inbox.flows.hours import DaysDraft, HoursDetail, HoursDraft
from inbox.flows.lines import LineDraft, TeamLine
from inbox.flows.quiet import QuietDraft, QuietHours
from inbox.flows.rating import Rated, RatingDraft
from inbox.flows.reports import Report
from inbox.flows.rules import RulesDetail
from inbox.flows.search import SearchPage
from inbox.flows.shifts import ShiftDetail, ShiftDraft
from inbox.flows.storms import NoticeDraft, StormDetail, StormDraft, TeamNotice
from inbox.flows.teams import TeamChange, TeamDetail, TeamDetails, TeamDraft
from inbox.flows.trail import Trail
from inbox.hooks.trial import Tried
from inbox.web import (
    admin,
    callbacks,
    customer,
    desk,
    overview,
    privacy,
    service,
    session,
    uploads,
    webhooks,
)
from inbox.web.route import Route
from inbox.web.shapes import (
    Audited,
    Before,
    Delivered,
    Health,
    Listed,
    ListedCallbacks,
    NewMessage,
    NewNote,
    NewPassword,
    NewReply,
    NewTokenFor,
    OfAgent,
    OfDay,
    OfThread,
    OfYear,
    OnDuty,
    Pushed,
    PushKey,
    Reported,
    Rotation,
    SettingsShown,
    Shown,
    SignedIn,
    SignIn,
    Since,
    SinceOf,
    Sought,
    ToAgent,
    ToTeam,
    Until,
    Upto,
)
from inbox.web.uploads import Named, Signed
from inbox.web.wire import (
    DeskEvents,
    MessagePage,
    Reply,
    Summaries,
    Summary,
    ThreadEvents,
    Timeline,
    WrittenNote,
)

THREAD = "/v1/desk/threads/{thread}"
TEAM = "/v1/admin/teams/{team}"
AGENT = "/v1/admin/agents/{agent}"
CALLBACK = "/v1/desk/callbacks/{callback}"
WEBHOOK = "/v1/admin/webhooks/{webhook}"
CUSTOMER = "/v1/admin/customers/{customer}"
SENT = (201, 200)

# fmt: off
ROUTES: tuple[Route, ...] = (
    # a customer's app
    Route("customer", "GET", "/v1/thread", customer.get_thread, gives=CustomerThread, errors=(NotFound,)),
    Route("customer", "GET", "/v1/thread/messages", customer.list_messages, query=Before, gives=MessagePage, errors=(NotFound,), fetch=True),
    Route("customer", "POST", "/v1/thread/messages", customer.send_message, NewMessage, gives=Reply, success=SENT, errors=(NotFound, Conflict), counted=False),
    Route("customer", "POST", "/v1/thread/read", customer.mark_read, Upto, success=(204,), errors=(NotFound,)),
    Route("customer", "POST", "/v1/thread/ack", customer.mark_shown, Shown, success=(204,), errors=(NotFound,), fetch=True),
    Route("customer", "GET", "/v1/thread/events", customer.list_events, query=Since, gives=ThreadEvents, errors=(NotFound, Gone), fetch=True),
    Route("public", "GET", "/v1/thread/live", service.live_thread, success=(101,)),
    Route("customer", "GET", "/v1/team", customer.get_team, gives=TeamPage, errors=(NotFound,)),
    Route("customer", "POST", "/v1/thread/cover", customer.choose_cover, ChoiceDraft, gives=CoverAnswer, errors=(NotFound, Conflict)),
    Route("customer", "PUT", "/v1/care", customer.set_care, CareDraft, gives=Care, errors=(NotFound, Conflict)),
    Route("customer", "PUT", "/v1/conversations/{number}/rating", customer.rate, RatingDraft, gives=Rated, errors=(Conflict,)),
    Route("customer", "GET", "/v1/callbacks/slots", callbacks.list_slots, query=OfDay, gives=FreeSlots, errors=(NotFound,)),
    Route("customer", "GET", "/v1/callbacks", callbacks.list_booked, gives=MyCallbacks),
    Route("customer", "POST", "/v1/callbacks", callbacks.book, CallbackDraft, gives=CallbackCard, success=SENT, errors=(NotFound, Conflict), counted=False),
    Route("customer", "DELETE", "/v1/callbacks/{callback}", callbacks.cancel, success=(204,), errors=(Conflict,)),
    Route("customer", "PUT", "/v1/devices/{device}", customer.register_device, DeviceDraft, gives=Registered),
    Route("customer", "DELETE", "/v1/devices/{device}", customer.remove_device, success=(204,)),
    Route("customer", "GET", "/v1/quiet-hours", customer.get_quiet, gives=QuietHours, errors=(NotFound,)),
    Route("customer", "PUT", "/v1/quiet-hours", customer.set_quiet, QuietDraft, gives=QuietHours, errors=(NotFound,)),
    Route("customer", "DELETE", "/v1/quiet-hours", customer.clear_quiet, success=(204,), errors=(NotFound,)),
    Route("public", "GET", "/v1/push/key", service.get_push_key, gives=PushKey, errors=(NotFound,)),

    # files, for customers and agents alike
    Route("anyone", "POST", "/v1/uploads", uploads.add_upload, query=Named, gives=File, success=(201,), errors=(TooLarge, Unsupported), streams=True),
    Route("anyone", "GET", "/v1/uploads/{upload}", uploads.get_upload, gives=FileLinks, fetch=True),
    Route("public", "GET", "/v1/files/{upload}", uploads.get_file, query=Signed, media="application/octet-stream"),
    Route("public", "GET", "/v1/photos/{upload}", uploads.get_photo, media="application/octet-stream"),

    # the desk
    Route("public", "POST", "/v1/desk/session", session.open_session, SignIn, gives=SignedIn, success=(201,), errors=(Unauthorized, Forbidden, RateLimited)),
    Route("public", "DELETE", "/v1/desk/session", session.close_session, success=(204,), errors=(Forbidden,)),
    Route("agent", "GET", "/v1/desk/me", desk.get_me, gives=Me),
    Route("agent", "PUT", "/v1/desk/me/duty", desk.set_duty, OnDuty, gives=Duty),
    Route("agent", "GET", "/v1/desk/queue", desk.list_threads, query=Listed, gives=Summaries),
    Route("agent", "GET", THREAD, desk.get_thread, gives=Summary),
    Route("agent", "GET", THREAD + "/timeline", desk.list_timeline, query=Before, gives=Timeline),
    Route("agent", "GET", THREAD + "/pushes", desk.list_pushes, query=Pushed, gives=Trail),
    Route("agent", "POST", THREAD + "/messages", desk.send_reply, NewReply, gives=Reply, success=SENT, errors=(Conflict, StaleView), counted=False),
    Route("agent", "POST", THREAD + "/notes", desk.write_note, NewNote, gives=WrittenNote, success=SENT, errors=(Conflict,), counted=False),
    Route("agent", "POST", THREAD + "/take", desk.take, gives=Summary, errors=(Conflict,)),
    Route("agent", "POST", THREAD + "/assign", desk.assign, ToAgent, gives=Summary, errors=(Conflict,)),
    Route("agent", "POST", THREAD + "/release", desk.release, gives=Summary, errors=(Conflict,)),
    Route("agent", "POST", THREAD + "/transfer", desk.transfer, ToTeam, gives=Summary, errors=(Conflict,)),
    Route("agent", "POST", THREAD + "/cover", desk.cover, CoverDraft, gives=Summary, errors=(Conflict,)),
    Route("agent", "DELETE", THREAD + "/cover", desk.hand_back, HandBack, gives=Summary, errors=(Conflict,)),
    Route("agent", "POST", THREAD + "/snooze", desk.snooze, Until, gives=Summary, errors=(Conflict,)),
    Route("agent", "POST", THREAD + "/resolve", desk.resolve, gives=Summary, errors=(Conflict,)),
    Route("agent", "POST", THREAD + "/reopen", desk.reopen, gives=Summary, errors=(Conflict,)),
    Route("agent", "POST", THREAD + "/read", desk.mark_read, Upto, success=(204,)),
    Route("lead", "POST", THREAD + "/pin", desk.repin, ToTeam, gives=Summary),
    Route("agent", "GET", THREAD + "/callbacks/slots", callbacks.list_slots_of, query=OfDay, gives=FreeSlots),
    Route("agent", "POST", THREAD + "/callbacks", callbacks.book_for, CallbackDraft, gives=CallbackCard, success=SENT, errors=(Conflict,), counted=False),
    Route("agent", "GET", "/v1/desk/callbacks", callbacks.list_callbacks, query=ListedCallbacks, gives=DeskCallbacks),
    Route("agent", "POST", CALLBACK + "/take", callbacks.take_call, gives=CallbackCard, errors=(Conflict,)),
    Route("agent", "POST", CALLBACK + "/attempt", callbacks.attempt, Attempt, gives=CallbackCard, errors=(Conflict,)),
    Route("agent", "DELETE", CALLBACK, callbacks.cancel_for, gives=CallbackCard, errors=(Conflict,)),
    Route("agent", "GET", "/v1/desk/search", desk.search, query=Sought, gives=SearchPage),
    Route("agent", "GET", "/v1/desk/team", desk.list_teams, gives=TeamSheets),
    Route("agent", "GET", "/v1/desk/teams", desk.list_all_teams, gives=TeamsKnown),
    Route("lead", "GET", "/v1/desk/team/{team}/page", desk.get_page, gives=PageHead),
    Route("lead", "PATCH", "/v1/desk/team/{team}/page", desk.change_page, PageLook, gives=PageHead),
    Route("lead", "PATCH", "/v1/desk/team/{team}/people/{agent}", desk.change_person, PersonLook, gives=PersonShown),
    Route("lead", "PUT", "/v1/desk/team/{team}/line", desk.set_line, LineDraft, gives=TeamLine),
    Route("lead", "PUT", "/v1/desk/team/{team}/notice", desk.set_notice, NoticeDraft, gives=TeamNotice),
    Route("lead", "POST", "/v1/desk/team/{team}/storm", desk.begin_storm, StormDraft, gives=StormDetail, success=(201,), errors=(Conflict,)),
    Route("lead", "DELETE", "/v1/desk/team/{team}/storm", desk.end_storm, success=(204,)),
    Route("lead", "GET", "/v1/desk/board", overview.get_board, gives=Board),
    Route("lead", "GET", "/v1/desk/reports", overview.get_report, query=Reported, gives=Report, errors=(NotFound,), also="text/csv"),
    Route("agent", "GET", "/v1/desk/canned", desk.list_canned, query=OfThread, gives=CannedList, errors=(NotFound,)),
    Route("lead", "PUT", "/v1/desk/canned", desk.set_canned, CannedDraft, gives=Canned, errors=(NotFound,)),
    Route("lead", "DELETE", "/v1/desk/canned/{canned}", desk.remove_canned, success=(204,)),
    Route("agent", "GET", "/v1/desk/events", desk.list_events, query=SinceOf, gives=DeskEvents, errors=(NotFound, Gone)),
    Route("public", "GET", "/v1/desk/live", service.live_desk, success=(101,)),

    # admins; hours, rules and shifts: leads, too
    Route("admin", "GET", "/v1/admin/teams", admin.list_teams, gives=TeamDetails),
    Route("admin", "POST", "/v1/admin/teams", admin.add_team, TeamDraft, gives=TeamDetail, success=(201,), errors=(Conflict,)),
    Route("admin", "GET", TEAM, admin.get_team, gives=TeamDetail),
    Route("admin", "PATCH", TEAM, admin.change_team, TeamChange, gives=TeamDetail),
    Route("lead", "GET", TEAM + "/hours", admin.get_hours, gives=HoursDetail),
    Route("lead", "PUT", TEAM + "/hours", admin.set_hours, HoursDraft, gives=HoursDetail),
    Route("lead", "GET", TEAM + "/holidays", admin.list_holidays, query=OfYear, gives=Holidays),
    Route("lead", "PUT", TEAM + "/holidays", admin.set_holidays, DaysDraft, gives=HoursDetail),
    Route("lead", "GET", TEAM + "/rules", admin.get_rules, gives=RulesDetail),
    Route("lead", "PATCH", TEAM + "/rules", admin.set_rules, RulesChange, gives=RulesDetail),
    Route("admin", "GET", "/v1/admin/agents", admin.list_agents, gives=AgentDetails),
    Route("admin", "POST", "/v1/admin/agents", admin.add_agent, AgentDraft, gives=AgentDetail, success=(201,), errors=(Conflict,)),
    Route("admin", "GET", AGENT, admin.get_agent, gives=AgentDetail),
    Route("admin", "PATCH", AGENT, admin.change_agent, AgentChange, gives=AgentDetail, errors=(Conflict,)),
    Route("lead", "GET", AGENT + "/shift", admin.get_shift, gives=ShiftDetail),
    Route("lead", "PUT", AGENT + "/shift", admin.set_shift, ShiftDraft, gives=ShiftDetail),
    Route("admin", "PUT", AGENT + "/password", admin.set_password, NewPassword, success=(204,), errors=(Conflict,)),
    Route("admin", "GET", "/v1/admin/tokens", admin.list_tokens, query=OfAgent, gives=Credentials, errors=(NotFound,)),
    Route("admin", "POST", "/v1/admin/tokens", admin.add_token, NewTokenFor, gives=NewToken, success=(201,), errors=(NotFound, Conflict)),
    Route("admin", "DELETE", "/v1/admin/tokens/{token}", admin.revoke_token, success=(204,)),
    Route("admin", "POST", CUSTOMER + "/sign-out", admin.sign_out_customer, success=(204,)),
    Route("admin", "GET", CUSTOMER + "/export", privacy.export),
    Route("admin", "POST", CUSTOMER + "/erase", privacy.erase, gives=Erasure),
    Route("admin", "GET", "/v1/admin/webhooks", webhooks.list_webhooks, gives=WebhookDetails),
    Route("admin", "POST", "/v1/admin/webhooks", webhooks.add_webhook, WebhookDraft, gives=NewSecret, success=(201,), errors=(Conflict,)),
    Route("admin", "PUT", WEBHOOK, webhooks.change_webhook, WebhookDraft, gives=WebhookDetail),
    Route("admin", "DELETE", WEBHOOK, webhooks.remove_webhook, success=(204,)),
    Route("admin", "POST", WEBHOOK + "/rotate", webhooks.rotate_secret, Rotation, gives=NewSecret, errors=(Conflict,)),
    Route("admin", "POST", WEBHOOK + "/test", webhooks.try_webhook, gives=Tried),
    Route("admin", "POST", WEBHOOK + "/retry", webhooks.retry_dead, gives=Retried, errors=(Conflict,)),
    Route("admin", "GET", WEBHOOK + "/deliveries", webhooks.list_deliveries, query=Delivered, gives=Deliveries),
    Route("admin", "POST", WEBHOOK + "/deliveries/{delivery}/retry", webhooks.retry_delivery, gives=Delivery, errors=(Conflict,)),
    Route("admin", "GET", "/v1/admin/audit", admin.get_audit, query=Audited, gives=AuditPage),
    Route("admin", "GET", "/v1/admin/settings", admin.get_settings, gives=SettingsShown),

    # service
    Route("public", "GET", "/healthz", service.get_health, gives=Health),
    Route("public", "GET", "/readyz", service.get_readiness, gives=Health),
    Route("public", "GET", "/metrics", service.get_metrics, media="text/plain"),
    Route("public", "GET", "/openapi.json", service.get_openapi),
    Route("public", "GET", "/asyncapi.json", service.get_asyncapi),
    Route("public", "GET", "/docs", service.get_docs, media="text/html"),
)
# fmt: on
