"""Example bodies for the OpenAPI document; a test reads each with its struct."""

from __future__ import annotations

from typing import Any

_TEAM = "0198a3b0-7c1e-7d3a-9a51-6f2f0c4e8b11"
_AGENT = "0198a3b0-7c1e-7d3a-9a51-6f2f0c4e8b22"

EXAMPLES: dict[str, dict[str, Any]] = {
    "NewMessage": {"client_id": "c-81f0", "body": "My phone has no signal since this morning."},
    "NewReply": {"client_id": "a-12", "body": "Good morning, Ana. I am looking.", "seen_seq": 3},
    "NewNote": {"client_id": "n-7", "body": "Third outage this month; credit is due."},
    "Upto": {"upto": 5},
    "Shown": {"upto": 5, "device_id": "phone-1"},
    "DeviceDraft": {
        "platform": "fcm",
        "token": "dGVzdC10b2tlbg:APA91bH",
        "app_id": "com.example.carrier",
        "locale": "en-US",
        "push_enabled": True,
    },
    "RatingDraft": {"score": 5, "comment": "Fast, and kind."},
    "QuietDraft": {"hours": "22:00-08:00", "mode": "hold"},
    "SignIn": {"name": "Bo", "password": "a long password of Bo's"},
    "OnDuty": {"on": True},
    "ToAgent": {"agent": _AGENT},
    "ToTeam": {"team": _TEAM, "reason": "The customer has moved to Tampa"},
    "ChoiceDraft": {"choice": "now"},
    "CareDraft": {"preference": "general"},
    "CoverDraft": {
        "team": _TEAM,
        "until": "2026-11-23T16:00:00Z",
        "reason": "Half of us are at the dentist",
    },
    "HandBack": {"note": "A new SIM is on its way; ask on Tuesday whether it works."},
    "NoticeDraft": {"notice": "Our phones are down today; write to us here."},
    "StormDraft": {
        "teams": [{"team": _TEAM, "share": 60}],
        "notice": "There is an outage around Spokane. We work on it.",
        "until": "2026-11-22T20:00:00Z",
        "widen": 2.0,
    },
    "Until": {"until": "2026-11-23T09:00:00Z"},
    "NewPassword": {"password": "a long password of Bo's"},
    "NewTokenFor": {"agent": _AGENT, "label": "reports"},
    "TeamDraft": {
        "key": "spokane",
        "name": "Team Spokane",
        "time_zone": "America/Los_Angeles",
        "regions": ["US-WA"],
        "place": "Spokane",
    },
    "TeamChange": {"max_customers": 4000},
    "HoursDraft": {
        "weekly": {
            "mon": [{"opens": "08:00", "closes": "12:00"}, {"opens": "13:00", "closes": "20:00"}],
            "fri": [{"opens": "20:00", "closes": "02:00"}],
            "sat": [{"opens": "09:00", "closes": "17:00"}],
        }
    },
    "DaysDraft": {
        "days": [
            {
                "date": "2026-12-24",
                "state": "limited",
                "periods": [{"opens": "09:00", "closes": "13:00"}],
                "name": "Christmas Eve",
            },
            {"date": "2026-12-25", "state": "closed", "name": "Christmas Day"},
        ]
    },
    "RulesChange": {"promise_target_minutes": 30},
    "CallbackDraft": {
        "client_id": "a-call",
        "when": "2026-11-23T17:00:00.000Z",
        "topic": "My bill",
        "phone": "+15095550100",
    },
    "Attempt": {"outcome": "no_answer", "remark": "Mailbox full"},
    "PersonLook": {"line": "Fixes what others gave up on"},
    "PageLook": {"place": "Spokane, Washington"},
    "LineDraft": {"line": "Good morning from Spokane, Bo and Mia are in until six."},
    "CannedDraft": {
        "team": _TEAM,
        "shortcut": "hello",
        "title": "Greeting",
        "text": "Good morning {customer.first_name|there}, this is {agent.name}.",
    },
    "WebhookDraft": {
        "url": "https://care.example.com/pinbox",
        "types": ["message", "pin"],
        "label": "CRM",
        "with_text": False,
        "active": True,
    },
    "Rotation": {"keep_hours": 24},
    "AgentDraft": {"name": "Bo", "teams": [_TEAM], "line": "Coffee first"},
    "ShiftDraft": {
        "weekly": {"mon": [{"opens": "08:00", "closes": "16:00"}]},
        "time_zone": "America/Los_Angeles",
    },
    "AgentChange": {"role": "lead"},
}
"""Struct → an example of it."""
