"""What the page says of a promise, beside what the server says: the same, in every language."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from customer_ui.files import ROOT
from inbox.core.promise import Form, Kind, Promised
from inbox.core.promise_words import WORDS, say

ZONE = "America/Los_Angeles"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
MORNING = int(datetime(2026, 11, 24, 14, tzinfo=UTC).timestamp()) * 1000  # Tuesday, 06:00 there
EVENING = MORNING + 16 * HOUR
TOMORROW = {"en": "tomorrow", "es": "mañana", "zh": "明天", "ko": "내일", "ja": "明日"}

_PAGE = """
import { readFileSync } from "node:fs";
const [file, times, folder, told] = JSON.parse(readFileSync(0, "utf8"));
const { byText, promiseText } = await import(file);
const { timesIn } = await import(times);
const texts = {};
for (const { language, waits, now, promised } of told) {
  const { default: words } = texts[language] ??= await import(`${folder}/${language}.js`);
  Date.now = () => now;
  const tag = `${language}-u-hc-h23`;
  const app = {
    words: { language: { value: tag }, times: { value: timesIn(tag) } },
    say: (word, given) => words[word].replace(/\\{(\\w+)\\}/g, (_, name) => given[name]),
  };
  console.log((waits ? byText : promiseText)(app, promised));
}
"""


def states(kind: Kind) -> list[tuple[int, bool, Promised]]:
    """Every form, near and far: now, whether something waits already, and the promise."""

    def one(form: Form, minutes: int, due: int, opens: int | None = None) -> Promised:
        return Promised(kind, "first", minutes, due, opens, 40, form)

    spans = (1, 15, 60, 90, 120, 180, 36 * 60, 2 * 1440, 7 * 1440)
    found = [(MORNING, False, one("within", n, MORNING + n * MINUTE)) for n in spans]
    for after in (31 * MINUTE + 20_000, 5 * HOUR, 19 * HOUR, DAY, 3 * DAY, 6 * DAY, 9 * DAY):
        found += [(MORNING, waits, one("by", 30, MORNING + after)) for waits in (False, True)]
    backs = ((2, 3), (2, 25), (26, 27), (26, 50), (74, 75), (74, 99), (200, 201), (200, 230))
    for now in (MORNING, EVENING):
        found += [(now, True, one("by", 30, now + hours * HOUR)) for hours in (1, 3, 11)]
        for opens, due in backs:
            back = one("back", 60, now + due * HOUR, now + opens * HOUR)
            found += [(now, waits, back) for waits in (False, True)]
    return found


def facts(language: str, text: str) -> tuple[list[str], str]:
    """The times and days of a text in their order, and what is left of it."""
    words = WORDS[language]
    months = "|".join(words.months)
    date = rf"\d+ (?:de )?(?:{months})|(?:{months}) \d+|\d+[月월] ?\d+[日일]"
    named = "|".join((TOMORROW[language], *words.weekdays))
    token = re.compile(rf"\d+:\d\d|{named}|{date}")
    found = [re.sub(r"\W|de", "", one).zfill(4) for one in token.findall(text)]
    dates = ["".join(sorted(one)) if re.search(r"\d\D|\D\d", one) else one for one in found]
    return dates, re.sub(r"\b(at|on)\b|\W", "", token.sub("", text))


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here")
@pytest.mark.parametrize("older", [False, True], ids=["form told", "older server"])
def test_page_and_server_promise_the_same_in_every_language(*, older: bool) -> None:
    table = [
        (language, *state)
        for language in sorted(WORDS)
        for kind in ("measured", "target")
        for state in states(kind)
    ]
    told = [
        {
            "language": language,
            "waits": waits,
            # What is told without the clock is told so by one that is wrong, too.
            "now": now if older or promised.form != "within" else now - HOUR,
            "promised": {
                "kind": promised.kind,
                **({} if older else {"form": promised.form}),
                "minutes": promised.minutes,
                "expect_by": _iso(promised.due),
                "opens_at": None if promised.opens_at is None else _iso(promised.opens_at),
            },
        }
        for language, now, waits, promised in table
    ]
    paths = [str(ROOT / name) for name in ("screens/promise.js", "core/times.js", "words")]
    ran = subprocess.run(
        ["node", "--input-type=module", "--eval", _PAGE],
        input=json.dumps([*paths, told]),
        env={**os.environ, "TZ": ZONE},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    for text, (language, now, _, promised) in zip(ran.stdout.splitlines(), table, strict=True):
        server = say(promised, locale=language, zone=ZoneInfo(ZONE), now=now)
        (page_says, page_left), (server_says, left) = facts(language, text), facts(language, server)
        assert page_says == server_says, (text, server)
        # Spanish has no articles before the page's times, so its sentences are others.
        assert language == "es" or page_left == left, (text, server)


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat()
