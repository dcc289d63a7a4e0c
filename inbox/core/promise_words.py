"""A promise in the customer's words: five languages, the clock of a time zone, the day by name.

A language is chosen by the first part of a locale (`es-MX` is `es`); English is for all others.
Plurals follow CLDR: English and Spanish say one thing of one, Chinese, Korean and Japanese never
change. Times are told by the 24-hour clock, rounded up to the minute.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Literal

import msgspec

from inbox.core.promise import DAY_MINUTES, HOUR_MINUTES, MINUTE_MS, Form, Kind, Promised

Unit = Literal["minute", "hour", "day"]
_Near = Literal["today", "tomorrow", "weekday", "date"]

HOURS_FROM, DAYS_FROM = 120, 2 * DAY_MINUTES


class Words(msgspec.Struct, frozen=True):
    """One language. `units`: for one, for more. `at`, `by`: how a time is told, by how near it is.

    `texts` are filled with `span` (so long), `at` (back then) and `by` (an answer by then).
    """

    texts: dict[tuple[Kind, Form], str]
    span: str
    units: dict[Unit, tuple[str, str]]
    at: dict[_Near, str]
    by: dict[_Near, str]
    weekdays: tuple[str, ...]
    date: str
    months: tuple[str, ...]
    the: tuple[str, str] = ("", "")
    """The article of one o'clock, and of every other hour."""


def _table(*texts: str) -> dict[tuple[Kind, Form], str]:
    within, back, by, target_within, target_back, target_by = texts
    return {
        ("measured", "within"): within,
        ("measured", "back"): back,
        ("measured", "by"): by,
        ("target", "within"): target_within,
        ("target", "back"): target_back,
        ("target", "by"): target_by,
    }


def _near(today: str, tomorrow: str, weekday: str, on: str) -> dict[_Near, str]:
    return {"today": today, "tomorrow": tomorrow, "weekday": weekday, "date": on}


_NUMBERS = tuple(str(month) for month in range(1, 13))

WORDS: dict[str, Words] = {
    "en": Words(
        texts=_table(
            "Usually answers within {span}",
            "Back {at}, expect an answer by {by}",
            "Expect an answer by {by}",
            "Target: an answer within {span}",
            "Back {at}, target: an answer by {by}",
            "Target: an answer by {by}",
        ),
        span="{count} {unit}",
        units={
            "minute": ("minute", "minutes"),
            "hour": ("hour", "hours"),
            "day": ("day", "days"),
        },
        at=_near("at {time}", "tomorrow at {time}", "on {day} at {time}", "on {date} at {time}"),
        by=_near("{time}", "tomorrow at {time}", "{day} at {time}", "{date} at {time}"),
        weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        date="{day} {month}",
        months=(
            *("January", "February", "March", "April", "May", "June", "July"),
            *("August", "September", "October", "November", "December"),
        ),
    ),
    "es": Words(
        texts=_table(
            "Suele responder en menos de {span}",
            "Volvemos {at}; respuesta prevista {by}",
            "Respuesta prevista {by}",
            "Objetivo: responder en menos de {span}",
            "Volvemos {at}; objetivo: responder {by}",
            "Objetivo: responder {by}",
        ),
        span="{count} {unit}",
        units={"minute": ("minuto", "minutos"), "hour": ("hora", "horas"), "day": ("día", "días")},
        at=_near(
            "a {the} {time}",
            "mañana a {the} {time}",
            "el {day} a {the} {time}",
            "el {date} a {the} {time}",
        ),
        by=_near(
            "antes de {the} {time}",
            "mañana antes de {the} {time}",
            "el {day} antes de {the} {time}",
            "el {date} antes de {the} {time}",
        ),
        weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
        date="{day} de {month}",
        months=(
            *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio"),
            *("agosto", "septiembre", "octubre", "noviembre", "diciembre"),
        ),
        the=("la", "las"),
    ),
    "zh": Words(
        texts=_table(
            "通常在{span}内回复",
            "{at}恢复服务，预计{by}前回复",
            "预计{by}前回复",
            "目标：{span}内回复",
            "{at}恢复服务，目标：{by}前回复",
            "目标：{by}前回复",
        ),
        span="{count}{unit}",
        units={"minute": ("分钟", "分钟"), "hour": ("小时", "小时"), "day": ("天", "天")},
        at=_near("{time}", "明天{time}", "{day}{time}", "{date}{time}"),
        by=_near("{time}", "明天{time}", "{day}{time}", "{date}{time}"),
        weekdays=tuple(f"星期{day}" for day in "一二三四五六日"),
        date="{month}月{day}日",
        months=_NUMBERS,
    ),
    "ko": Words(
        texts=_table(
            "보통 {span} 이내에 답변합니다",
            "{at}에 업무를 다시 시작하며 {by}까지 답변할 예정입니다",
            "{by}까지 답변할 예정입니다",
            "목표: {span} 이내 답변",
            "{at}에 업무를 다시 시작합니다. 목표: {by}까지 답변",
            "목표: {by}까지 답변",
        ),
        span="{count}{unit}",
        units={"minute": ("분", "분"), "hour": ("시간", "시간"), "day": ("일", "일")},
        at=_near("{time}", "내일 {time}", "{day} {time}", "{date} {time}"),
        by=_near("{time}", "내일 {time}", "{day} {time}", "{date} {time}"),
        weekdays=tuple(f"{day}요일" for day in "월화수목금토일"),
        date="{month}월 {day}일",
        months=_NUMBERS,
    ),
    "ja": Words(
        texts=_table(
            "通常{span}以内に返信します",
            "{at}に再開し、{by}までに返信する見込みです",
            "{by}までに返信する見込みです",
            "目標：{span}以内に返信",
            "{at}に再開します。目標：{by}までに返信",
            "目標：{by}までに返信",
        ),
        span="{count}{unit}",
        units={"minute": ("分", "分"), "hour": ("時間", "時間"), "day": ("日", "日")},
        at=_near("{time}", "明日{time}", "{day}{time}", "{date}{time}"),
        by=_near("{time}", "明日{time}", "{day}{time}", "{date}{time}"),
        weekdays=tuple(f"{day}曜日" for day in "月火水木金土日"),
        date="{month}月{day}日",
        months=_NUMBERS,
    ),
}


