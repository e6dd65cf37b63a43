"""Numbers as people write them: 三十六, 1.2w, 五千, 叁万元整, 3400多 (numerals).

Called by the readers of temperatures, gifts and counts. No I/O, no dictionary.
"""

from __future__ import annotations

import re

_DIGITS = {
    c: n
    for n, cs in enumerate(("零〇", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for c in cs
}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "k": 1000}
_LARGE = {"万": 10_000, "w": 10_000, "亿": 100_000_000}
DIGIT = "零〇一二两三四五六七八九"
NUMERALS = "零〇一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟"
NUMBER = (
    rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|[{NUMERALS}]+)"  # 1,200  36.5  三十六
    rf"(?:[十百千万亿]+\d?|[wk](?![a-z]))*(?:[{NUMERALS}万]+)?"  # 2万  1.2w  1万5  三万五
)
"""A number in any writing, as a part of a regular expression."""
_ARABIC = re.compile(r"\d+(?:\.\d+)?")


def digit(character: str) -> int | None:
    """The value of one digit, Arabic or Chinese."""
    if character.isdecimal():
        return int(character)
    return _DIGITS.get(character)


def number(written: str) -> float | None:
    """The value of a number in any writing; None where it is none.

    A last digit without its unit counts in the next lower one: 三万五 is 35000, 一千二 is 1200.
    """
    total = section = 0.0
    current: float | None = None
    unit = last_unit = 1
    position, text = 0, written.replace(",", "")
    if len(text) > 40:
        return None
    while position < len(text):
        character = text[position]
        if found := _ARABIC.match(text, position):
            current, position, last_unit = float(found[0]), found.end(), unit
            continue
        if character in _DIGITS:
            value = _DIGITS[character]
            digits_run = current is not None and unit == 1 and section == 0 and total == 0
            current = (current or 0) * 10 + value if digits_run else float(value)
            last_unit = 1 if value == 0 else unit
            if value == 0:
                unit = 1
        elif character in _SMALL:
            section += (1.0 if current is None else current) * _SMALL[character]
            current, unit = None, _SMALL[character]
        elif character in _LARGE:
            section += current or 0.0
            total = (
                (total + (section or 1.0)) * _LARGE[character] if total == 0 else total + section * _LARGE[character]
            )
            section, current, unit = 0.0, None, _LARGE[character]
        else:
            return None
        position += 1
    if current is not None:
        tail = unit // 10 if unit >= 100 and last_unit == unit and current < 10 else 1
        section += current * max(tail, 1)
    return total + section
