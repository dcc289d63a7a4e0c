"""The promise in words: every language, form and day, plurals, and the clock of the zone."""

from __future__ import annotations

from datetime import datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from inbox.core.promise import FIGURES, Form, Kind, Promised
from inbox.core.promise_words import WORDS, say

SEATTLE = ZoneInfo("America/Los_Angeles")


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=SEATTLE).timestamp() * 1000)


NOW = at("2026-11-22T21:00")  # a Sunday
WITHIN = Promised("measured", "first", 15, at("2026-11-22T21:15"), None, 40, "within")
BACK = Promised("measured", "first", 20, at("2026-11-23T08:20"), at("2026-11-23T08:00"), 40, "back")
BY = Promised("measured", "next", 20, at("2026-11-23T08:20"), None, 40, "by")


def target(one: Promised) -> Promised:
    return replace(one, kind="target")


@pytest.mark.parametrize(
    ("locale", "promised", "text"),
    [
        ("en", WITHIN, "Usually answers within 15 minutes"),
        ("en", BACK, "Back tomorrow at 08:00, expect an answer by 08:20"),
        ("en", BY, "Expect an answer by tomorrow at 08:20"),
        ("en", target(WITHIN), "Target: an answer within 15 minutes"),
        ("en", target(BACK), "Back tomorrow at 08:00, target: an answer by 08:20"),
        ("en", target(BY), "Target: an answer by tomorrow at 08:20"),
        ("es", WITHIN, "Suele responder en menos de 15 minutos"),
        ("es", BACK, "Volvemos mañana a las 08:00; respuesta prevista antes de las 08:20"),
        ("es", BY, "Respuesta prevista mañana antes de las 08:20"),
        ("es", target(WITHIN), "Objetivo: responder en menos de 15 minutos"),
        ("es", target(BACK), "Volvemos mañana a las 08:00; objetivo: responder antes de las 08:20"),
        ("es", target(BY), "Objetivo: responder mañana antes de las 08:20"),
        ("zh", WITHIN, "通常在15分钟内回复"),
        ("zh", BACK, "明天08:00恢复服务，预计08:20前回复"),
        ("zh", BY, "预计明天08:20前回复"),
        ("zh", target(WITHIN), "目标：15分钟内回复"),
        ("zh", target(BACK), "明天08:00恢复服务，目标：08:20前回复"),
        ("zh", target(BY), "目标：明天08:20前回复"),
        ("ko", WITHIN, "보통 15분 이내에 답변합니다"),
        ("ko", BACK, "내일 08:00에 업무를 다시 시작하며 08:20까지 답변할 예정입니다"),
        ("ko", BY, "내일 08:20까지 답변할 예정입니다"),
        ("ko", target(WITHIN), "목표: 15분 이내 답변"),
        ("ko", target(BACK), "내일 08:00에 업무를 다시 시작합니다. 목표: 08:20까지 답변"),
        ("ko", target(BY), "목표: 내일 08:20까지 답변"),
        ("ja", WITHIN, "通常15分以内に返信します"),
        ("ja", BACK, "明日08:00に再開し、08:20までに返信する見込みです"),
        ("ja", BY, "明日08:20までに返信する見込みです"),
        ("ja", target(WITHIN), "目標：15分以内に返信"),
        ("ja", target(BACK), "明日08:00に再開します。目標：08:20までに返信"),
        ("ja", target(BY), "目標：明日08:20までに返信"),
    ],
)
def test_every_language_says_every_form(locale: str, promised: Promised, text: str) -> None:
    assert say(promised, locale=locale, zone=SEATTLE, now=NOW) == text


@pytest.mark.parametrize(
    ("locale", "now", "text"),
    [
        # the same opening, told from ever further away
        ("en", "2026-11-23T06:00", "Back at 08:00, expect an answer by 08:20"),
        ("en", "2026-11-22T21:00", "Back tomorrow at 08:00, expect an answer by 08:20"),
        ("en", "2026-11-20T21:00", "Back on Monday at 08:00, expect an answer by 08:20"),
        ("en", "2026-11-17T21:00", "Back on Monday at 08:00, expect an answer by 08:20"),
        ("en", "2026-11-16T21:00", "Back on 23 November at 08:00, expect an answer by 08:20"),
        ("es", "2026-11-23T06:00", "Volvemos a las 08:00; respuesta prevista antes de las 08:20"),
        (
            "es",
            "2026-11-20T21:00",
            "Volvemos el lunes a las 08:00; respuesta prevista antes de las 08:20",
        ),
        (
            "es",
            "2026-11-10T21:00",
            "Volvemos el 23 de noviembre a las 08:00; respuesta prevista antes de las 08:20",
        ),
        ("zh", "2026-11-23T06:00", "08:00恢复服务，预计08:20前回复"),
        ("zh", "2026-11-20T21:00", "星期一08:00恢复服务，预计08:20前回复"),
        ("zh", "2026-11-10T21:00", "11月23日08:00恢复服务，预计08:20前回复"),
        ("ko", "2026-11-23T06:00", "08:00에 업무를 다시 시작하며 08:20까지 답변할 예정입니다"),
        (
            "ko",
            "2026-11-20T21:00",
            "월요일 08:00에 업무를 다시 시작하며 08:20까지 답변할 예정입니다",
        ),
        (
            "ko",
            "2026-11-10T21:00",
            "11월 23일 08:00에 업무를 다시 시작하며 08:20까지 답변할 예정입니다",
        ),
        ("ja", "2026-11-23T06:00", "08:00に再開し、08:20までに返信する見込みです"),
        ("ja", "2026-11-20T21:00", "月曜日08:00に再開し、08:20までに返信する見込みです"),
        ("ja", "2026-11-10T21:00", "11月23日08:00に再開し、08:20までに返信する見込みです"),
    ],
)
def test_a_day_is_named_when_it_is_not_today(locale: str, now: str, text: str) -> None:
    assert say(BACK, locale=locale, zone=SEATTLE, now=at(now)) == text


