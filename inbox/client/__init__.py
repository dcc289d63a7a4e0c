"""The Python client: `CustomerClient`, `DeskClient`, and for load drivers the bare `LiveSocket`."""

from inbox.client.answers import File, Message, Note, Rating
from inbox.client.callbacks import Callback
from inbox.client.care import CareChosen, Choice, Notice, NoticeChanged
from inbox.client.customer import CustomerClient
from inbox.client.desk import DeskClient
from inbox.client.events import (
    Assigned,
    Delivered,
    Entered,
    Erased,
    Event,
    Left,
    Pinned,
    Profile,
    Read,
    Reset,
    Serving,
    Status,
    Withdrawn,
)
from inbox.client.files import FileLinks
from inbox.client.live import Closed, LiveSocket, NoSocket
from inbox.client.pace import Pace
from inbox.client.problems import Unreachable
from inbox.core.frames import Presence, TypingShown, ViewingShown

__all__ = [
    "Assigned",
    "Callback",
    "CareChosen",
    "Choice",
    "Closed",
    "CustomerClient",
    "Delivered",
    "DeskClient",
    "Entered",
    "Erased",
    "Event",
    "File",
    "FileLinks",
    "Left",
    "LiveSocket",
    "Message",
    "NoSocket",
    "Note",
    "Notice",
    "NoticeChanged",
    "Pace",
    "Pinned",
    "Presence",
    "Profile",
    "Rating",
    "Read",
    "Reset",
    "Serving",
    "Status",
    "TypingShown",
    "Unreachable",
    "ViewingShown",
    "Withdrawn",
]
