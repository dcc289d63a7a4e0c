"""What the desk asks for."""

from __future__ import annotations

from inbox.core.errors import BadRequest, NotFound
from inbox.core.instant import to_ms
from inbox.core.policy import Agent
from inbox.flows import (
    assignment,
    canned,
    desk_views,
    duty,
    faces,
    handover,
    lines,
    notes,
    receipts,
    states,
    storms,
)
from inbox.flows import cover as covering
from inbox.flows import send as sending
from inbox.flows.audit import looked
from inbox.flows.canned import Canned, CannedDraft, CannedList
from inbox.flows.cover import CoverDraft, HandBack
from inbox.flows.customer_views import RawPage
from inbox.flows.desk_views import Me, SummaryPage, TeamSheets, TeamsKnown
from inbox.flows.duty import Duty
from inbox.flows.faces import PageHead, PageLook, PersonLook, PersonShown
from inbox.flows.lines import LineDraft, TeamLine
from inbox.flows.poll import Events
from inbox.flows.search import SearchPage, find
from inbox.flows.send import Draft
from inbox.flows.storms import NoticeDraft, StormDetail, StormDraft, TeamNotice
from inbox.flows.streams import Stream
from inbox.flows.summaries import ThreadSummary
from inbox.flows.trail import Trail, push_trail
from inbox.web.polling import follow
from inbox.web.route import Answer, Call
from inbox.web.shapes import (
    Before,
    Listed,
    MessageAnswer,
    NewNote,
    NewReply,
    NoteAnswer,
    OfThread,
    OnDuty,
    Pushed,
    SinceOf,
    Sought,
    ToAgent,
    ToTeam,
    Until,
    Upto,
)


async def get_me(call: Call[Agent, None, None]) -> Me:
    """Who I am, my teams with their streams and cursors, and whether I am on duty.

    Fetch it before the lists: events after the cursors then apply as upserts.
    """
    return await desk_views.me(call.ctx, call.who)


async def set_duty(call: Call[Agent, OnDuty, None]) -> Duty:
    """Go on duty, or off.

    It ends by choice, with the shift, or after `duty_grace_minutes` with neither a live socket nor
    a request of this agent. What they have whose customer waits goes back to the queue then.
    """
    return await duty.set_duty(call.ctx, call.who, on=call.body.on)


async def list_threads(call: Call[Agent, None, Listed]) -> SummaryPage:
    """One of the desk's lists.

    `mine`, `waiting` and `team` come in the order of waiting, `snoozed` in the order of waking,
    `all` by newest message.
    """
    query = call.query
    return await desk_views.queue(
        call.ctx, call.who, view=query.view, cursor=query.cursor, limit=query.limit
    )


async def get_thread(call: Call[Agent, None, None]) -> ThreadSummary:
    """One thread in a line. Opening it stands in the audit log."""
    thread = call.path["thread"]
    found = await desk_views.summary(call.ctx, call.who, thread=thread)
    looked(call.ctx, call.who, "open", thread=thread)
    return found


async def list_timeline(call: Call[Agent, None, Before]) -> RawPage:
    """Messages, notes and marks of a thread, newest first; `next` is the next page's `before`."""
    thread, query = call.path["thread"], call.query
    found = await desk_views.timeline(
        call.ctx, call.who, thread=thread, before=query.before, limit=query.limit
    )
    looked(call.ctx, call.who, "open", thread=thread)
    return found


async def list_pushes(call: Call[Agent, None, Pushed]) -> Trail:
    """What became of each push to the customer's devices, newest first.

    When it was written, claimed and sent, why it was not, and what the service answered; beside
    them what the customer has acknowledged since. Opening it stands in the audit log.
    """
    thread, query = call.path["thread"], call.query
    found = await push_trail(
        call.ctx, call.who, thread=thread, before=query.before, limit=query.limit
    )
    looked(call.ctx, call.who, "open", thread=thread)
    return found


