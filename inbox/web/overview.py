"""What leads look at: what goes on now, and how it went."""

from __future__ import annotations

from aiohttp import web

from inbox.core.policy import Agent
from inbox.core.sheet import to_csv
from inbox.flows import board, reports
from inbox.flows.board import Board
from inbox.flows.reports import Question
from inbox.web.browsers import API_HEADERS
from inbox.web.route import Answer, Call
from inbox.web.shapes import Reported


async def get_board(call: Call[Agent, None, None]) -> Board:
    """What goes on in my teams at this moment; an admin sees all teams.

    Open conversations, how many customers wait and since when, who is on duty and with how much.
    Cheap enough to be asked every few seconds.
    """
    return await board.board(call.ctx, call.who)


async def get_report(call: Call[Agent, None, Reported]) -> Answer:
    """How it went in my teams, over a range of days; an admin sees all teams.

    Each fact counts for the team that held the thread then. Rows in which nothing happened are left
    out. With `format=csv` the same as a file for spreadsheets.
    """
    asked = call.query
    question = Question(asked.first, asked.last, asked.by, asked.per, asked.team, asked.market)
    found = await reports.report(call.ctx, call.who, question)
    if asked.format == "json":
        return Answer(found, 200)
    headers = {
        **API_HEADERS,
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="report-{asked.first}-{asked.last}.csv"',
    }
    return Answer(web.Response(body=to_csv(found.items).encode(), headers=headers), 200)