def test_the_answer_s_day_is_named_when_it_is_not_the_opening_s() -> None:
    late = replace(BACK, due=at("2026-11-24T08:20"))
    said = say(late, locale="en", zone=SEATTLE, now=NOW)
    assert said == "Back tomorrow at 08:00, expect an answer by Tuesday at 08:20"
    late = replace(BACK, opens_at=at("2026-11-22T22:00"))
    said = say(late, locale="en", zone=SEATTLE, now=NOW)
    assert said == "Back at 22:00, expect an answer by tomorrow at 08:20"


def test_time_and_day_are_those_of_the_zone() -> None:
    spain = say(BACK, locale="es-ES", zone=ZoneInfo("Europe/Madrid"), now=NOW)
    assert spain == "Volvemos a las 17:00; respuesta prevista antes de las 17:20"
    assert say(BY, locale=None, zone=ZoneInfo("Asia/Kathmandu"), now=NOW).endswith("by 22:05")


def test_one_o_clock_is_singular_in_spanish() -> None:
    one = replace(BY, due=at("2026-11-23T01:20"))
    assert say(one, locale="es", zone=SEATTLE, now=NOW).endswith("mañana antes de la 01:20")


def test_a_time_is_rounded_up_to_the_minute() -> None:
    odd = replace(BY, due=at("2026-11-22T23:19") + 1)
    assert say(odd, locale="en", zone=SEATTLE, now=NOW).endswith("by 23:20")
    assert say(replace(BY, due=at("2026-11-22T23:59") + 1), locale="en", zone=SEATTLE, now=NOW) == (
        "Expect an answer by tomorrow at 00:00"
    )


@pytest.mark.parametrize(
    ("minutes", "spans"),
    [
        (1, ("1 minute", "1 minuto", "1分钟", "1분", "1分")),
        (2, ("2 minutes", "2 minutos", "2分钟", "2분", "2分")),
        (60, ("1 hour", "1 hora", "1小时", "1시간", "1時間")),
        (90, ("90 minutes", "90 minutos", "90分钟", "90분", "90分")),
        (120, ("2 hours", "2 horas", "2小时", "2시간", "2時間")),
        (1_440, ("24 hours", "24 horas", "24小时", "24시간", "24時間")),
        (2_880, ("2 days", "2 días", "2天", "2일", "2日")),
    ],
)
def test_plurals(minutes: int, spans: tuple[str, ...]) -> None:
    for locale, span in zip(WORDS, spans, strict=True):
        said = say(replace(WITHIN, minutes=minutes), locale=locale, zone=SEATTLE, now=NOW)
        assert span in said


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        *[("es-MX", "es"), ("ES", "es"), ("zh_Hans_CN", "zh"), ("ko-KR", "ko"), ("ja", "ja")],
        *[(None, "en"), ("", "en"), ("fr-CA", "en"), ("est", "en"), ("x", "en")],
    ],
)
def test_the_language_is_that_of_the_locale_else_english(locale: str | None, language: str) -> None:
    for promised in (WITHIN, BACK, BY):
        expected = say(promised, locale=language, zone=SEATTLE, now=NOW)
        assert say(promised, locale=locale, zone=SEATTLE, now=NOW) == expected


def test_a_target_is_called_one() -> None:
    called = {"en": "target", "es": "objetivo", "zh": "目标", "ko": "목표", "ja": "目標"}
    for locale, word in called.items():
        for promised in (WITHIN, BACK, BY):
            aimed = say(target(promised), locale=locale, zone=SEATTLE, now=NOW).lower()
            assert word in aimed
            assert word not in say(promised, locale=locale, zone=SEATTLE, now=NOW).lower()


@settings(deadline=None)
@given(
    locale=st.sampled_from(sorted(WORDS)),
    kind=st.sampled_from(get_args(Kind)),
    form=st.sampled_from(get_args(Form)),
    minutes=st.sampled_from(FIGURES),
    now=st.integers(0, 4 * 10**12),
    opens=st.integers(0, 40 * 86_400_000),
    more=st.integers(0, 40 * 86_400_000),
)
def test_every_promise_is_a_whole_sentence(
    locale: str, kind: Kind, form: Form, minutes: int, now: int, opens: int, more: int
) -> None:
    opens_at = now + opens if form == "back" else None
    one = Promised(kind, "first", minutes, now + opens + more, opens_at, 20, form)
    said = say(one, locale=locale, zone=SEATTLE, now=now)
    assert said == " ".join(said.split())
    assert not set("{}") & set(said)