async def send_reply(call: Call[Agent, NewReply, None]) -> Answer:
    """Answer the customer.

    409 `stale_view` brings the messages that came since `seen_seq`; 409 `conflict` names the agent
    who has the conversation. `force` sends all the same. Repeating with one `client_id` is safe.
    """
    body = call.body
    draft = Draft(
        body.client_id, body.body, body.seen_seq, body.force, attachments=body.attachments
    )
    sent = await sending.send(call.ctx, call.who, thread=call.path["thread"], draft=draft)
    return Answer(MessageAnswer(sent.message), 200 if sent.duplicate else 201)


async def write_note(call: Call[Agent, NewNote, None]) -> Answer:
    """Write a private note. Repeating with one `client_id` is safe."""
    body, thread = call.body, call.path["thread"]
    noted = await notes.note(
        call.ctx, call.who, thread=thread, client_id=body.client_id, body=body.body
    )
    return Answer(NoteAnswer(noted.note), 200 if noted.duplicate else 201)


async def take(call: Call[Agent, None, None]) -> ThreadSummary:
    """Take the conversation. Of many at once one wins; 409 names the holder to the others.

    409, too, for an agent at the team's hard limit, unless they answered this customer last.
    """
    return await assignment.take(call.ctx, call.who, thread=call.path["thread"])


async def assign(call: Call[Agent, ToAgent, None]) -> ThreadSummary:
    """Give the conversation to an agent of the team that serves it.

    409 where the agent is at the team's hard limit; leads may `force` it all the same.
    """
    thread, body = call.path["thread"], call.body
    return await assignment.assign(
        call.ctx, call.who, thread=thread, agent=body.agent, force=body.force
    )


async def release(call: Call[Agent, None, None]) -> ThreadSummary:
    """Give the conversation back to the queue."""
    return await assignment.release(call.ctx, call.who, thread=call.path["thread"])


async def transfer(call: Call[Agent, ToTeam, None]) -> ThreadSummary:
    """Bounce the open conversation to another team, with a reason. The pin stays."""
    body, thread = call.body, call.path["thread"]
    return await handover.transfer(
        call.ctx, call.who, thread=thread, team=body.team, reason=body.reason
    )


async def cover(call: Call[Agent, CoverDraft, None]) -> ThreadSummary:
    """Let another team cover the open conversation for a time, or change how long one does.

    It comes back by itself when the time is over, or with *resolved*. The pin stays.
    """
    return await covering.cover(call.ctx, call.who, thread=call.path["thread"], draft=call.body)


async def hand_back(call: Call[Agent, HandBack, None]) -> ThreadSummary:
    """End a cover at once, with a note for the home team. The body may be left out."""
    thread = call.path["thread"]
    return await covering.hand_back(call.ctx, call.who, thread=thread, note=call.body.note)


async def repin(call: Call[Agent, ToTeam, None]) -> ThreadSummary:
    """Give the customer another home team, with a reason. For leads and admins."""
    body, thread = call.body, call.path["thread"]
    return await handover.repin(
        call.ctx, call.who, thread=thread, team=body.team, reason=body.reason
    )


async def snooze(call: Call[Agent, Until, None]) -> ThreadSummary:
    """Put the conversation aside until a time, or until the customer writes.

    `opening` is when the team that serves it opens next.
    """
    thread, given = call.path["thread"], call.body.until
    if given == "opening":
        return await states.snooze(call.ctx, call.who, thread=thread, until="opening")
    try:
        until = to_ms(given)
    except (ValueError, OverflowError) as error:
        raise BadRequest.field("until", str(error)) from None
    return await states.snooze(call.ctx, call.who, thread=thread, until=until)


async def resolve(call: Call[Agent, None, None]) -> ThreadSummary:
    """Settle the matter."""
    return await states.resolve(call.ctx, call.who, thread=call.path["thread"])


async def reopen(call: Call[Agent, None, None]) -> ThreadSummary:
    """Open the newest conversation again."""
    return await states.reopen(call.ctx, call.who, thread=call.path["thread"])


async def mark_read(call: Call[Agent, Upto, None]) -> None:
    """I have read everything up to a seq."""
    await receipts.read(call.ctx, call.who, thread=call.path["thread"], upto=call.body.upto)