def language_of(locale: str | None) -> str:
    """The language in which a locale is spoken to: its own, else English."""
    language = (locale or "").replace("_", "-").partition("-")[0].lower()
    return language if language in WORDS else "en"


def say(promised: Promised, *, locale: str | None, zone: tzinfo, now: int) -> str:
    """The promise in words, as told at `now` to somebody whose clock is the zone's.

    A day is named where it is not today, and once where both times lie on it.
    """
    language = language_of(locale)
    if promised.form == "within":
        return _say_within(language, promised.kind, promised.minutes)
    opens = promised.opens_at
    return _say_by(
        language,
        (promised.kind, promised.form),
        zone,
        now // MINUTE_MS,
        opens if opens is None else -(-opens // MINUTE_MS),
        -(-promised.due // MINUTE_MS),
    )


@lru_cache(maxsize=1_024)
def _say_within(language: str, kind: Kind, minutes: int) -> str:
    words = WORDS[language]
    return words.texts[kind, "within"].format(span=_span(words, minutes))


@lru_cache(maxsize=4_096)
def _say_by(
    language: str,
    said: tuple[Kind, Form],
    zone: tzinfo,
    now: int,
    opens: int | None,
    due: int,
) -> str:
    """The texts with a time by the clock. All times are Unix minutes."""
    words, today = WORDS[language], _clock(zone, now).date()
    at, known = "", today
    if opens is not None:
        at = _time(words, words.at, zone, opens, known, now=today)
        known = max(today, _clock(zone, opens).date())
    by = _time(words, words.by, zone, due, known, now=today)
    return words.texts[said].format(at=at, by=by)


def _span(words: Words, minutes: int) -> str:
    unit: Unit = "minute"
    count = minutes
    if minutes >= DAYS_FROM:
        unit, count = "day", minutes // DAY_MINUTES
    elif minutes >= HOURS_FROM or minutes == HOUR_MINUTES:
        unit, count = "hour", minutes // HOUR_MINUTES
    one, more = words.units[unit]
    return words.span.format(count=count, unit=one if count == 1 else more)


def _time(
    words: Words,
    table: dict[_Near, str],
    zone: tzinfo,
    at: int,
    known: date,
    *,
    now: date,
) -> str:
    """A time whose day goes without saying where it is `known`; near or far as seen from `now`."""
    local = _clock(zone, at)
    days = (local.date() - now).days
    near: _Near = "date"
    if local.date() == known or days < 1:
        near = "today"
    elif days == 1:
        near = "tomorrow"
    elif days < len(words.weekdays):
        near = "weekday"
    day = words.weekdays[local.weekday()]
    on = words.date.format(day=local.day, month=words.months[local.month - 1])
    the = words.the[local.hour != 1]
    return table[near].format(time=f"{local:%H:%M}", day=day, date=on, the=the)


def _clock(zone: tzinfo, minute: int) -> datetime:
    return zone.fromutc(datetime(1970, 1, 1, tzinfo=zone) + timedelta(minutes=minute))
