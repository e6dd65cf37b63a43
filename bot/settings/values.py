"""The kinds of value that `bot.toml` holds: what pydantic checks, and how a clerk's spelling of it is read.

`bot.settings.shape` annotates its fields with these. A value that cannot be read raises `told(...)`, whose words
`bot.settings.faults` hands on unchanged. No I/O here.
"""

from __future__ import annotations

import re
from datetime import date, time
from string import Formatter
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

TOLD = "told"
"""The type of the errors that already say in Chinese what is wrong and what to do."""

PLACEHOLDERS = ("date", "room", "should", "reported", "missing_count", "missing")
"""What may stand in braces in the text of a schedule."""

WEEKDAYS = {
    **{f"周{name}": number for number, name in enumerate("一二三四五六日")},
    **{f"星期{name}": number for number, name in enumerate("一二三四五六日")},
    "周天": 6,
    "星期天": 6,
    **{name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
}
"""How people write a weekday → `date.weekday()`."""

_TIME = re.compile(r"(\d{1,2})[:：](\d{2})(?:[:：]00)?")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})日")
_HOST = re.compile(r"[A-Za-z0-9_.-]+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
_PUBLIC_URL = re.compile(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?")
_ENDPOINT = re.compile(r"(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})")


def told(what: str, remedy: str) -> PydanticCustomError:
    """The error of a value that cannot be used, in the words that the clerk will read."""
    return PydanticCustomError(TOLD, "{what}", {"what": what, "remedy": remedy})


def read_time(written: object) -> object:
    """`"8:00"`, `"08：00"` or a TOML time → a time of day."""
    found = _TIME.fullmatch(written.strip()) if isinstance(written, str) else None
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise told("时间写得不对", '请写成 24 小时制的时和分，例如 at = "08:00"')
    return time(int(found[1]), int(found[2]))


def read_date(written: object) -> object:
    """`"2020-02-10"`, `"2020年2月10日"` or a TOML date → a day."""
    if written is None:
        return None
    found = _DATE.fullmatch(written.strip()) if isinstance(written, str) else None
    try:
        if found is not None:
            year, month, day = (int(part) for part in found.groups() if part is not None)
            return date(year, month, day)
    except ValueError:  # 2 月 30 日
        pass
    raise told("日期写得不对", '请写成年-月-日，例如 from_on = "2020-02-10"')


def read_days(written: object) -> object:
    """`"daily"`, `"workdays"`, `"weekends"`, or a list of weekdays → the word, or their numbers in order."""
    remedy = (
        'days 可以写 "daily"（每天）、"workdays"（工作日）、"weekends"（休息日），或者列出星期，例如 ["周一", "周四"]'
    )
    if isinstance(written, str):
        if written in ("daily", "workdays", "weekends"):
            return written
        raise told(f"不认识的日子“{written}”", remedy)
    if not isinstance(written, list):
        raise told("日子写得不对", remedy)
    if not written:
        raise told("days 是空的，这个定时永远不会执行", remedy)
    if wrong := [day for day in written if not isinstance(day, str) or day.lower() not in WEEKDAYS]:
        raise told(f"不认识的星期“{wrong[0]}”", remedy)
    return tuple(sorted({WEEKDAYS[day.lower()] for day in written}))


def read_template(written: object) -> object:
    """A text whose braces hold nothing but `PLACEHOLDERS`."""
    names = "、".join(f"{{{name}}}" for name in PLACEHOLDERS)
    if not isinstance(written, str):
        raise told("text 不是文字", '请写成带引号的文字，例如 text = "请报平安"；要用自带的文字就删去这一行')
    try:
        parts = list(Formatter().parse(written))
    except ValueError:
        raise told("text 里的花括号不成对", f"花括号里只能写 {names}；花括号本身请写成 {{{{ 和 }}}}") from None
    for _, name, form, conversion in parts:
        if name is not None and (name not in PLACEHOLDERS or form or conversion):
            raise told(f"text 里有不认识的占位词 {{{name}}}", f"可以用的有 {names}")
    return written


def read_endpoint(written: object) -> object:
    """`host:port`, without `http://` before it or a path behind it."""
    found = _ENDPOINT.fullmatch(written) if isinstance(written, str) else None
    if found is None or not 1 <= int(found[1]) <= 65535:
        raise told("网关地址写得不对", '请写成“主机:端口”，例如 endpoint = "127.0.0.1:8788"，前面不加 http://')
    return written


def read_host(written: object) -> object:
    """An address or a name, without port or `http://`."""
    if not isinstance(written, str) or not _HOST.fullmatch(written):
        raise told(
            "host 写得不对", '请只写地址，例如 "127.0.0.1"（只有本机能连）或 "0.0.0.0"（局域网也能连）；端口写在 port'
        )
    return written


def read_public_url(written: object) -> object:
    """`https://…` without a slash at its end, or nothing."""
    if written == "":
        return written
    if not isinstance(written, str) or not _PUBLIC_URL.fullmatch(written):
        raise told("public_url 写得不对", '请写别人在浏览器里输入的地址，例如 "https://liaison.example.gov.cn"')
    return written.rstrip("/")


def is_within(hour: int, hours: tuple[int, int]) -> bool:
    """Whether an hour of the day lies in from..to, over midnight where the first is the larger."""
    begin, end = hours
    return begin <= hour < end if begin <= end else hour >= begin or hour < end


Name = Annotated[str, Field(min_length=1, max_length=200)]
Host = Annotated[str, BeforeValidator(read_host)]
PublicUrl = Annotated[str, BeforeValidator(read_public_url)]
Port = Annotated[int, Field(ge=1, le=65535)]
Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Pause = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
WallTime = Annotated[time, BeforeValidator(read_time)]
Day = Annotated[date | None, BeforeValidator(read_date)]
Days = Annotated[
    Literal["daily", "workdays", "weekends"] | tuple[int, ...],
    BeforeValidator(read_days, json_schema_input_type=str | list[str]),
]
Template = Annotated[str, BeforeValidator(read_template)]
Endpoint = Annotated[str, BeforeValidator(read_endpoint)]