async def search(call: Call[Agent, None, Sought]) -> SearchPage:
    """Messages, notes and customers with all the words, in threads that I may see, newest first.

    The last word also as the beginning of longer ones; case and accents do not matter. What was
    written in the last two seconds may not be found yet. A search stands in the audit log.
    """
    query = call.query
    return await find(call.ctx, call.who, q=query.q, cursor=query.cursor, limit=query.limit)


async def list_canned(call: Call[Agent, None, OfThread]) -> CannedList:
    """The shared canned responses, and those of my teams.

    With `thread` those for that thread, each with its fields filled in under `filled`. Nothing is
    sent by it.
    """
    return await canned.list_canned(call.ctx, call.who, thread=call.query.thread)


async def set_canned(call: Call[Agent, CannedDraft, None]) -> Canned:
    """Keep a canned response, in place of the one with this shortcut in the same team.

    Leads write those of their teams, admins of any, and (`team`: null) the shared ones.
    """
    return await canned.set_canned(call.ctx, call.who, call.body)


async def remove_canned(call: Call[Agent, None, None]) -> None:
    """Forget a canned response."""
    await canned.remove_canned(call.ctx, call.who, canned=call.path["canned"])


async def set_line(call: Call[Agent, LineDraft, None]) -> TeamLine:
    """Say something to a team's customers for the rest of its day. For its leads and for admins."""
    return await lines.set_line(call.ctx, call.who, team=call.path["team"], line=call.body.line)


async def get_page(call: Call[Agent, None, None]) -> PageHead:
    """The head of a team's page. For its leads and for admins."""
    return await faces.get_page(call.ctx, call.who, team=call.path["team"])


async def change_page(call: Call[Agent, PageLook, None]) -> PageHead:
    """Change a team's place and photo, as its customers see them. For its leads and for admins."""
    return await faces.change_page(call.ctx, call.who, team=call.path["team"], change=call.body)


async def change_person(call: Call[Agent, PersonLook, None]) -> PersonShown:
    """Change the photo and line of somebody in a team. For its leads and for admins."""
    team, agent = call.path["team"], call.path["agent"]
    return await faces.change_person(call.ctx, call.who, team=team, agent=agent, change=call.body)


async def set_notice(call: Call[Agent, NoticeDraft, None]) -> TeamNotice:
    """Tell all customers of a team something until it is taken back. For its leads and for admins.

    A storm's notice comes before it.
    """
    team = call.path["team"]
    return await storms.set_notice(call.ctx, call.who, team=team, notice=call.body.notice)


async def begin_storm(call: Call[Agent, StormDraft, None]) -> StormDetail:
    """Begin storm mode: new conversations spill to other teams by share, and a notice is shown.

    `share` is of a hundred; what is left over stays with the team. Of the teams those take part
    that are there at the time. For its leads and for admins.
    """
    return await storms.begin(call.ctx, call.who, team=call.path["team"], draft=call.body)


async def end_storm(call: Call[Agent, None, None]) -> None:
    """End storm mode. What was spilled comes back by and by, where nobody is writing just then."""
    await storms.end(call.ctx, call.who, team=call.path["team"])


async def list_teams(call: Call[Agent, None, None]) -> TeamSheets:
    """My teams with their people and who is on duty."""
    return await desk_views.my_teams(call.ctx, call.who)


async def list_all_teams(call: Call[Agent, None, None]) -> TeamsKnown:
    """Every team, my own or not: to transfer to, cover by, or call on in a storm."""
    return await desk_views.all_teams(call.ctx, call.who)


async def list_events(call: Call[Agent, None, SinceOf]) -> Events:
    """What has happened in a team's stream after a cursor: the long poll.

    Everything that may be seen of `(since, until]`, in order; with nothing there, waits up to
    `wait` seconds. 410 where the lists must be loaded afresh.
    """
    team = call.query.stream.removeprefix("team:")
    if team not in call.who.teams:
        raise NotFound("there is no such stream")
    stream = Stream("team", team)
    return await follow(call, stream, since=call.query.since, wait_s=call.query.wait)
